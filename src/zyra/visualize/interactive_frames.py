"""Find the fields of a page, and the sliders that choose among them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from zyra.fields.field import FieldInfo
from zyra.visualize.text import field_time, level_text


@dataclass(frozen=True)
class Slider:
    """One choice: what it is of, and what there is."""

    name: str
    labels: Sequence[str]


@dataclass(frozen=True)
class Frames:
    """Fields in the order that sliders count them: the last slider runs fastest."""

    infos: Sequence[FieldInfo]
    sliders: Sequence[Slider]


def frames_of(infos: Sequence[FieldInfo]) -> Frames:
    """Fields of one variable with a slider for each thing in which they differ.

    Where not every combination is there, one slider names each field in full.
    """
    ordered = sorted(infos, key=_order)
    known = [_parts(info) for info in ordered]
    names = dict.fromkeys(name for parts in known for name in parts)
    labels = {name: list(dict.fromkeys(parts.get(name, "") for parts in known)) for name in names}
    differing = [name for name in names if len(labels[name]) > 1]
    by_labels = {
        tuple(parts.get(name, "") for name in differing): info
        for parts, info in zip(known, ordered, strict=True)
    }
    wanted = list(product(*(labels[name] for name in differing)))
    if len(wanted) == len(ordered) == len(by_labels):
        sliders = [Slider(name, labels[name]) for name in differing]
        return Frames([by_labels[each] for each in wanted], sliders)
    texts = [", ".join(parts[name] for name in differing if name in parts) for parts in known]
    unique = [f"{number}: {text}" for number, text in enumerate(texts, 1)]
    return Frames(ordered, [Slider("Field", unique)])


def _order(info: FieldInfo) -> tuple[float, ...]:
    level = info.level.value if info.level is not None else None
    return (
        0.0 if level is None else level,
        0.0 if info.valid_time is None else info.valid_time.timestamp(),
        -1.0 if info.member is None else float(info.member),
        *info.dimensions.values(),
        float(info.number),
    )


_NAMED: tuple[tuple[str, Callable[[FieldInfo], str]], ...] = (
    ("Level", lambda info: level_text(info.level) if info.level is not None else ""),
    ("Time", field_time),
    ("Member", lambda info: "" if info.member is None else str(info.member)),
    ("Statistic", lambda info: info.statistic.replace("_", " ")),
)


def _parts(info: FieldInfo) -> Mapping[str, str]:
    """What tells a field from others of its variable, in words."""
    parts = {name: text(info) for name, text in _NAMED}
    parts |= {name.capitalize(): f"{value:g}" for name, value in info.dimensions.items()}
    return {name: text for name, text in parts.items() if text}
