"""pad-missing: names, looks and marks of the pictures that fill a gap, and what is left alone."""

import json
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from pydantic import ValidationError

from zyra.core.errors import DataError, UnsupportedFormat, UsageError

RED, BLUE = (255, 0, 0), (0, 0, 255)
FORMAT = "%Y%m%d%H%M"


@pytest.fixture
def series(here):
    """Frames of 00:00 (red) and 00:15 (blue) in `frames`, 00:05 and 00:10 missing."""
    return Series(here / "frames")


class Series:
    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.frame("f_202401010000.png", RED)
        self.frame("f_202401010015.png", BLUE)
        self.describe()

    def frame(self, name, colour, *, mode="RGB", size=(64, 48)):
        Image.new("RGB", size, colour).convert(mode).save(self.folder / name)

    def describe(self, **changes):
        metadata = {
            "frames_dir": "frames",
            "datetime_format": FORMAT,
            "missing_timestamps": ["2024-01-01T00:05:00", "2024-01-01T00:10:00"],
        }
        Path("meta.json").write_text(json.dumps(metadata | changes))


@pytest.fixture
def pad(process):
    def run(**args):
        process("pad-missing", **({"frames_meta": "meta.json", "output_dir": "out"} | args))

    return run


def opened(name, folder="out"):
    with Image.open(Path(folder, name)) as picture:
        picture.load()
        return picture


def test_blank_is_black_where_frames_have_no_transparency(series, pad):
    pad()
    made = opened("f_202401010005.png")
    assert (made.size, made.mode, made.getcolors()) == ((64, 48), "RGB", [(64 * 48, (0, 0, 0))])


def test_blank_is_transparent_where_frames_can_be(series, pad):
    series.frame("f_202401010000.png", RED, mode="RGBA")
    pad()
    made = opened("f_202401010005.png")
    assert (made.mode, made.getpixel((5, 5))) == ("RGBA", (0, 0, 0, 0))


def test_size_mode_and_format_follow_the_frame_nearest_in_time(series, pad):
    series.frame("f_202401010015.jpg", BLUE, mode="L", size=(20, 10))
    (series.folder / "f_202401010015.png").unlink()
    pad()
    near_first, near_last = opened("f_202401010005.png"), opened("f_202401010010.jpg")
    assert (near_first.size, near_first.mode) == ((64, 48), "RGB")
    assert (near_last.size, near_last.mode, near_last.format) == ((20, 10), "L", "JPEG")


def test_solid_takes_its_colour_from_basemap(series, pad):
    pad(fill_mode="solid", basemap="#123456")
    assert opened("f_202401010005.png").getpixel((9, 9)) == (0x12, 0x34, 0x56)


def test_palette_frames_get_palette_pictures(series, pad):
    series.frame("f_202401010000.png", RED, mode="P")
    pad(fill_mode="solid", basemap="navy")
    made = opened("f_202401010005.png")
    assert (made.mode, made.convert("RGB").getpixel((3, 3))) == ("P", (0, 0, 128))


def test_a_basemap_is_cut_to_the_proportions_of_the_frames(series, pad):
    # 96 x 48 of which the middle 64 x 48 is kept: a third of it green, right of column 16.
    world = Image.new("RGB", (96, 48), BLUE)
    world.paste((0, 255, 0), (32, 0, 96, 48))
    world.save("world.png")
    pad(fill_mode="basemap", basemap="world.png")
    made = opened("f_202401010005.png")
    assert made.size == (64, 48)
    assert (made.getpixel((15, 20)), made.getpixel((16, 20))) == (BLUE, (0, 255, 0))


def test_nearest_copies_the_file_of_the_nearest_frame(series, pad):
    pad(fill_mode="nearest")
    for made, near in (("0005", "0000"), ("0010", "0015")):
        copy = Path(f"out/f_20240101{made}.png").read_bytes()
        assert copy == (series.folder / f"f_20240101{near}.png").read_bytes()


def test_of_two_equally_near_frames_the_earlier_is_copied(series, pad):
    series.describe(missing_timestamps=["2024-01-01T00:07:30"], datetime_format=None)
    series.frame("g_20240101000000.png", RED)
    series.frame("g_20240101001500.png", BLUE)
    for name in ("f_202401010000.png", "f_202401010015.png"):
        (series.folder / name).unlink()
    pad(fill_mode="nearest")
    assert opened("g_20240101000730.png").getpixel((0, 0)) == RED


