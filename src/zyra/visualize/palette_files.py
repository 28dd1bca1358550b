"""Read a palette from a file: JSON, GMT's CPT, or a plain list of colours.

JSON, as one of:

- a list of colours: `"#rrggbb"`, `"#rrggbbaa"`, `[r, g, b]` or `[r, g, b, a]`, 0 to 255;
- `{"type": "continuous", "base": "YlOrBr"}` or with `"colors": [...]` instead of `base`;
  `transparent_range: n` hides the lowest n of 256 steps, `blend_range: n` fades the next n in;
- `{"type": "classified", "entries": [{"Color": [r, g, b, a], "Upper Bound": v}, ...]}`, or
  that list alone. As the published command draws it, each colour starts at its own bound
  and ends at the next one; the last holds for everything above.

CPT: RGB lines `z0 r g b z1 r g b` (or `r/g/b`, `#rrggbb`), see the GMT reference. A file whose
colours do not change within their lines has classes, otherwise they blend from z0 to z1.

Plain text: one colour for each line, `r g b` or `#rrggbb`; `#` followed by a space is a remark.
"""

import json
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from zyra.core.errors import DataError
from zyra.visualize.palettes import Colours, Palette, named_palette

STEPS = 256
Colour = tuple[int, int, int, int]
_HEX = re.compile(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\Z")


def read_palette(path: Path) -> Palette:
    """Read the palette in `path`, whose suffix `.cpt` or content tells its format.

    Raises:
        DataError: It is in none of the formats above.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as exc:
        raise DataError(f"palette {path.name} is not text") from exc
    try:
        if path.suffix.lower() == ".cpt":
            return _from_cpt(text)
        if text.lstrip()[:1] in ("{", "["):
            return _from_json(json.loads(text))
        return Palette(_colours([_line_colour(line) for line in _lines(text)]))
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as exc:
        raise DataError(
            f"cannot read the palette {path.name}: {exc}",
            hint="a JSON list of colours, a classified or continuous palette, or a CPT file",
        ) from exc


def _from_json(given: Any) -> Palette:
    if isinstance(given, list):
        classified = bool(given) and isinstance(given[0], dict)
        return _classified(given) if classified else Palette(_colours([*map(_colour, given)]))
    if "entries" in given:
        return _classified(given["entries"])
    base = (
        named_palette(str(given["base"]))
        if "base" in given
        else Palette(
            _colours([_colour(each) for each in given.get("colors", given.get("colours"))])
        )
    )
    return faded_in(base, int(given.get("transparent_range", 0)), int(given.get("blend_range", 0)))


def faded_in(palette: Palette, transparent: int, blend: int) -> Palette:
    """Hide the lowest `transparent` of 256 steps and fade the next `blend` ones in."""
    if not 0 <= transparent <= STEPS or blend < 0:
        raise ValueError(f"transparent_range {transparent} or blend_range {blend} is out of range")
    if transparent == blend == 0:
        return palette
    colours = palette.sampled(STEPS)
    visible = np.clip((np.arange(STEPS) - transparent + 1) / (blend + 1), 0.0, 1.0)
    colours[:, 3] = np.rint(colours[:, 3] * visible)
    return Palette(colours, transparent_share=transparent / STEPS)


def _classified(entries: Sequence[Any]) -> Palette:
    colours = [_colour(entry["Color"]) for entry in entries]
    bounds = tuple(float(entry["Upper Bound"]) for entry in entries)
    return Palette(_colours(colours), bounds=_ascending(bounds))


def _ascending(bounds: tuple[float, ...]) -> tuple[float, ...]:
    if not all(low < high for low, high in pairwise(bounds)):
        raise ValueError("the bounds do not ascend")
    return bounds


def _colour(given: Any) -> Colour:
    if isinstance(given, str):
        if not _HEX.match(given):
            raise ValueError(f"{given!r} is not a colour like #rrggbb")
        channels = list(bytes.fromhex(given[1:]))
    else:
        channels = [int(channel) for channel in given]
    if len(channels) not in (3, 4) or not all(0 <= channel <= 255 for channel in channels):
        raise ValueError(f"{given!r} is not a colour of 3 or 4 values from 0 to 255")
    red, green, blue, alpha = (*channels, 255)[:4]
    return red, green, blue, alpha


def _colours(colours: Sequence[Colour]) -> Colours:
    if len(colours) < 2:
        raise ValueError("it has fewer than two colours")
    return np.array(colours, np.uint8)


def _lines(text: str) -> list[str]:
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not re.match(r"#(\s|$)", line)]


def _line_colour(line: str) -> Colour:
    return _colour(line if line.startswith("#") else re.split(r"[\s,]+", line))


def _from_cpt(text: str) -> Palette:
    if re.search(r"#\s*COLOR_MODEL\s*=\s*\+?(?!RGB)\w", text, re.IGNORECASE):
        raise ValueError("only the RGB colour model of CPT files is read")
    lines = [line for line in _lines(text) if line[0] not in "BFN"]
    slices = [_cpt_slice(line) for line in lines]
    if not slices:
        raise ValueError("it has no colours")
    if all(first == last for _, first, _, last in slices):
        bounds = tuple(low for low, _, _, _ in slices)
        return Palette(_colours([first for _, first, _, _ in slices]), bounds=_ascending(bounds))
    return _blended_cpt(slices)


def _cpt_slice(line: str) -> tuple[float, Colour, float, Colour]:
    words = line.partition(";")[0].replace("/", " ").split()
    half = len(words) // 2
    if len(words) not in (4, 8):
        raise ValueError(f"{line!r} is not a line of two values with their colours")
    return (
        float(words[0]),
        _cpt_colour(words[1:half]),
        float(words[half]),
        _cpt_colour(words[half + 1 :]),
    )


def _cpt_colour(words: Sequence[str]) -> Colour:
    return _colour(words[0] if len(words) == 1 else words)


def _blended_cpt(slices: Sequence[tuple[float, Colour, float, Colour]]) -> Palette:
    knots = [value for low, _, high, _ in slices for value in (low, high)]
    colours = np.array([colour for _, first, _, last in slices for colour in (first, last)], float)
    if knots[-1] <= knots[0]:
        raise ValueError("the values do not ascend")
    places = np.linspace(knots[0], knots[-1], STEPS)
    channels = [np.interp(places, knots, channel) for channel in colours.T]
    return Palette(np.rint(np.stack(channels, axis=1)).astype(np.uint8), span=(knots[0], knots[-1]))
