"""Take a URL apart, strictly, so that what is checked is also what is connected to.

Every part of Zyra that judges or opens a URL uses `split_url`: two parsers that
read one text differently are how a forbidden host passes a check.
"""

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

from zyra.core.errors import UsageError

DEFAULT_PORTS = {"http": 80, "https": 443, "ftp": 21, "ftps": 21, "sftp": 22}

# Their URLs are a bucket and a key: every character after the bucket belongs to the key.
OBJECT_SCHEMES = ("s3", "gs", "az")

# Reserved and unreserved characters of RFC 3986; anything else is percent-encoded.
URL_CHARACTERS = "%/:=&?~#+!$,;'@()*[]-._"
_SCHEME = re.compile(r"(?i)([a-z][a-z0-9+.-]*)://")
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")
_LONGEST_HOST = 253  # octets of a name, RFC 1035
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_MASK = "***"
_SECRET_PARAMETER = re.compile(
    r"(?i)token|secret|passw|signature|^sig$|(^|[_-])key(id)?$|apikey|accesskey|credential|^auth|^code$"
)

# A pattern for JSON Schema, whose regular expressions have no flag for either case (ECMA-262).
HTTP_URL = "^[Hh][Tt][Tt][Pp][Ss]?://"


@dataclass(frozen=True)
class Url:
    """The parts of a URL that matter for connecting.

    Attributes:
        scheme: Lower case, such as `https`.
        host: Lower-case ASCII name or address, without brackets.
        port: As given, or the scheme's own; None where the scheme has none.
        target: Path and query as they are sent, percent-encoded.
        user: User name and password, when the URL holds them.
    """

    scheme: str
    host: str
    port: int | None
    target: str
    user: tuple[str, str] | None = None

    @property
    def origin(self) -> tuple[str, str, int | None]:
        """What has to be equal for credentials to be sent along."""
        return self.scheme, self.host, self.port

    @property
    def path(self) -> str:
        """The path, with percent-encoding undone."""
        return unquote(self.target.partition("?")[0])

    @property
    def name(self) -> str:
        """Last part of the path, percent-encoded parts left alone until after the cut."""
        return unquote(self.target.partition("?")[0].rpartition("/")[2])

    def __str__(self) -> str:
        """The URL without user name and password."""
        if self.scheme in OBJECT_SCHEMES:
            return f"{self.scheme}://{self.host}{self.path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS.get(self.scheme) else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.target}"

    @property
    def shown(self) -> str:
        """The URL for messages, with secret parameters hidden."""
        return masked(str(self))

    def joined(self, reference: str) -> "Url":
        """The URL that `reference` (absolute or relative) means on a page at this one.

        Raises:
            UsageError: The reference is not a usable URL.
        """
        quoted = quote(reference, safe=URL_CHARACTERS)
        try:
            return split_url(urljoin(str(self), quoted))
        except ValueError as exc:  # urljoin's word for brackets that do not match
            raise _refused(quoted, str(exc)) from exc


def split_url(text: str) -> Url:
    """Take `text` apart.

    Of the URL of an object store, the host is the bucket and the path is the key.

    Raises:
        UsageError: It is not a URL, or one that different programs read differently.
    """
    if scheme_of(text) in OBJECT_SCHEMES:
        return _split_object(text)
    if re.search(r"[\x00-\x20\x7f\\]", text):
        raise _refused(text, "a space, backslash or control character", "percent-encode it")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as exc:
        raise _refused(text, str(exc)) from exc
    if not parts.scheme or not parts.netloc or not parts.hostname:
        raise _refused(text, "no scheme and host", "it starts like https://host/")
    if parts.netloc.count("@") > 1 or port == 0:
        raise _refused(text, "an ambiguous host or port 0")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Url(
        parts.scheme,
        normalized_host(parts.hostname),
        port or DEFAULT_PORTS.get(parts.scheme),
        quote(target, safe=URL_CHARACTERS),
        _user(parts),
    )


def scheme_of(text: str) -> str:
    """The scheme of a URL in lower case; empty where `text` is none."""
    found = _SCHEME.match(text)
    return found[1].lower() if found else ""


def is_http(text: str) -> bool:
    """Whether `text` is an http or https URL."""
    return scheme_of(text) in ("http", "https")


