"""Sign a request to a store that speaks like S3.

Source: "Create a signed AWS API request", AWS Identity and Access Management User Guide
(Signature Version 4).
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote

from zyra.core.urls import Url

_ALGORITHM = "AWS4-HMAC-SHA256"
_NOTHING = sha256(b"").hexdigest()


@dataclass(frozen=True)
class Keys:
    """What proves who asks.

    Attributes:
        session: Token of keys that were lent.
    """

    access: str
    secret: str = field(repr=False)
    session: str | None = field(default=None, repr=False)


def signed_headers(
    url: Url, keys: Keys, region: str, now: datetime, others: Mapping[str, str]
) -> dict[str, str]:
    """The headers of a GET of `url`, whose query has its parameters in order and quoted strictly.

    Args:
        url: Without a fragment.
        keys: Who asks.
        region: Of the bucket.
        now: Time of the request, UTC.
        others: More headers, in lower case, to send and sign.
    """
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    headers = {"x-amz-content-sha256": _NOTHING, "x-amz-date": stamp, **others}
    if keys.session is not None:
        headers["x-amz-security-token"] = keys.session
    signed = {"host": _authority(url), **headers}
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    text = _to_sign(url, signed, stamp, scope)
    signature = hmac.new(_key(keys, scope), text.encode(), sha256).hexdigest()
    headers["Authorization"] = (
        f"{_ALGORITHM} Credential={keys.access}/{scope}, "
        f"SignedHeaders={';'.join(sorted(signed))}, Signature={signature}"
    )
    return headers


def query_of(parameters: Mapping[str, str]) -> str:
    """A query as it has to be for its signature."""
    pairs = sorted(parameters.items())
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)


def _authority(url: Url) -> str:
    """The header Host as it is sent: the port only where it is not the scheme's own."""
    return str(url).split("/")[2]


def _to_sign(url: Url, headers: Mapping[str, str], stamp: str, scope: str) -> str:
    path, _, query = url.target.partition("?")
    names = sorted(headers)
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    request = f"GET\n{path}\n{query}\n{lines}\n{';'.join(names)}\n{_NOTHING}"
    return f"{_ALGORITHM}\n{stamp}\n{scope}\n{sha256(request.encode()).hexdigest()}"


def _key(keys: Keys, scope: str) -> bytes:
    key = f"AWS4{keys.secret}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), sha256).digest()
    return key
