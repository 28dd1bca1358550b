"""SFTP over a connection that a dialer opens, to a host whose key is known.

Source: RFC 4253 and 4252 (SSH); the fingerprint is OpenSSH's, base64 of the key's SHA-256.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import paramiko

from zyra.core.errors import TransferError, UsageError
from zyra.core.urls import Url
from zyra.transfer.connections import TIMEOUT_S, Dialer
from zyra.transfer.logins import Login
from zyra.transfer.sftp_errors import translated
from zyra.transfer.ssh_session import SessionRefused, SshSession

_KEY_NAMES = ("id_ed25519", "id_ecdsa", "id_rsa")  # where OpenSSH keeps keys, in ~/.ssh


@dataclass(frozen=True)
class SftpLink:
    """A session with a server."""

    files: paramiko.SFTPClient
    session: SshSession

    def close(self) -> None:
        """End the session."""
        self.session.close()


def open_sftp(
    dialer: Dialer,
    url: Url,
    login: Login,
    *,
    host_key: str | None = None,
    variables: Mapping[str, str] | None = None,
    timeout_s: float = TIMEOUT_S,
) -> SftpLink:
    """Connect, check the host's key, log in.

    Args:
        dialer: Opens the socket.
        url: Gives host and port.
        login: Name, and password or key; without both, the keys in ~/.ssh are tried.
        host_key: Fingerprint that the host's key has to have, `SHA256:...`; without one the
            key has to be in ~/.ssh/known_hosts.
        variables: HOME is where ~/.ssh is.
        timeout_s: For connecting and between two pieces.

    Raises:
        UsageError: There is no user name.
        AddressRefused: The network policy forbids the address.
        TransferError: The host is not who it should be, or does not let us in.
    """
    if login.user is None:
        raise UsageError(f"{url.shown} needs a user", hint="write sftp://USER@HOST/ or --user")
    home = Path(variables["HOME"], ".ssh") if variables and variables.get("HOME") else None
    known = _known_keys(home, url)
    with translated(url.shown):
        session = SshSession(dialer.dial(url.host, url.port or 22, timeout_s))
    try:
        with translated(url.shown):
            _begin(session, known, timeout_s)
            _check_host(url, session.get_remote_server_key(), known, host_key)
            _log_in(url, session, login, home, timeout_s)
            return _link(session, timeout_s)
    except BaseException:
        session.close()
        raise


def _begin(session: SshSession, known: Mapping[str, paramiko.PKey], timeout_s: float) -> None:
    options = session.get_security_options()
    # A host has keys of several kinds: it shall show one that we know.
    options.key_types = sorted(options.key_types, key=lambda kind: kind not in _kinds(known))
    with session.answering_within(timeout_s):
        session.start_client()


def _kinds(known: Mapping[str, paramiko.PKey]) -> set[str]:
    rsa = {"rsa-sha2-512", "rsa-sha2-256"} if "ssh-rsa" in known else set()
    return set(known) | rsa


def _known_keys(home: Path | None, url: Url) -> Mapping[str, paramiko.PKey]:
    """The keys that ~/.ssh/known_hosts has for a host, by kind."""
    path = home / "known_hosts" if home else None
    if path is None or not path.is_file():
        return {}
    hosts = paramiko.HostKeys()
    try:
        hosts.load(str(path))
    except (OSError, UnicodeDecodeError, paramiko.SSHException) as exc:
        raise UsageError(f"cannot read {path}: {exc}") from exc
    name = url.host if url.port in (None, 22) else f"[{url.host}]:{url.port}"
    found = hosts.lookup(name)
    return {} if found is None else {kind: found[kind] for kind in found}


def _check_host(
    url: Url, key: paramiko.PKey, known: Mapping[str, paramiko.PKey], wanted: str | None
) -> None:
    shown = str(key.fingerprint)
    if wanted is not None:
        if wanted.rstrip("=") != shown:
            raise TransferError(
                f"{url.host} shows the key {shown}, not {wanted}",
                hint="somebody may stand in between: ask who runs the server",
            )
        return
    if not known:
        raise TransferError(
            f"{url.host} shows a key that is not known",
            hint=f"if its owner confirms the fingerprint, give --host-key {shown}",
        )
    if known.get(key.get_name()) != key:
        raise TransferError(
            f"{url.host} shows another key than ~/.ssh/known_hosts has for it: {shown}",
            hint="somebody may stand in between: ask who runs the server",
        )


def _log_in(
    url: Url, session: SshSession, login: Login, home: Path | None, timeout_s: float
) -> None:
    user = login.user or ""
    if login.private_key is not None:
        key = _private_key(login.private_key, login.passphrase)
        with session.answering_within(timeout_s):
            session.auth_publickey(user, key)
    elif login.password is not None:
        with session.answering_within(timeout_s):
            session.auth_password(user, login.password)
    elif not any(_lets_in(session, user, key, timeout_s) for key in _own_keys(home)):
        raise TransferError(
            f"{url.shown}: no key in ~/.ssh lets {user} in",
            hint="give --password, --private-key, --credential or an entry in ~/.netrc",
        )


def _own_keys(home: Path | None) -> Iterator[paramiko.PKey]:
    for path in [] if home is None else [home / name for name in _KEY_NAMES]:
        if path.is_file():
            yield _private_key(path, None)


def _lets_in(session: SshSession, user: str, key: paramiko.PKey, timeout_s: float) -> bool:
    try:
        with session.answering_within(timeout_s):
            session.auth_publickey(user, key)
    except paramiko.AuthenticationException:  # the next one may be the right one
        return False
    return True


def _private_key(path: Path, passphrase: str | None) -> paramiko.PKey:
    try:
        return paramiko.PKey.from_path(path, passphrase.encode() if passphrase else None)
    except (paramiko.SSHException, ValueError, TypeError, OSError) as exc:
        raise UsageError(
            f"{path} cannot be read as an SSH key",
            hint="an encrypted one needs --credential passphrase=...",
        ) from exc


def _link(session: SshSession, timeout_s: float) -> SftpLink:
    with session.answering_within(timeout_s):
        channel = session.open_session(timeout=timeout_s)
        channel.settimeout(timeout_s)
        try:
            channel.invoke_subsystem("sftp")
        except paramiko.SSHException as error:
            raise SessionRefused("no SFTP here") from error
        return SftpLink(paramiko.SFTPClient(channel), session)
