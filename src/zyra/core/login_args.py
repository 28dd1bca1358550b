"""How a person says who they are to FTP and SFTP servers; the same for every command."""

import re

from zyra.core.arguments import Args, arg
from zyra.core.fitting_args import Conflict
from zyra.core.kinds import InputFile, Secret
from zyra.core.urls import scheme_of


class LoginArgs(Args):
    """Arguments for logging in to a server of files."""

    user: str | None = arg(None, "User name; default: the URL's, or ~/.netrc's", min_length=1)
    password: Secret | None = arg(None, "Password, $VARIABLE or @KEY")
    credential: list[Secret] | None = arg(
        None,
        "SLOT=SECRET, SLOT=$VARIABLE or SLOT=@KEY; slots: user, password, passphrase",
        repeat=True,
    )
    credential_file: InputFile | None = arg(None, "File of KEY=VALUE lines that @KEY looks in")
    private_key: InputFile | None = arg(None, "SFTP: file with the SSH key to log in with")
    host_key: str | None = arg(
        None,
        "SFTP: fingerprint of the server's key, SHA256:..., as ssh-keygen -l prints it",
        pattern=r"^SHA256:[A-Za-z0-9+/]{43}=?$",
    )

    def login_conflicts(self, *, is_ssh: bool) -> tuple[Conflict, ...]:
        """What is wrong with them as they stand together: whether, and in words.

        Args:
            is_ssh: Whether the server may be one of SFTP.
        """
        secrets = [*(self.credential or ()), *((f"={self.password}",) if self.password else ())]
        return (
            (
                self.credential_file is not None
                and not any(re.search("=@", text) for text in secrets),
                "credential_file is for a password or credentials that name an @KEY",
            ),
            (
                (self.private_key or self.host_key) is not None and not is_ssh,
                "private_key and host_key are for sftp:// URLs",
            ),
        )


def with_ftp_scheme(text: object) -> object:
    """A URL for a path as it may be written, `host/folder/file`; for a validator."""
    if not isinstance(text, str) or not text or scheme_of(text) or text.startswith("/"):
        return text
    return f"ftp://{text}"
