"""What is searched for in a STAC catalog: as parameters of an API, and as a test of an item."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from zyra.acquire.commands.stac import StacArgs
from zyra.acquire.json_shapes import list_of, object_of
from zyra.core.errors import DataError, UsageError
from zyra.core.json_values import decode, encode
from zyra.core.times import iso_moment, parse_period, parse_time

Box = tuple[float, float, float, float]  # west, south, east, north
Span = tuple[datetime | None, datetime | None]  # None is no limit

_OPEN = ("", "..")


@dataclass(frozen=True)
class Query:
    """What is searched for; None is everything.

    Attributes:
        bbox: West, south, east, north in degrees.
        span: First and last moment.
        query: Of the query extension.
        filter: CQL2, as text or JSON.
    """

    collections: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    bbox: Box | None = None
    span: Span = (None, None)
    query: Mapping[str, Any] | None = None
    filter: str | None = None
    page_size: int = 100

    def body(self) -> dict[str, Any]:
        """The search as JSON for POST."""
        found: dict[str, Any] = {"limit": self.page_size}
        if self.collections:
            found["collections"] = self.collections
        if self.ids:
            found["ids"] = self.ids
        if self.bbox is not None:
            found["bbox"] = self.bbox
        if self.span != (None, None):
            found["datetime"] = _interval(self.span)
        if self.query is not None:
            found["query"] = self.query
        if self.filter is not None:
            is_json = _is_json(self.filter)
            found["filter"] = _json("filter", self.filter) if is_json else self.filter
            found["filter-lang"] = "cql2-json" if is_json else "cql2-text"
        return found

    def parameters(self) -> list[tuple[str, str]]:
        """The search as query parameters for GET."""
        body = self.body()
        for name in ("collections", "ids", "bbox"):
            if name in body:
                body[name] = ",".join(
                    f"{part:g}" if _is_number(part) else part for part in body[name]
                )
        return [
            (name, value if isinstance(value, str) else encode(value).decode())
            for name, value in body.items()
        ]

    def takes(self, item: Mapping[str, Any]) -> bool:
        """Whether an item is searched for, as far as can be told here."""
        return (
            (not self.collections or item.get("collection") in self.collections)
            and (not self.ids or item.get("id") in self.ids)
            and (self.bbox is None or _meets(self.bbox, _box(item.get("bbox"))))
            and _overlaps(self.span, span_of(object_of(item.get("properties"))))
        )

    def may_hold(self, collection: Mapping[str, Any]) -> bool:
        """Whether there can be such items in a catalog or collection, by its extent."""
        extent = object_of(collection.get("extent"))
        boxes = list_of(object_of(extent.get("spatial")).get("bbox"))
        intervals = map(list_of, list_of(object_of(extent.get("temporal")).get("interval")))
        wanted = self.bbox
        fits = wanted is None or not boxes or any(_meets(wanted, _box(box)) for box in boxes[:1])
        spans = [
            tuple(map(_moment, interval)) for interval in islice(intervals, 1) if len(interval) == 2
        ]
        return fits and all(_overlaps(self.span, (first, last)) for first, last in spans)


def query_of(args: StacArgs, now: datetime) -> Query:
    """What the arguments search for.

    Raises:
        UsageError: A time, box or JSON text is none.
    """
    box = args.bbox
    if box is not None and not (-90 <= box[1] <= box[3] <= 90):
        raise UsageError(
            f"bbox {' '.join(f'{side:g}' for side in box)}: south is not below north",
            hint="give west south east north in degrees",
        )
    return Query(
        collections=tuple(args.collection or ()),
        ids=tuple(args.ids or ()),
        bbox=None if box is None else (box[0], box[1], box[2], box[3]),
        span=_span(args, now),
        query=None if args.query is None else _json("query", args.query),
        filter=args.filter,
        page_size=min(args.page_size, args.limit),
    )


def span_of(properties: Mapping[str, Any]) -> Span:
    """When an item is from."""
    first, last = properties.get("start_datetime"), properties.get("end_datetime")
    moment = properties.get("datetime")
    return _moment(first or moment), _moment(last or moment)


def _span(args: StacArgs, now: datetime) -> Span:
    if args.datetime is not None:
        first, slash, last = args.datetime.strip().partition("/")
        if not slash:
            return parse_time(first), parse_time(first, last_of_day=True)
        return (
            None if first in _OPEN else parse_time(first),
            None if last in _OPEN else parse_time(last, last_of_day=True),
        )
    start = None if args.since is None else parse_time(args.since)
    if args.since_period is not None:
        start = parse_period(args.since_period).before(now)
    return start, None if args.until is None else parse_time(args.until, last_of_day=True)


def _interval(span: Span) -> str:
    """RFC 3339, two dots for no limit."""
    shown = (".." if moment is None else iso_moment(moment) for moment in span)
    return "/".join(shown)


def _json(name: str, text: str) -> dict[str, Any]:
    try:
        value = decode(text.encode(), line=1, offset=0)
    except DataError as exc:
        raise UsageError(f"{name} is not JSON: {exc.message}") from exc
    if not isinstance(value, dict):
        raise UsageError(f"{name} is not a JSON object")
    return value


def _is_json(text: str) -> bool:
    return text.lstrip().startswith("{")


def _is_number(part: Any) -> bool:
    return isinstance(part, (int, float))


def _box(numbers: Any) -> Box | None:
    """West, south, east, north of a bbox of 4 numbers, or of 6 with heights."""
    if not isinstance(numbers, list) or len(numbers) not in (4, 6):
        return None
    if not all(map(_is_number, numbers)):
        return None
    half = len(numbers) // 2
    return numbers[0], numbers[1], numbers[half], numbers[half + 1]


def _meets(wanted: Box, box: Box | None) -> bool:
    if box is None:
        return False
    if wanted[3] < box[1] or box[3] < wanted[1]:
        return False
    return any(
        west <= right and left <= east
        for west, east in _sides(wanted)
        for left, right in _sides(box)
    )


def _sides(box: Box) -> tuple[tuple[float, float], ...]:
    """Ranges of longitude; a box across 180 degrees has two."""
    west, east = box[0], box[2]
    return ((west, east),) if west <= east else ((west, 180.0), (-180.0, east))


def _overlaps(wanted: Span, span: Span) -> bool:
    first, last = span
    if wanted != (None, None) and first is None and last is None:
        return False
    starts_in_time = wanted[1] is None or first is None or first <= wanted[1]
    return starts_in_time and (wanted[0] is None or last is None or wanted[0] <= last)


def _moment(text: Any) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:  # an item's nonsense tells no time
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
