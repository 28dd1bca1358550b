"""SFTP over a connection that a dialer opens, to a host whose key is known.

Source: RFC 4253 and 4252 (SSH); the fingerprint is OpenSSH's, base64 of the key's SHA-256.
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import paramiko

from zyra.core.errors import TransferError, UsageError
from zyra.core.urls import Url
from zyra.transfer.connections import Dialer
from zyra.transfer.logins import Login
from zyra.transfer.sftp_errors import translated

TIMEOUT_S = 60.0
_KEY_NAMES = ("id_ed25519", "id_ecdsa", "id_rsa")  # where OpenSSH keeps keys, in ~/.ssh
_QUIET = "zyra.ssh"


@dataclass(frozen=True)
class SftpLink:
    """A session with a server."""

    files: paramiko.SFTPClient
    transport: paramiko.Transport

    def close(self) -> None:
        """End the session."""
        self.transport.close()


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
    logging.getLogger(_QUIET).setLevel(logging.CRITICAL)  # what it logs is raised, too
    with translated(url.shown):
        connection = dialer.dial(url.host, url.port or 22, timeout_s)
    try:
        with translated(url.shown):
            transport = _started(paramiko.Transport(connection), known, timeout_s)
        try:
            _check_host(url, transport.get_remote_server_key(), known, host_key)
            _log_in(url, transport, login, home)
            with translated(url.shown):
                return _session(transport, timeout_s)
        except BaseException:
            transport.close()
            raise
    except BaseException:
        connection.close()
        raise


def _started(
    transport: paramiko.Transport, known: Mapping[str, paramiko.PKey], timeout_s: float
) -> paramiko.Transport:
    transport.set_log_channel(_QUIET)
    transport.banner_timeout = transport.auth_timeout = timeout_s
    options = transport.get_security_options()
    # A host has keys of several kinds: it shall show one that we know.
    options.key_types = sorted(options.key_types, key=lambda kind: kind not in _kinds(known))
    try:
        transport.start_client(timeout=timeout_s)
    except BaseException:
        transport.close()
        raise
    return transport


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


def _log_in(url: Url, transport: paramiko.Transport, login: Login, home: Path | None) -> None:
    user = login.user or ""
    with translated(url.shown):
        if login.private_key is not None:
            transport.auth_publickey(user, _private_key(login.private_key, login.passphrase))
        elif login.password is not None:
            transport.auth_password(user, login.password)
        else:
            _log_in_with_own_keys(url, transport, user, home)


def _log_in_with_own_keys(
    url: Url, transport: paramiko.Transport, user: str, home: Path | None
) -> None:
    for path in [] if home is None else [home / name for name in _KEY_NAMES]:
        if path.is_file():
            with suppress(paramiko.AuthenticationException):  # the next one may be the right one
                transport.auth_publickey(user, _private_key(path, None))
                return
    raise TransferError(
        f"{url.shown}: no key in ~/.ssh lets {user} in",
        hint="give --password, --private-key, --credential or an entry in ~/.netrc",
    )


def _private_key(path: Path, passphrase: str | None) -> paramiko.PKey:
    try:
        return paramiko.PKey.from_path(path, passphrase.encode() if passphrase else None)
    except (paramiko.SSHException, ValueError, TypeError, OSError) as exc:
        raise UsageError(
            f"{path} cannot be read as an SSH key",
            hint="an encrypted one needs --credential passphrase=...",
        ) from exc


def _session(transport: paramiko.Transport, timeout_s: float) -> SftpLink:
    files = paramiko.SFTPClient.from_transport(transport)
    if files is None:
        raise TransferError("the server opens no channel")
    channel = files.get_channel()
    if channel is not None:
        channel.settimeout(timeout_s)
    return SftpLink(files, transport)
