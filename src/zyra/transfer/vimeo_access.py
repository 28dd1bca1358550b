"""Open Vimeo's API with what the arguments of a command give access by."""

from zyra.core.errors import UsageError
from zyra.core.job import Job
from zyra.core.vimeo_args import VimeoArgs
from zyra.transfer.credentials import secret_resolver, secret_slots
from zyra.transfer.http import HttpClient
from zyra.transfer.vimeo_api import VimeoApi, open_api

_SLOTS = ("token", "client_id", "client_secret")


def vimeo_of(args: VimeoArgs, job: Job, http: HttpClient) -> VimeoApi:
    """The API as `args` describe it.

    Raises:
        UsageError: A secret is malformed, missing or given twice.
        TransferError: Vimeo gives no token.
    """
    job.network.check_url(args.api_url)
    secrets = _secrets(args, job)
    if "token" in secrets and len(secrets) > 1:
        job.tell("Vimeo is asked with the token; the client identifier is not needed beside it")
    return open_api(http, args.api_url, secrets)


def _secrets(args: VimeoArgs, job: Job) -> dict[str, str]:
    resolve = secret_resolver(args.credential_file, job)
    slots = secret_slots(args.credential or (), resolve)
    if "access_token" in slots:
        slots.setdefault("token", slots.pop("access_token"))
    unknown = sorted(slots.keys() - set(_SLOTS))
    if unknown:
        raise UsageError(
            f"the credential {unknown[0]!r} has no effect",
            hint=f"the slots are {', '.join(_SLOTS)}",
        )
    own = zip(
        _SLOTS, (args.vimeo_token, args.vimeo_client_id, args.vimeo_client_secret), strict=True
    )
    given = {name: resolve(secret) for name, secret in own if secret is not None}
    if given.keys() & slots.keys():
        raise UsageError("a secret is given twice", hint="by argument or credential")
    return slots | given
