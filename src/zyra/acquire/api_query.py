"""Change the query of a URL, leaving what is not changed as it is spelled."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_plus, urlencode

from zyra.core.errors import DataError, UsageError
from zyra.core.json_values import decode, encode

Pairs = list[tuple[str, str]]


def with_parameters(address: str, pairs: Iterable[tuple[str, str]]) -> str:
    """The address with these query parameters in the place of others of their names."""
    wanted = list(pairs)
    if not wanted:
        return address
    base, _, query = address.partition("#")[0].partition("?")
    names = {name for name, _ in wanted}
    kept = [part for part in query.split("&") if part and _name_of(part) not in names]
    return f"{base}?{'&'.join([*kept, urlencode(wanted, quote_via=quote)])}"


def _name_of(part: str) -> str:
    return unquote_plus(part.partition("=")[0])


def parameters_of(text: str) -> Pairs:
    """The parameters that `a=1&b=2` or a JSON object names; a JSON list gives one for each.

    Raises:
        UsageError: It is neither.
    """
    if text.lstrip().startswith("{"):
        return [(name, each) for name, value in _object(text).items() for each in _texts(value)]
    try:
        pairs = parse_qsl(text.removeprefix("?"), keep_blank_values=True, strict_parsing=True)
    except ValueError as exc:
        raise UsageError(
            "params are neither a=1&b=2 nor a JSON object",
            hint="write a percent sign as %25, an ampersand as %26",
        ) from exc
    return pairs


def _object(text: str) -> dict[str, Any]:
    try:
        value = decode(text.encode(), line=1, offset=0)
    except DataError as exc:
        raise UsageError(f"params are not JSON: {exc.message}") from exc
    if not isinstance(value, dict):
        raise UsageError("params are not a JSON object")
    return value


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [value if isinstance(value, str) else encode(value).decode()]
