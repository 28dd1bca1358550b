"""How a person gives credentials; the same arguments for every command that speaks HTTP."""

import re

from zyra.core.arguments import Args, arg
from zyra.core.fitting_args import Conflict
from zyra.core.kinds import InputFile, Secret


class CredentialArgs(Args):
    """Arguments for request headers and what is secret in them."""

    header: list[Secret] | None = arg(
        None, "Request header 'Name: value'; {SLOT} stands for a credential", repeat=True
    )
    auth: Secret | None = arg(
        None,
        "bearer:TOKEN, basic:USER:PASSWORD or header:NAME:VALUE; each secret may be $VARIABLE or"
        " @KEY, and one of them user and password: basic:$VARIABLE",
    )
    credential: list[Secret] | None = arg(
        None,
        "SLOT=SECRET, SLOT=$VARIABLE or SLOT=@KEY; slots: token, user, password, header.NAME, or"
        " one named in a header",
        repeat=True,
    )
    credential_file: InputFile | None = arg(None, "File of KEY=VALUE lines that @KEY looks in")

    def credential_conflicts(self) -> tuple[Conflict, ...]:
        """What is wrong with them as they stand together: whether, and in words."""
        secrets = [*(self.credential or ()), *(() if self.auth is None else (self.auth,))]
        return (
            (
                self.credential_file is not None and not any(map(_names_key, secrets)),
                "credential_file is for credentials and auth that name an @KEY",
            ),
        )


def _names_key(secret: str) -> bool:
    """Whether a credential (`SLOT=@KEY`) or auth (`bearer:@KEY`) looks in the credential file."""
    return re.search("[=:]@", secret) is not None
