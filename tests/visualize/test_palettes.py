"""Palettes by name and from files."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from zyra.core.errors import DataError, UsageError
from zyra.visualize.palette_files import read_palette
from zyra.visualize.palettes import PALETTE_PAGE, named_palette, palette_names

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        # Published end colours: ColorBrewer 2.0, matplotlib's documentation, cmocean.
        ("YlOrBr", "ffffe5", "662506"),
        ("viridis", "440154", "fde725"),
        ("RdBu", "67001f", "053061"),
        ("RdBu_r", "053061", "67001f"),
        ("turbo", "30123b", "7a0403"),
        ("cmo.thermal", "042333", "e8fa5b"),
        ("grey", "000000", "ffffff"),
    ],
)
def test_a_named_palette_has_its_published_ends(name, first, last):
    colours = named_palette(name).sampled(256)
    assert bytes(colours[0, :3]).hex() == first
    assert bytes(colours[-1, :3]).hex() == last


def test_colorbrewer_classes_are_met_exactly():
    # YlOrBr with nine classes, colorbrewer2.org.
    published = [
        "ffffe5",
        "fff7bc",
        "fee391",
        "fec44f",
        "fe9929",
        "ec7014",
        "cc4c02",
        "993404",
        "662506",
    ]
    assert [bytes(colour[:3]).hex() for colour in named_palette("YlOrBr").sampled(9)] == published


@pytest.mark.parametrize("name", palette_names())
def test_every_palette_gives_as_many_opaque_colours_as_asked_for(name):
    colours = named_palette(name).sampled(192)
    assert colours.shape == (192, 4)
    assert (colours[:, 3] == 255).all()


def test_an_unknown_name_is_refused_with_the_closest():
    with pytest.raises(UsageError) as refused:
        named_palette("virids")
    assert "viridis" in (refused.value.hint or "")
    assert PALETTE_PAGE in (refused.value.hint or "")


def test_a_name_like_no_other_is_refused_with_all_there_are():
    with pytest.raises(UsageError) as refused:
        named_palette("qqq")
    hint = refused.value.hint or ""
    assert all(name in hint for name in palette_names())


def test_the_page_of_palettes_names_each_once():
    page = (ROOT / PALETTE_PAGE).read_text(encoding="utf-8")
    listed = "".join(line for line in page.splitlines() if line.startswith("`"))
    assert sorted(re.findall(r"`(\w+)`", listed)) == palette_names()


@pytest.fixture
def palette_file(tmp_path):
    def write(text: str, name: str = "palette.json"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def test_a_json_list_of_colours_blends_between_them(palette_file):
    palette = read_palette(palette_file('["#000000", [255, 255, 255]]'))
    assert palette.sampled(3).tolist() == [[0, 0, 0, 255], [128, 128, 128, 255], [255] * 4]


def test_classified_json_keeps_bounds_and_opacity(palette_file):
    entries = [
        {"Color": [0, 0, 255, 0], "Upper Bound": 0.0},
        {"Color": [255, 0, 0, 255], "Upper Bound": 50.0},
    ]
    palette = read_palette(palette_file(json.dumps({"type": "classified", "entries": entries})))
    assert palette.bounds == (0.0, 50.0)
    assert palette.colours[0].tolist() == [0, 0, 255, 0]


def test_a_continuous_spec_hides_and_fades_in_its_low_end(palette_file):
    spec = {"type": "continuous", "base": "YlOrBr", "transparent_range": 12, "blend_range": 8}
    palette = read_palette(palette_file(json.dumps(spec)))
    opacity = palette.sampled(256)[:, 3]
    assert (opacity[:12] == 0).all()
    assert (np.diff(opacity[11:21].astype(int)) > 0).all()
    assert (opacity[20:] == 255).all()


def test_a_cpt_of_classes_has_their_bounds(palette_file):
    text = "# COLOR_MODEL = RGB\n0 0 0 255 10 0 0 255\n10 255/0/0 20 255/0/0\nB 0 0 0\n"
    palette = read_palette(palette_file(text, "steps.cpt"))
    assert palette.bounds == (0.0, 10.0)
    assert palette.colours[1].tolist() == [255, 0, 0, 255]


def test_a_continuous_cpt_brings_its_range(palette_file):
    palette = read_palette(palette_file("-5 0 0 0 5 200 0 0\n5 200 0 0 15 200 200 0\n", "a.cpt"))
    assert palette.span == (-5.0, 15.0)
    assert palette.sampled(5)[2].tolist() == pytest.approx([200, 0, 0, 255], abs=1)


def test_plain_lines_of_colours_are_read(palette_file):
    palette = read_palette(palette_file("# mine\n255 0 0\n#00ff00\n0,0,255\n", "colours.txt"))
    assert palette.colours[:, :3].tolist() == [[255, 0, 0], [0, 255, 0], [0, 0, 255]]


@pytest.mark.parametrize(
    "text",
    [
        '["#000000"]',
        '["red", "blue"]',
        '{"type": "classified", "entries": [{"Color": [1, 2, 3], "Upper Bound": "x"}]}',
        '[{"Color": [0, 0, 0], "Upper Bound": 2}, {"Color": [9, 9, 9], "Upper Bound": 1}]',
        '{"colors": 5}',
        "[[1e400, 2, 3], [4, 5, 6]]",
        "[" * 100_000,
        "{",
        "1 2\n3 4\n",
        "",
    ],
)
def test_a_palette_that_cannot_be_meant_is_refused(palette_file, text):
    with pytest.raises(DataError, match="cannot read the palette"):
        read_palette(palette_file(text))