def _split_object(text: str) -> Url:
    """Bucket and key; the key is taken as it stands, as the stores' own tools take it."""
    scheme, _, rest = text.partition("://")
    bucket, _, key = rest.partition("/")
    odd = any(part in ("", ".", "..") for part in key.removesuffix("/").split("/")) and key
    if not _HOST.fullmatch(bucket.lower()) or re.search(r"[\x00-\x1f\x7f]", key):
        raise _refused(text, "no bucket and key", f"it is like {scheme.lower()}://bucket/key")
    if odd:
        hint = "objects of such keys cannot be reached"
        raise _refused(text, "a part of the key is empty, . or ..", hint)
    return Url(scheme.lower(), bucket, None, "/" + quote(key, safe="/"))


def _user(parts: SplitResult) -> tuple[str, str] | None:
    if parts.username is None:
        return None
    return unquote(parts.username), unquote(parts.password or "")


def normalized_host(host: str) -> str:
    """Host as it is resolved: lower case, ASCII (IDNA), full-width and circled forms undone.

    Raises:
        UsageError: It is neither a host name nor an address.

    Source: RFC 3490 (ToASCII with nameprep); the rule that a numeric last label
    makes the host an IPv4 address is that of the WHATWG URL standard.
    """
    bare = host.removeprefix("[").removesuffix("]")
    if ":" in bare:
        return _ipv6(bare)
    if len(bare) > _LONGEST_HOST:  # to encode a long one takes seconds
        raise UsageError(f"{host[:80]!r}... is longer than a host name may be")
    try:
        name = unicodedata.normalize("NFKC", bare).encode("idna").decode("ascii").lower()
    except UnicodeError as exc:
        raise UsageError(f"{host!r} is not a host name") from exc
    numeric = _NUMBER.fullmatch(name.rstrip(".").rpartition(".")[2])
    known = inet_aton(name.rstrip(".")) is not None if numeric else _HOST.fullmatch(name)
    if not known or len(name) > _LONGEST_HOST:
        raise UsageError(f"{host!r} is not a host name or address")
    return name


def _ipv6(text: str) -> str:
    literal, _, zone = text.partition("%")
    zone = zone.removeprefix("25")  # RFC 6874 writes the percent sign of a zone as %25
    if zone and not re.fullmatch(r"[A-Za-z0-9._-]+", zone):
        raise UsageError(f"{text!r} is not an IPv6 address")
    try:
        address = str(ipaddress.IPv6Address(literal))
    except ValueError as exc:
        raise UsageError(f"{text!r} is not an IPv6 address") from exc
    return f"{address}%{zone}" if zone else address


def inet_aton(name: str) -> ipaddress.IPv4Address | None:
    """The IPv4 address that `name` spells in any form a C library accepts, or None.

    127.1, 0x7f000001, 2130706433 and 0177.0.0.1 are all 127.0.0.1.

    Source: POSIX `inet_addr`.
    """
    parts = name.split(".")
    if len(parts) > 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    try:
        *leading, last = (_c_number(part) for part in parts)
    except ValueError:  # 08 and 09 are no octal numbers
        return None
    if any(number > 255 for number in leading) or last >= 256 ** (5 - len(parts)):
        return None
    value = sum(number << (8 * (3 - place)) for place, number in enumerate(leading))
    return ipaddress.IPv4Address(value + last)


def _c_number(text: str) -> int:
    if text.startswith("0x"):
        return int(text[2:] or "0", 16)
    return int(text, 8) if len(text) > 1 and text.startswith("0") else int(text, 10)


def masked(text: str) -> str:
    """A URL for messages: user, password and the values of secret parameters hidden."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return re.sub(r"//[^/]*@", f"//{_MASK}@", text)
    netloc = parts.netloc
    if "@" in netloc:
        netloc = f"{_MASK}@{netloc.rpartition('@')[2]}"
    return parts._replace(netloc=netloc, query=_masked_query(parts.query), fragment="").geturl()


def credentials_in(text: str) -> list[str]:
    """What `masked` hides of a URL: its password and the values of secret parameters."""
    if not scheme_of(text):
        return []
    try:
        parts = urlsplit(text)
    except ValueError:
        return []
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    values = [password or user]
    values += [value for name, value in parse_qsl(parts.query) if _SECRET_PARAMETER.search(name)]
    return [spelling for value in values if value for spelling in {value, unquote(value)}]


def _masked_query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    if not any(_SECRET_PARAMETER.search(name) for name, _ in pairs):
        return query
    hidden = [(name, _MASK if _SECRET_PARAMETER.search(name) else value) for name, value in pairs]
    return urlencode(hidden, safe="*/:,")


def _refused(text: str, why: str, hint: str | None = None) -> UsageError:
    return UsageError(f"{masked(text)!r} is not a usable URL: {why}", hint=hint)
