"""What is known of particular services: where they are and how they want times.

Source: the OpenAPI document of the Limitless Developer API, version 1.0.0.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from zyra.acquire.commands.api import ApiArgs
from zyra.core.errors import UsageError
from zyra.core.times import parse_period, parse_time

_LIFELOGS = "https://api.limitless.ai/v1/lifelogs"
_AUDIO = "https://api.limitless.ai/v1/download-audio"
_LONGEST_AUDIO = timedelta(hours=2)


@dataclass(frozen=True)
class Settings:
    """What a request takes from the arguments and, where they say nothing, from the preset.

    Attributes:
        url: Address of the operation.
        params: Query parameters that stand for times and sources.
        accept, expected: Media types that are wanted; None is any.
        cursor_param, next_path: How pages are turned by cursor.
    """

    url: str
    cursor_param: str
    next_path: str
    params: dict[str, str] = field(default_factory=dict)
    accept: str | None = None
    expected: str | None = None


def settings_of(args: ApiArgs) -> Settings:
    """Join the arguments with their preset; what is given counts more.

    Raises:
        UsageError: A time cannot be read, or the period is not one that the service takes.
    """
    if args.preset == "limitless-audio":
        return Settings(
            url=args.url or _AUDIO,
            params=_audio_params(args),
            accept=args.accept or "audio/ogg",
            expected="audio/ogg" if args.expect_content_type is None else args.expect_content_type,
            cursor_param=args.cursor_param,
            next_path=args.next_cursor_json_path,
        )
    is_lifelogs = args.preset == "limitless-lifelogs"
    chosen = args.model_fields_set
    next_path = args.next_cursor_json_path
    if is_lifelogs and "next_cursor_json_path" not in chosen:
        next_path = "meta.lifelogs.nextCursor"
    since = {} if args.since is None else {args.since_param: args.since}
    return Settings(
        url=args.url or _LIFELOGS,
        params=_lifelog_params(args) if is_lifelogs else since,
        accept=args.accept,
        expected=args.expect_content_type,
        cursor_param=args.cursor_param,
        next_path=next_path,
    )


def _window(args: ApiArgs) -> tuple[datetime | None, datetime | None]:
    """First and last moment, as far as they are given."""
    text = args.start or args.since
    first = parse_time(text) if text is not None else None
    last = parse_time(args.end, last_of_day=True) if args.end is not None else None
    if first is not None and args.duration is not None:
        period = parse_period(args.duration)
        if period.months:
            raise UsageError(f"duration {args.duration!r}: give days, hours or minutes")
        last = first + period.span
    if first is not None and last is not None and last <= first:
        raise UsageError(f"the end, {last:%Y-%m-%d %H:%M:%S}, is not after the start")
    return first, last


def _lifelog_params(args: ApiArgs) -> dict[str, str]:
    # The service takes times without a zone and reads them as UTC unless told otherwise.
    first, last = _window(args)
    named = {"start": first, "end": last}
    return {name: f"{moment:%Y-%m-%d %H:%M:%S}" for name, moment in named.items() if moment}


def _audio_params(args: ApiArgs) -> dict[str, str]:
    first, last = _window(args)
    if first is None or last is None:
        raise UsageError("limitless-audio needs a start and an end")
    if last - first > _LONGEST_AUDIO:
        raise UsageError(
            f"the service gives at most 2 hours of audio at once, not {last - first}",
            hint="ask for several shorter periods",
        )
    params = {"startMs": _milliseconds(first), "endMs": _milliseconds(last)}
    return params | ({} if args.audio_source is None else {"audioSource": args.audio_source})


def _milliseconds(moment: datetime) -> str:
    return str((moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1))
