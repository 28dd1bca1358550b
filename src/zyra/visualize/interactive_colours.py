"""The colours of a page: of each packed number, and of the bar."""

from typing import Any

import numpy as np

from zyra.visualize.interactive_packing import Quantiser, packed_text
from zyra.visualize.palettes import Colours
from zyra.visualize.scale import Scale
from zyra.visualize.text import nice_ticks, written_numbers, written_power, written_units

MOST_TICKS = 8


def colour_table(scale: Scale) -> list[int]:
    """256 colours by their levels, each as the four bytes of a pixel, the first one lowest."""
    table = np.zeros((256, 4), np.uint8)
    table[: scale.count] = scale.colours
    numbers: list[int] = table.view("<u4").reshape(-1).tolist()
    return numbers


def level_text(scale: Scale, quantiser: Quantiser) -> str:
    """The level of each packed number, packed itself: exactly those of a picture."""
    return packed_text(scale.levels(quantiser.all_values()).astype(np.uint16))


def bar_facts(scale: Scale, units: str) -> dict[str, Any]:
    """The colour bar as the page reads it: colours, ticks with their places, unit."""
    if scale.is_affine:
        values = nice_ticks(scale.low, scale.high, MOST_TICKS)
        places = [(value - scale.low) / (scale.high - scale.low) for value in values]
    else:
        bounds = list(scale.palette.bounds or ())
        every = max(1, -(-len(bounds) // (2 * MOST_TICKS)))
        values = bounds[::every]
        places = [number / len(bounds) for number in range(0, len(bounds), every)]
    texts, exponent = written_numbers(values)
    caption = " ".join(part for part in (written_power(exponent), written_units(units)) if part)
    ticks = [[place, text] for place, text in zip(places, texts, strict=True)]
    return {"colours": css_colours(scale.colours), "ticks": ticks, "caption": caption}


def css_colours(colours: Colours) -> list[str]:
    """`#rrggbbaa` of each."""
    return [f"#{colour.tobytes().hex()}" for colour in colours]
