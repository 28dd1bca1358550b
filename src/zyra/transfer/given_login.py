"""Who asks, by the arguments of a command."""

from zyra.core.errors import UsageError
from zyra.core.inputs import existing_file
from zyra.core.job import Job
from zyra.core.login_args import LoginArgs
from zyra.transfer.credentials import secret_resolver, secret_slots
from zyra.transfer.logins import Login

_SLOTS = ("user", "password", "passphrase")


def login_of(args: LoginArgs, job: Job) -> Login:
    """Who asks, as far as the arguments say.

    Raises:
        UsageError: A credential is malformed, of no known slot, or given twice.
        InputNotFound: A file that they name cannot be read.
    """
    resolve = secret_resolver(args.credential_file, job)
    slots = secret_slots(args.credential or (), resolve)
    unknown = sorted(slots.keys() - set(_SLOTS))
    if unknown:
        raise UsageError(
            f"the credential {unknown[0]!r} has no effect",
            hint=f"the slots are {', '.join(_SLOTS)}",
        )
    password = None if args.password is None else resolve(args.password)
    given = {"user": args.user, "password": password}
    if any(value is not None and name in slots for name, value in given.items()):
        raise UsageError("user or password is given twice", hint="by argument or credential")
    return Login(
        user=args.user or slots.get("user"),
        password=password or slots.get("password"),
        private_key=None if args.private_key is None else existing_file(args.private_key),
        passphrase=slots.get("passphrase"),
    )