def test_a_watermark_changes_the_lower_right_corner_only(series, pad):
    pad(fill_mode="nearest", indicator="watermark:MISSING")
    made = opened("f_202401010005.png")
    left, top, right, bottom = ImageChops.difference(
        made, Image.new("RGB", (64, 48), RED)
    ).getbbox()
    assert (right, bottom) == (63, 47)
    assert left > 0
    assert top > 24
    colours = {colour for _, colour in made.getcolors(4096)}
    assert {RED, (0, 0, 0), (255, 255, 255)} <= colours


@pytest.mark.parametrize("size", [(64, 48), (7, 5), (1, 1), (2000, 30)])
def test_a_watermark_never_outgrows_the_frame(series, pad, size):
    series.frame("f_202401010000.png", RED, size=size)
    pad(fill_mode="nearest", indicator="watermark:" + "W" * 200)
    assert opened("f_202401010005.png").size == size


def test_a_watermark_keeps_the_other_colours_of_a_palette_frame(series, pad):
    series.frame("f_202401010000.png", (12, 200, 99), mode="P")
    before = opened("f_202401010000.png", "frames").convert("RGB").getpixel((0, 0))
    pad(fill_mode="nearest", indicator="watermark:X")
    made = opened("f_202401010005.png")
    assert (made.mode, made.convert("RGB").getpixel((0, 0))) == ("P", before)


@pytest.mark.parametrize("how", [{"indicator": "badge:mark.png"}, {"badge": "mark.png"}])
def test_a_badge_is_set_into_the_corner_at_its_size(series, pad, how):
    series.frame("f_202401010000.png", RED, size=(200, 100))
    Image.new("RGBA", (10, 4), (0, 255, 0, 255)).save("mark.png")
    pad(**how)
    made = opened("f_202401010005.png")
    # A margin of a hundredth of 200 pixels.
    assert made.getbbox() == (188, 94, 198, 98)
    assert made.getpixel((190, 95)) == (0, 255, 0)


def test_the_folder_of_the_frames_is_completed(series, pad, process):
    pad(output_dir="frames", overwrite=True)
    process("scan-frames", frames_dir="frames", datetime_format=FORMAT, period_seconds=300)
    assert json.loads(process.stdout)["missing_count"] == 0


def test_a_frame_that_has_come_since_is_never_replaced(series, pad):
    series.frame("f_202401010005.png", BLUE)
    pad(output_dir="frames", overwrite=True, json_report="report.json")
    assert opened("f_202401010005.png", "frames").getpixel((0, 0)) == BLUE
    report = json.loads(Path("report.json").read_text())
    assert report["skipped_existing"] == ["frames/f_202401010005.png"]
    assert report["created_files"] == ["frames/f_202401010010.png"]


@pytest.mark.parametrize(("overwrite", "left"), [(False, b"mine"), (True, b"\x89PNG")])
def test_a_file_in_the_output_folder_stays_unless_told_otherwise(series, pad, overwrite, left):
    Path("out").mkdir()
    Path("out/f_202401010005.png").write_bytes(b"mine")
    pad(overwrite=overwrite)
    assert Path("out/f_202401010005.png").read_bytes()[:4] == left


def test_the_report_says_what_was_made(series, pad):
    pad(json_report="report.json", indicator="watermark:GAP")
    report = json.loads(Path("report.json").read_text())
    assert report["status"] == "completed"
    assert (report["missing_count"], report["created_count"], report["planned_count"]) == (2, 2, 0)
    assert report["created_files"] == ["out/f_202401010005.png", "out/f_202401010010.png"]
    assert report["missing_requested"] == ["2024-01-01T00:05:00", "2024-01-01T00:10:00"]
    assert report["indicator"] == {"kind": "watermark", "value": "GAP"}
    assert report["frames_existing_count"] == 2


def test_a_dry_run_writes_no_pictures(series, pad, process):
    pad(dry_run=True, json_report="-")
    report = json.loads(process.stdout)
    assert report["status"] == "dry-run"
    assert report["planned_files"] == ["out/f_202401010005.png", "out/f_202401010010.png"]
    assert not Path("out").exists()


