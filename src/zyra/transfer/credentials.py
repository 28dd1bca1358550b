"""Turn --header, --auth, --credential and --credential-file into request headers.

A secret is a literal, `$NAME` from the environment, or `@KEY` from the credential
file. No secret is ever part of a message.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from io import StringIO

from dotenv import dotenv_values

from zyra.core.environment import read_variable
from zyra.core.errors import DataError, UsageError
from zyra.core.inputs import open_input
from zyra.core.job import Job
from zyra.transfer.http import basic_authorization

Resolve = Callable[[str], str]

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # token of RFC 9110
_VARIABLE = re.compile(r"\$(\w+)|\$\{(\w+)\}")
_HEADER_SLOT = re.compile(r"(?i)header[._:](.+)")
_USERS = ("user", "username", "basic_user")
_PASSWORDS = ("password", "basic_password")

# Ours to set: they decide how the answer is framed and which part of it comes.
_RESERVED = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "host",
        "if-range",
        "range",
        "te",
        "transfer-encoding",
        "upgrade",
    }
)


def request_headers(
    headers: Sequence[str],
    auth: str | None,
    credentials: Sequence[str],
    resolve: Resolve,
    *,
    elsewhere: str = "",
) -> dict[str, str]:
    """The headers to send with each request.

    Args:
        headers: `Name: value`; `{slot}` in the value stands for a credential.
        auth: `bearer:TOKEN`, `basic:USER:PASSWORD`, `basic:SECRET` where the secret is both
            with a colon between them, or `header:NAME:VALUE`.
        credentials: `SLOT=SECRET`; the slots token, user, password and header.NAME become
            headers by themselves, others have to stand in a header.
        resolve: Gives the value of a secret.
        elsewhere: Other text in which `{slot}` stands for a credential.

    Raises:
        UsageError: One is malformed, missing, without effect or given twice.
    """
    slots = secret_slots(credentials, resolve)
    result: dict[str, str] = {}
    used = {slot for slot in slots if f"{{{slot}}}" in elsewhere}
    for header in headers:
        name, value = _header(header)
        used |= {slot for slot in slots if f"{{{slot}}}" in value}
        _add(result, name, filled(value, slots))
    for name, value in _headers_of_slots(slots, used):
        _add(result, name, value)
    if auth is not None:
        _add(result, *_header_of_auth(auth, resolve))
    return result


def secret_slots(credentials: Sequence[str], resolve: Resolve) -> dict[str, str]:
    """The values of `SLOT=SECRET` by their slots.

    Raises:
        UsageError: One is malformed, missing or given twice.
    """
    slots = {slot: resolve(secret) for slot, secret in map(_slot, credentials)}
    if len(slots) < len(credentials):
        raise UsageError("a credential is given twice", hint="give each slot once")
    return slots


def secret_resolver(credential_file: str | None, job: Job) -> Resolve:
    """Resolve secrets against the environment and a file of `KEY=VALUE` lines.

    Raises:
        InputNotFound: The file cannot be read.
        DataError: It is not text.
    """
    stored = {} if credential_file is None else _stored(credential_file, job)

    def resolve(secret: str) -> str:
        variable = _VARIABLE.fullmatch(secret)
        if variable:
            return read_variable(variable[1] or variable[2])
        if secret.startswith("@"):
            return _from_file(secret[1:], stored, credential_file)
        return secret

    return resolve


def _stored(path: str, job: Job) -> Mapping[str, str | None]:
    with open_input(path, job) as stream:
        try:
            return dotenv_values(stream=StringIO(stream.read().decode()), interpolate=False)
        except UnicodeDecodeError as exc:
            raise DataError(f"{path} is not a text file of KEY=VALUE lines") from exc


def _from_file(key: str, stored: Mapping[str, str | None], path: str | None) -> str:
    value = stored.get(key)
    if path is None:
        raise UsageError(f"@{key} needs a credential file", hint="name it with --credential-file")
    if not value:
        raise UsageError(f"{path} has no value for {key}")
    return value


def _slot(credential: str) -> tuple[str, str]:
    slot, equals, secret = credential.partition("=")
    if not equals or not slot or not secret:
        raise UsageError("a credential is not written as SLOT=SECRET")
    return slot, secret


def _header(header: str) -> tuple[str, str]:
    name, colon, value = header.partition(":")
    if not colon:
        raise UsageError("a header is not written as 'Name: value'")
    return name.strip(), value.strip()


def filled(value: str, slots: Mapping[str, str]) -> str:
    """The text with each `{slot}` replaced by its secret."""
    for slot, secret in slots.items():
        value = value.replace(f"{{{slot}}}", secret)
    return value


def _headers_of_slots(slots: Mapping[str, str], used: set[str]) -> list[tuple[str, str]]:
    """The headers that slots become by their own names."""
    result = []
    rest = {slot: secret for slot, secret in slots.items() if slot not in used}
    users, passwords = (
        [rest.pop(slot) for slot in names if slot in rest] for names in (_USERS, _PASSWORDS)
    )
    if len(users) != len(passwords) or len(users) > 1:
        raise UsageError("credentials need one user and one password")
    if users:
        result.append(("Authorization", basic_authorization(users[0], passwords[0])))
    for slot, secret in rest.items():
        named = _HEADER_SLOT.fullmatch(slot)
        if slot == "token":
            result.append(("Authorization", f"Bearer {secret}"))
        elif named:
            result.append((named[1], secret))
        else:
            raise UsageError(
                f"the credential {slot!r} has no effect",
                hint=f"name it in a header as {{{slot}}}, or call it header.NAME",
            )
    return result


def _header_of_auth(auth: str, resolve: Resolve) -> tuple[str, str]:
    scheme, _, secret = auth.partition(":")
    first, colon, rest = secret.partition(":")
    if scheme.lower() == "bearer" and secret:
        return "Authorization", f"Bearer {resolve(secret)}"
    if scheme.lower() == "header" and first and rest:
        return first, resolve(rest)
    if scheme.lower() == "basic" and first and colon:
        return "Authorization", basic_authorization(resolve(first), resolve(rest))
    if scheme.lower() == "basic" and secret.startswith(("$", "@")):
        user, colon, password = resolve(secret).partition(":")
        if user and colon:
            return "Authorization", basic_authorization(user, password)
    raise UsageError("auth is neither bearer:TOKEN, basic:USER:PASSWORD nor header:NAME:VALUE")


def _add(headers: dict[str, str], name: str, value: str) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} is not the name of a header")
    if name.lower() in _RESERVED:
        raise UsageError(f"the header {name} cannot be set")
    if name.lower() in {other.lower() for other in headers}:
        raise UsageError(f"the header {name} is given twice", hint="by header, auth or credential")
    if not re.fullmatch(r"[\t\x20-\x7e\x80-\xff]*", value):
        raise UsageError(f"the value of header {name} holds characters that cannot be sent")
    headers[name] = value
