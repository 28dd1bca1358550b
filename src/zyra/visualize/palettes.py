"""Palettes: colours in the order of the values they stand for, by name."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zyra.core.closest import closest
from zyra.core.errors import UsageError

Colours = NDArray[np.uint8]

REVERSED = "_r"
# Where people see them all; written by `scripts/build_palette_page.py`.
PALETTE_PAGE = "docs/palettes.md"
# Other libraries' names for palettes that we have.
ALIASES = {"grey": "gray", "gist_grey": "gist_gray", "Grays": "Greys", "gist_yarg": "binary"}


@dataclass(frozen=True)
class Palette:
    """Colours for values from low to high.

    Attributes:
        colours: RGBA, shape (n, 4), alpha not premultiplied.
        steps: Each colour is a class of its own; else colours blend into each other.
        bounds: Value at which each colour starts, ascending, shape (n,); the last colour
            holds for all higher values, the first also for lower ones. None: the palette
            is stretched over the range of the picture.
        top: Value at which the last class of `bounds` ends, itself in it; None: it has no end.
            Higher values are not drawn.
        span: Values of the first and the last colour, where the palette was made for them.
        hides_below: Values below the first bound are not drawn, as no echo of a radar.
        transparent_share: Share of the range, from its low end, that is wholly transparent.
    """

    colours: Colours
    steps: bool = False
    bounds: tuple[float, ...] | None = None
    top: float | None = None
    span: tuple[float, float] | None = None
    hides_below: bool = False
    transparent_share: float = 0.0

    def sampled(self, count: int) -> Colours:
        """`count` colours at even places from the first to the last, shape (count, 4)."""
        places = np.linspace(0.0, 1.0, count)
        if self.steps or self.bounds is not None:
            chosen = np.minimum((places * len(self.colours)).astype(int), len(self.colours) - 1)
            classes: Colours = self.colours[chosen]
            return classes
        return self._blended(places)

    def reversed(self) -> "Palette":
        """The same colours from high to low; bounds stay where they are."""
        return replace(self, colours=self.colours[::-1].copy())

    def _blended(self, places: NDArray[np.float64]) -> Colours:
        knots = np.linspace(0.0, 1.0, len(self.colours))
        channels = [np.interp(places, knots, channel) for channel in self.colours.T]
        blended: Colours = np.rint(np.stack(channels, axis=1)).astype(np.uint8)
        return blended


def named_palette(name: str) -> Palette:
    """Look up a packaged palette; the suffix `_r` reverses it.

    Raises:
        UsageError: There is none of that name; the hint has the closest ones.
    """
    known = _packaged()
    plain = name.removeprefix("cmo.")
    plain = plain if plain in known else plain.removesuffix(REVERSED)
    plain = ALIASES.get(plain, plain)
    if plain not in known:
        raise UsageError(f"no colour map {name!r}", hint=_closest(name, known))
    palette = _unpacked(known[plain])
    return palette.reversed() if name.endswith(REVERSED) else palette


def palette_names() -> list[str]:
    """Names of the packaged palettes, without their reversed twins."""
    return sorted(_packaged())


def _packaged() -> Mapping[str, Mapping[str, Any]]:
    text = files("zyra.visualize").joinpath("data/palettes.json").read_text()
    entries: Mapping[str, Mapping[str, Any]] = json.loads(text)
    return entries


def _unpacked(entry: Mapping[str, Any]) -> Palette:
    rgb = np.frombuffer(bytes.fromhex(entry["colours"]), np.uint8).reshape(-1, 3)
    colours = np.column_stack([rgb, np.full(len(rgb), 255, np.uint8)])
    bounds = tuple(float(bound) for bound in entry["bounds"]) if "bounds" in entry else None
    return Palette(
        colours, bool(entry.get("steps")), bounds, hides_below=bool(entry.get("hides_below"))
    )


def _closest(name: str, known: Mapping[str, object]) -> str:
    by_lower = {each.lower(): each for each in known}
    wanted = name.lower().removesuffix(REVERSED)
    close = [by_lower[low] for low in closest(wanted, by_lower)]
    if close:
        return f"did you mean {', '.join(close)}? {PALETTE_PAGE} shows all {len(known)}"
    names = ", ".join(sorted(known, key=str.lower))
    return f"choose one of {names}; _r reverses it; {PALETTE_PAGE} shows them"
