"""Streamlines as strokes with arrowheads, also over the seam of a map."""

import numpy as np

from zyra.visualize.arrows import head_shapes
from zyra.visualize.streamline_tracing import Points, Seam
from zyra.visualize.vector_shapes import Shapes, strokes_of
from zyra.visualize.view import Numbers


def beside_globe(values: Numbers, lon: Numbers) -> Numbers:
    """Values of a lattice, in places beside the globe those of the nearest on it in their row."""
    filled = values.copy()
    for row, places in zip(filled, np.isfinite(lon), strict=True):
        on_globe = np.flatnonzero(places)
        if on_globe.size:
            row[: on_globe[0]], row[on_globe[-1] + 1 :] = row[on_globe[0]], row[on_globe[-1]]
    return filled


def line_shapes(
    lines: list[Points], head_px: float, every_px: float, seam: Seam | None = None
) -> Shapes:
    """Streamlines as strokes, with arrowheads along them.

    Args:
        lines: Of columns + rows * 1j, in steps of equal length.
        head_px: Length of the heads.
        every_px: Distance between heads on a line; a shorter line has one in its middle.
        seam: Over which lines go on, from one side of the map to the other; or None.
    """
    starts = np.concatenate([line[:-1] for line in lines] or [np.empty(0, complex)])
    ends = np.concatenate([line[1:] for line in lines] or [np.empty(0, complex)])
    tips, headings = _heads(lines, every_px, seam)
    if seam is not None:
        starts, ends = _on_both_sides(starts, ends, seam)
    heads = head_shapes(
        (tips.real, tips.imag), (headings.real, headings.imag), np.full(len(tips), head_px)
    )
    return Shapes(strokes_of(starts.real, starts.imag, ends.real, ends.imag), heads.triangles)


def _on_both_sides(starts: Points, ends: Points, seam: Seam) -> tuple[Points, Points]:
    """Pieces from place to place; those over the seam twice, reaching beyond each of its sides."""
    turns = np.rint((ends - starts).real / seam.spans(starts.imag))
    over = np.flatnonzero(turns)
    coming = starts[over] + turns[over] * seam.spans(starts[over].imag)
    leaving = ends.copy()
    leaving[over] -= turns[over] * seam.spans(ends[over].imag)
    return np.concatenate([starts, coming]), np.concatenate([leaving, ends[over]])


def _heads(lines: list[Points], every_px: float, seam: Seam | None) -> tuple[Points, Points]:
    """Tips of arrowheads and where they point to."""
    tips, backs = [np.empty(0, complex)], [np.empty(0, complex)]
    for line in lines:
        steps = np.diff(line)
        steps = steps if seam is None else seam.shortest(steps, line[1:].imag)
        length = float(np.abs(steps).sum())
        count = max(1, round(length / every_px))
        places = ((np.arange(count) + 0.5) / count * (len(line) - 1)).astype(np.intp) + 1
        tips.append(line[places])
        backs.append(line[np.maximum(places - 2, 0)])
    tip, back = np.concatenate(tips), np.concatenate(backs)
    run = tip - back if seam is None else seam.shortest(tip - back, tip.imag)
    return tip, run / np.maximum(np.abs(run), 1e-9)
