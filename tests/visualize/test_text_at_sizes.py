"""Text on pages is as crisp as its outlines at every size, readable on small ones, never cut."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFont

from drawn_maps import PLAIN, run_heatmap
from zyra.visualize.graticule import graticule_labels
from zyra.visualize.layout import TITLE_SIZE, Layout, laid_out, unit_of
from zyra.visualize.page import Page
from zyra.visualize.projection import MapView
from zyra.visualize.text import font

FONTS = Path(__file__).parents[2] / "src/zyra/visualize/data/fonts"
WIDTHS = (320, 512, 1024, 2048, 4096, 8192)
SIZES = [(width, width // 2) for width in WIDTHS]
TITLE = "Gale 28 kt"
OTHERS = [(320, 240), (240, 320), (640, 640)]
# Of ink, of 255: paper is 0, wholly covered is 221 (`INK` is no black).
INKED, SOLID = 20, 200


@dataclass(frozen=True)
class Drawn:
    """Ink of a page: of its title, cropped, and of the four sides of the page."""

    title: NDArray[np.int64]
    rim: NDArray[np.int64]
    unit: float


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[tuple[int, int], Drawn]:
    """A page of a field in each size."""
    folder = tmp_path_factory.mktemp("pages")
    np.save(folder / "field.npy", np.add.outer(np.zeros(8), np.linspace(-40, 40, 16)))
    given = {"input": str(folder / "field.npy"), "label": TITLE, "colorbar": True, **PLAIN}
    made = {}
    for width, height in [*SIZES, *OTHERS]:
        path = folder / f"{width}x{height}.png"
        run_heatmap(**given, output=str(path), width=width, height=height)
        with Image.open(path) as page:
            made[width, height] = looked_at(page)
    return made


def looked_at(page: Image.Image) -> Drawn:
    width, height = page.size
    sides = (0, 0, width, 1), (0, height - 1, width, height), (0, 0, 1, height)
    boxes = [*sides, (width - 1, 0, width, height)]
    rim = np.concatenate([ink_in(page, box).ravel() for box in boxes])
    # The frame of the map is the first row that is inked nearly all along.
    middle = ink_in(page, (width // 2, 0, width // 2 + 1, height))[:, 0]
    header = ink_in(page, (0, 0, width, int(np.flatnonzero(middle > INKED)[0])))
    rows, columns = np.nonzero(header > INKED)
    title = header[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    return Drawn(title, rim, unit_of(width, height, 96))


def ink_in(page: Image.Image, box: tuple[int, int, int, int]) -> NDArray[np.int64]:
    pixels = np.asarray(page.crop(box).convert("RGB"), np.int64)
    return 255 - pixels.max(axis=2)


def layout_of(size) -> Layout:
    unit = unit_of(*size, 96)
    return laid_out(*size, 2.0, None, unit=unit, degrees=True)


def by_freetype(size: float) -> NDArray[np.int64]:
    """The same text from the font's outlines at that size, cropped to its ink."""
    outlines = ImageFont.truetype(
        str(FONTS / "ZyraSans-Bold.ttf"), size, layout_engine=ImageFont.Layout.BASIC
    )
    core = outlines.getmask2(TITLE, mode="L", anchor="ls")[0]
    drawn = np.array(core, np.int64).reshape(core.size[::-1]) * 221 // 255
    rows, columns = np.nonzero(drawn > INKED)
    return drawn[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


@pytest.mark.parametrize("size", [*SIZES, *OTHERS])
def test_titles_are_drawn_from_outlines_at_their_own_size(pages, size):
    ours, theirs = pages[size].title, by_freetype(TITLE_SIZE * pages[size].unit)
    assert np.abs(np.subtract(ours.shape, theirs.shape)).max() <= 1
    height, width = np.minimum(ours.shape, theirs.shape)
    away = np.abs(ours[:height, :width] - theirs[:height, :width])
    # The title begins at a whole pixel; scaled-up letters would differ all along their edges.
    assert (away > 60).mean() < 0.02


@pytest.mark.parametrize("size", SIZES)
def test_edges_of_letters_are_one_pixel_wide_at_every_size(pages, size):
    ink = pages[size].title
    soft = ((ink > INKED) & (ink < SOLID)).sum()
    outline = sum((np.abs(np.diff(ink, axis=axis)) > 100).sum() for axis in (0, 1))
    # Letters that were drawn half as large would have twice as many soft pixels at their edges.
    assert soft < 1.3 * outline + 40


@pytest.mark.parametrize("size", [*SIZES, *OTHERS])
def test_letters_are_tall_enough_to_read_and_grow_with_the_picture(pages, size):
    tall = len(pages[size].title)
    assert tall >= 9
    assert tall >= 0.018 * min(size[1], size[0] / 2)


@pytest.mark.parametrize("extent", [(-180, 180, -90, 90), (-30, 45, 30, 72), (170, 190, -10, 10)])
@pytest.mark.parametrize("size", [*SIZES, (320, 240), (240, 320), (640, 480), (4096, 1024)])
def test_labels_of_degrees_stay_on_the_page_and_off_each_other(size, extent):
    layout = layout_of(size)
    view = MapView.over(extent, layout.map.width, layout.map.height)
    page = Page(layout, "", "", None, graticule_labels(view))
    chosen = font(11.0 * 0.9 * layout.unit)
    ends = [
        (layout.map.left + label.position - half, layout.map.left + label.position + half)
        for label in page.meridians(chosen)
        for half in [chosen.getlength(label.text) / 2]
    ]
    assert all(start >= 0 and end <= layout.width for start, end in ends)
    assert all(one[1] < two[0] for one, two in pairwise(ends))
    gap = round(5 * layout.unit)
    for label in page.parallels():
        right = layout.map.left + label.inset - gap - layout.unit
        assert right - chosen.getlength(label.text) >= 0
        assert 0 <= layout.map.top + label.position <= layout.height


@pytest.mark.parametrize("size", [*SIZES, *OTHERS])
def test_nothing_of_a_page_touches_its_rim(pages, size):
    assert pages[size].rim.max() == 0
