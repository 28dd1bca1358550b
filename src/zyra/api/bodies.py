"""Read JSON bodies under limits, before anything looks at what they mean.

RFC 8259 leaves repeated names, half surrogate pairs and the size of numbers to the
reader; all three are refused here (as I-JSON, RFC 7493, does), so that nothing behind
has to expect them.
"""

import asyncio
import json
import math
import time
from collections.abc import AsyncIterator
from typing import Any, NoReturn

from starlette.requests import ClientDisconnect, Request

from zyra.api.errors import BodyStalled, BodyTooLarge, NotJson, WrongMediaType
from zyra.jobs.requests import Problem, RequestRefused

IDLE_S = 60.0  # longest silence within a body; uvicorn itself would wait for ever
GRACE_S = 60.0  # after which a body has to have come...
SLOWEST_BYTES_S = 1024  # ...at this rate on the whole, so that drops do not hold a place for ever
MAX_DEPTH = 32
MAX_KEYS = 1_000  # of one object
MAX_VALUES = 20_000  # of the whole body
INT64 = 1 << 63


async def read_object(request: Request, limit: int) -> dict[str, Any]:
    """Read the request's body as one JSON object.

    Raises:
        WrongMediaType: It is not announced as JSON.
        BodyTooLarge: It has more than `limit` bytes.
        NotJson: It is not JSON.
        RequestRefused: It is no object, too deep, or has too many or too large values.
    """
    refuse_other_types(request, "application/json")
    return parse_object(await read_bytes(request, limit))


async def read_bytes(request: Request, limit: int) -> bytes:
    """Read the request's body whole.

    Raises:
        BodyTooLarge: It has more than `limit` bytes.
    """
    refuse_announced_size(request, limit)
    body = bytearray()
    async for chunk in chunks_of(request):
        body += chunk
        if len(body) > limit:
            raise BodyTooLarge(f"the body has more than {limit} bytes")
    return bytes(body)


def announced_type(request: Request) -> str:
    """The announced media type of the body, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def refuse_other_types(request: Request, *wanted: str) -> None:
    """Let pass only bodies of the media types `wanted`, without a content coding.

    Raises:
        WrongMediaType: The body is something else.
    """
    if announced_type(request) not in wanted:
        given = request.headers.get("content-type") or "of no announced type"
        hint = f"send Content-Type: {wanted[0]}; with curl -H 'Content-Type: {wanted[0]}'"
        raise WrongMediaType(f"the body is {given}", hint=hint)
    refuse_coding(request)


def refuse_coding(request: Request) -> None:
    """Let pass only bodies that are not compressed for the transfer.

    Raises:
        WrongMediaType: The body has a Content-Encoding.
    """
    coding = request.headers.get("content-encoding", "identity").lower()
    if coding != "identity":
        raise WrongMediaType(f"the body is coded as {coding!r}", hint="send it plain")


def refuse_announced_size(request: Request, limit: int) -> None:
    """Refuse by Content-Length, before a byte is read.

    Raises:
        BodyTooLarge: More than `limit` bytes are announced.
    """
    if announced_size(request) > limit:
        size = request.headers["content-length"][:20]
        raise BodyTooLarge(f"the body has {size} bytes", hint=f"at most {limit} fit")


def announced_size(request: Request) -> int:
    """Bytes of the body by its Content-Length; 0 where it is not announced."""
    announced = request.headers.get("content-length", "")
    return int(announced[:20]) if announced.isdecimal() else 0


async def chunks_of(
    request: Request,
    idle_s: float = IDLE_S,
    grace_s: float = GRACE_S,
    slowest_bytes_s: float = SLOWEST_BYTES_S,
) -> AsyncIterator[bytes]:
    """The body as it arrives.

    Raises:
        BodyStalled: Nothing came for `idle_s`, or, after `grace_s`, less on the whole than
            `slowest_bytes_s`.
        ClientDisconnect: The client left before the end.
    """
    spent_s, received, more = 0.0, 0, True
    while more:
        left_s = grace_s + received / slowest_bytes_s - spent_s
        asked_at = time.monotonic()
        try:
            async with asyncio.timeout(min(idle_s, left_s)):
                message = await request.receive()
        except TimeoutError as exc:
            raise _stalled(idle_s, received, is_silent=idle_s <= left_s) from exc
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        # Only waiting for the client counts, not what is done with its bytes.
        spent_s += time.monotonic() - asked_at
        chunk, more = message.get("body", b""), message.get("more_body", False)
        received += len(chunk)
        yield chunk


def _stalled(idle_s: float, received: int, *, is_silent: bool) -> BodyStalled:
    if is_silent:
        return BodyStalled(f"nothing of the body came for {idle_s:g} s")
    return BodyStalled(
        f"the body came too slowly, {received} bytes so far",
        hint=f"send at least {SLOWEST_BYTES_S} bytes/s",
    )


def parse_object(body: bytes) -> dict[str, Any]:
    """Parse one JSON object.

    Raises:
        NotJson: It is not JSON, not UTF-8, or repeats a name.
        RequestRefused: It is no object, too deep, or has too many or too large values.
    """
    try:
        value = json.loads(
            body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_refuse_constant
        )
    except UnicodeDecodeError as exc:
        raise NotJson(f"the body is not UTF-8 at byte {exc.start}") from exc
    except json.JSONDecodeError as exc:
        raise NotJson(
            f"the body is not JSON: {exc.msg}, line {exc.lineno} column {exc.colno}",
            hint="names and texts stand in double quotes" if b"'" in body[:2] else None,
        ) from exc
    except RecursionError as exc:
        raise _refused(f"more than {MAX_DEPTH} levels deep", "too_deep") from exc
    except ValueError as exc:  # an integer of more digits than Python reads
        raise _refused("a number beyond 64 bits", "too_large") from exc
    if not isinstance(value, dict):
        raise _refused("the body must be a JSON object", "object_type")
    _check_values(value)
    if b"\\u" in body:
        _refuse_half_pairs(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MAX_KEYS:
        raise _refused(f"an object with {len(pairs)} members; at most {MAX_KEYS}", "too_many")
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotJson(f"the body names {twice[:80]!r} twice in one object")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise NotJson(f"the body is not JSON: {name} is no JSON number")


def _check_values(top: Any) -> None:
    """Walk level by level: depth, count, and numbers that others cannot hold."""
    level, seen = [top], 0
    for _ in range(MAX_DEPTH):
        seen += len(level)
        if seen > MAX_VALUES:
            raise _refused(f"more than {MAX_VALUES} values", "too_many")
        level = [inner for value in level for inner in _inner(value)]
        if not level:
            return
    raise _refused(f"more than {MAX_DEPTH} levels deep", "too_deep")


def _inner(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    if isinstance(value, list):
        return value
    if isinstance(value, float) and not math.isfinite(value):
        raise _refused("a number beyond the range of a double", "too_large")
    if isinstance(value, int) and not -INT64 <= value < INT64:
        raise _refused("a number beyond 64 bits", "too_large")
    return ()


def _refuse_half_pairs(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as exc:
        raise NotJson("the body has half of a surrogate pair, which is no character") from exc


def _refused(message: str, kind: str) -> RequestRefused:
    return RequestRefused([Problem((), message, kind)])