def test_metadata_comes_from_stdin(series, pad, process):
    process.stdin = Path("meta.json").read_bytes()
    pad(frames_meta=None, read_frames_meta_stdin=True, json_report="report.json")
    report = json.loads(Path("report.json").read_text())
    assert (report["metadata_path"], report["created_count"]) == ("-", 2)


def test_metadata_of_scan_frames_is_understood(process, here, data):
    args = {"frames_dir": str(data / "frames"), "output": "meta.json"}
    process("scan-frames", **args, period_seconds=3600)
    process("pad-missing", frames_meta="meta.json", frames_dir=args["frames_dir"], output_dir="out")
    assert [path.name for path in Path("out").iterdir()] == ["map_2024080102.png"]


def test_nothing_missing_is_nothing_to_do(series, pad, process):
    series.describe(missing_timestamps=[])
    pad()
    assert "0 of 0 missing frames filled" in process.stderr


def test_names_that_cannot_carry_the_time_are_refused(series, pad):
    series.frame("d_20240101.png", RED)
    for name in ("f_202401010000.png", "f_202401010015.png"):
        (series.folder / name).unlink()
    series.describe(datetime_format="%Y%m%d")
    with pytest.raises(DataError, match=r"d_20240101\.png cannot say 2024-01-01T00:05:00"):
        pad()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty"),
        ("{", "is not JSON: "),
        ("[1]", "holds a list where a JSON object"),
        ('{"frames_dir": 3}', "frames_dir is a number where a text"),
        ('{"frames_dir": "frames", "missing_timestamps": "x"}', "missing_timestamps is a text"),
        ('{"frames_dir": "frames", "missing_timestamps": ["soon"]}', "'soon' is not a date"),
        ('{"frames_dir": "frames", "missing_timestamps": [NaN]}', "NaN is no JSON number"),
        ("[" * 100_000, "is not JSON that can be read"),
    ],
)
def test_damaged_metadata_is_refused_in_one_line(series, pad, text, problem):
    Path("meta.json").write_text(text)
    with pytest.raises(DataError) as refused:
        pad()
    assert problem in refused.value.message
    assert "\n" not in refused.value.message


def test_a_neighbour_that_is_no_picture_is_refused(series, pad):
    (series.folder / "f_202401010000.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    with pytest.raises(DataError, match=r"f_202401010000\.png is"):
        pad()
    assert not Path("out/f_202401010005.png").exists()


def test_formats_that_start_programs_are_not_read(series, pad):
    Path("mark.eps").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    with pytest.raises(DataError, match=r"mark\.eps is no picture of a known format"):
        pad(badge="mark.eps")


def test_frames_of_measurements_have_no_colour(series, pad):
    Image.new("I;16", (8, 8), 700).save(series.folder / "f_202401010000.png")
    with pytest.raises(UnsupportedFormat, match="measurements"):
        pad(fill_mode="solid", basemap="red")
    series.describe(missing_timestamps=["2024-01-01T00:05:00"])
    pad()
    assert opened("f_202401010005.png").getextrema() == (0, 0)


def test_no_frames_to_follow_are_refused(series, pad):
    series.describe(pattern="other")
    with pytest.raises(DataError, match="nothing to follow"):
        pad()


@pytest.mark.parametrize("folder", ["/etc", "../frames"])
def test_a_run_of_the_service_reads_its_own_folder_only(series, pad, folder):
    series.describe(frames_dir=folder)
    with pytest.raises(UsageError, match="outside the folder of this run"):
        pad()


@pytest.mark.parametrize("wrong", ["MISSING", "stamp:X", "watermark:", "watermark:a\nb"])
def test_an_indicator_that_is_none_is_refused(series, pad, wrong):
    with pytest.raises(UsageError):
        pad(indicator=wrong)


@pytest.mark.parametrize(
    "args",
    [
        {"frames_meta": None},
        {"read_frames_meta_stdin": True},
        {"fill_mode": "basemap"},
        {"basemap": "red"},
        {"badge": "a.png", "indicator": "watermark:X"},
    ],
)
def test_arguments_that_do_not_fit_together_are_refused(pad, args):
    with pytest.raises(ValidationError):
        pad(**args)


def test_a_colour_that_is_none_is_refused(series, pad):
    with pytest.raises(UsageError, match="'reddish' is not a colour"):
        pad(fill_mode="solid", basemap="reddish")
