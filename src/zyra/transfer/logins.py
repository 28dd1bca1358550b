"""Who a person is to a server: by URL, by arguments, or by the file ~/.netrc.

Source of the file's form: ftp(1), section "The .netrc file".
"""

import netrc
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from zyra.core.errors import UsageError
from zyra.core.urls import Url


@dataclass(frozen=True)
class Login:
    """A name and what proves it.

    Attributes:
        private_key: File with an SSH key, for SFTP.
        passphrase: Opens that file.
    """

    user: str | None = None
    password: str | None = field(default=None, repr=False)
    private_key: Path | None = None
    passphrase: str | None = field(default=None, repr=False)


NOBODY = Login()


def login_for(url: Url, given: Login, variables: Mapping[str, str]) -> Login:
    """Who asks for `url`: the given one; where that names none, the URL's, then ~/.netrc's.

    Raises:
        UsageError: The file ~/.netrc is damaged.
    """
    own_user, own_password = url.user or ("", "")
    user = given.user or own_user
    password = given.password or (own_password if user == own_user else "")
    if not password and given.private_key is None:
        found = netrc_login(url.host, variables)
        if found is not None and user in ("", found[0]):
            user, password = found
    return Login(user or None, password or None, given.private_key, given.passphrase)


def netrc_login(host: str, variables: Mapping[str, str]) -> tuple[str, str] | None:
    """Name and password that the file ~/.netrc has for a host; None without one.

    Args:
        host: As it stands in URLs.
        variables: NETRC names another file; HOME is where the usual one is.

    Raises:
        UsageError: The file is damaged.
    """
    home, named = variables.get("HOME"), variables.get("NETRC")
    path = Path(named) if named else Path(home, ".netrc") if home else None
    if path is None or not path.is_file():
        return None
    try:
        hosts = netrc.netrc(str(path)).hosts
    except (netrc.NetrcParseError, UnicodeDecodeError, OSError) as exc:
        # The error's own text may quote a password.
        line = f" (line {exc.lineno})" if isinstance(exc, netrc.NetrcParseError) else ""
        raise UsageError(
            f"{path} cannot be read as a netrc file{line}",
            hint="its lines are like: machine HOST login NAME password PASSWORD",
        ) from exc
    entry = hosts.get(host)
    return None if entry is None else (entry[0], entry[2] or "")
