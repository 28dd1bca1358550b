"""visualize animate, frames as pictures."""

import json

import numpy as np
import pytest

from animations import SMALL, animate, steady, write_series
from drawn_maps import read_picture
from zyra.visualize.palettes import named_palette


@pytest.fixture
def frames(tmp_path):
    """Animate into a folder; gives its pictures in the order of their names."""

    def made(**args):
        animate(**({"output_dir": str(tmp_path / "frames")} | SMALL | args))
        return [read_picture(path) for path in sorted(tmp_path.glob("frames/frame_*.png"))]

    return made


def first_and_last(name):
    colours = named_palette(name).sampled(192)
    return colours[0].tolist(), colours[-1].tolist()


def main_colours(pixels):
    """Colours of a twentieth of the pixels or more: none of blended edges."""
    colours, counts = np.unique(pixels.reshape(-1, 4), axis=0, return_counts=True)
    return {tuple(colour) for colour in colours[counts > counts.sum() / 20].tolist()}


def test_each_time_is_a_frame_with_its_valid_time(frames, tmp_path):
    source = write_series(tmp_path / "t.nc", hours=[0, 3, 30], t=steady(1, 2, 3))
    drawn = frames(input=source)
    assert [frame.info["Time"] for frame in drawn] == [
        "2026-01-01 00:00 UTC",
        "2026-01-01 03:00 UTC",
        "2026-01-02 06:00 UTC",
    ]


def test_times_are_put_in_order(frames, tmp_path):
    drawn = frames(input=write_series(tmp_path / "t.nc", hours=[5, 2, 9], t=steady(50, 20, 90)))
    reds = [frame.pixels[45, 90].tolist() for frame in drawn]
    low, high = first_and_last("YlOrBr")
    assert (reds[0], reds[2]) == (low, high)
    assert reds[1] not in (low, high)


def test_all_frames_share_the_range_of_the_whole_series(frames, tmp_path):
    drawn = frames(input=write_series(tmp_path / "t.nc", t=steady(0, 50, 100)), cmap="gray")
    greys = [int(frame.pixels[45, 90, 0]) for frame in drawn]
    assert greys[0] == 0
    assert greys[1] == pytest.approx(127, abs=2)
    assert greys[2] == 255


def test_a_given_range_holds_for_all_frames(frames, tmp_path):
    source = write_series(tmp_path / "t.nc", t=steady(0, 50, 100))
    drawn = frames(input=source, cmap="gray", vmin=0, vmax=200)
    greys = [int(frame.pixels[45, 90, 0]) for frame in drawn]
    assert greys == pytest.approx([0, 64, 128], abs=2)


def test_messages_of_one_variable_are_frames(frames, data):
    drawn = frames(input=str(data / "safrica.grib2"), var="pwat")
    assert len(drawn) == 25
    assert drawn[-1].info["Time"] == "2010-03-11 12:00 UTC (+72 h)"


def test_the_colour_bar_of_all_frames_is_the_same(frames, data):
    drawn = frames(
        input=str(data / "safrica.grib2"), var="pwat", colorbar=True, width=400, height=200
    )
    bars = {frame.pixels[174:200, :].tobytes() for frame in drawn}
    assert len(bars) == 1
    assert len({frame.pixels.tobytes() for frame in drawn}) == 25


def test_months_without_years_follow_each_other(frames, data):
    drawn = frames(input=str(data / "eraint_uvz.nc"), var="z", level="500")
    assert [frame.info["Title"] for frame in drawn] == [
        "Geopotential, 500 hPa, month 1",
        "Geopotential, 500 hPa, month 7",
    ]


def test_an_array_is_a_series_from_north_to_south(frames, tmp_path):
    stack = np.zeros((2, 4, 8), np.float32)
    stack[1, 0] = 1.0
    np.save(tmp_path / "stack.npy", stack)
    drawn = frames(input=str(tmp_path / "stack.npy"), cmap="gray")
    assert drawn[0].pixels[:, 90, 0].max() == 0
    assert (drawn[1].pixels[2, 90, 0], drawn[1].pixels[80, 90, 0]) == (255, 0)


def test_a_zarr_store_is_a_series(frames, tmp_path):
    zarr = pytest.importorskip("zarr")
    group = zarr.open_group(str(tmp_path / "t.zarr"), mode="w")
    lat, lon = np.arange(80.0, -81, -20), np.arange(0.0, 360, 20)
    for name, values, units in (
        ("time", np.arange(3.0), "hours since 2026-01-01"),
        ("lat", lat, "degrees_north"),
        ("lon", lon, "degrees_east"),
    ):
        made = group.create_array(name, data=values, dimension_names=[name])
        made.attrs["units"] = units
    values = steady(0, 1, 2).astype("f4")
    group.create_array("t", data=values, dimension_names=["time", "lat", "lon"])
    drawn = frames(input=str(tmp_path / "t.zarr"), cmap="gray")
    assert [int(frame.pixels[45, 90, 0]) for frame in drawn] == pytest.approx([0, 127, 255], abs=2)


def test_files_of_one_time_become_one_film(frames, tmp_path):
    sources = [
        write_series(tmp_path / f"{name}.nc", hours=[hour], t=steady(value))
        for name, hour, value in (("b", 6, 10), ("a", 12, 20), ("c", 0, 0))
    ]
    drawn = frames(inputs=sources, cmap="gray")
    assert [int(frame.pixels[45, 90, 0]) for frame in drawn] == pytest.approx([0, 127, 255], abs=2)


def test_files_of_several_times_get_a_folder_each(tmp_path):
    sources = [
        write_series(tmp_path / f"{name}.nc", t=steady(*values))
        for name, values in (("one", (0, 50)), ("two", (50, 100, 25)))
    ]
    animate(inputs=sources, output_dir=str(tmp_path / "all"), cmap="gray", **SMALL)
    assert len(list(tmp_path.glob("all/one/*.png"))) == 2
    assert len(list(tmp_path.glob("all/two/*.png"))) == 3
    # They share their range, from 0 to 100.
    half = read_picture(tmp_path / "all/two/frame_0000.png").pixels[45, 90, 0]
    assert int(half) == pytest.approx(127, abs=2)


def test_a_manifest_lists_the_frames(frames, tmp_path):
    frames(input=write_series(tmp_path / "t.nc", t=steady(1, 2)))
    listed = json.loads((tmp_path / "frames/manifest.json").read_text())
    assert listed == {
        "mode": "heatmap",
        "count": 2,
        "frames": [
            {"index": 0, "path": "frame_0000.png", "timestamp": "2026-01-01T00:00:00Z"},
            {"index": 1, "path": "frame_0001.png", "timestamp": "2026-01-01T01:00:00Z"},
        ],
    }


@pytest.mark.parametrize(
    ("corner", "rows", "columns"),
    [
        ("upper_left", slice(0, 50), slice(0, 200)),
        ("lower_right", slice(150, 200), slice(200, 400)),
    ],
)
def test_the_time_stands_in_its_corner(frames, tmp_path, corner, rows, columns):
    source = write_series(tmp_path / "t.nc", t=steady(1, 2))
    size = {"width": 400, "height": 200}
    plain = frames(input=source, **size)[0].pixels
    stamped = frames(input=source, show_timestamp=True, timestamp_loc=corner, **size)[0].pixels
    changed = (plain != stamped).any(axis=2)
    assert changed[rows, columns].any()
    changed[rows, columns] = False
    assert not changed.any()


@pytest.mark.parametrize(("lines", "are_alike"), [("one\n\ntwo\n", False), ("one\none\n", True)])
def test_each_frame_has_its_line_of_a_text_file(frames, tmp_path, lines, are_alike):
    source = write_series(tmp_path / "t.nc", t=steady(1, 1))
    (tmp_path / "times.csv").write_text(lines)
    times = str(tmp_path / "times.csv")
    first, second = frames(
        input=source, show_timestamp=True, timestamps_csv=times, vmin="0", vmax="2"
    )
    assert (first.pixels == second.pixels).all() == are_alike


def test_contours_are_filled_bands_of_shared_levels(frames, tmp_path):
    slope = np.linspace(0, 10, 18)[None, None, :] * np.ones((2, 9, 1))
    slope[1] *= 2
    source = write_series(tmp_path / "t.nc", t=slope)
    drawn = frames(input=source, mode="contour", levels="0,5,10,15,20", cmap="viridis")
    shown = [main_colours(frame.pixels[20:70]) for frame in drawn]
    assert (len(shown[0]), len(shown[1])) == (2, 4)
    assert shown[0] < shown[1]


def test_arrows_of_all_frames_have_one_scale(frames, tmp_path):
    u = steady(20, 10, 0)
    source = write_series(tmp_path / "w.nc", u=u, v=np.zeros_like(u))
    drawn = frames(input=source, mode="vector", width=360, height=180)
    inked = [(frame.pixels[..., 3] > 0).sum() for frame in drawn]
    assert inked[0] > inked[1] > inked[2]


def test_a_time_without_values_is_an_empty_frame_and_told(frames, tmp_path):
    values = steady(1, np.nan, 3)
    source = write_series(tmp_path / "t.nc", t=values)
    job = animate(input=source, output_dir=str(tmp_path / "f"), **SMALL)
    assert read_picture(tmp_path / "f/frame_0001.png").pixels[..., 3].max() == 0
    assert job.stderr.getvalue() == b"no values, so nothing but the map, in frame 2 of t\n"


def test_progress_goes_frame_by_frame(tmp_path):
    reports = []
    source = write_series(tmp_path / "t.nc", t=steady(*range(5)))
    animate(reports, input=source, output_dir=str(tmp_path / "f"), **SMALL)
    drawn = [report for report in reports if report[1].startswith("frame")]
    assert drawn == [(number / 5, f"frame {number} of 5") for number in range(1, 6)]


def test_the_number_of_threads_changes_no_byte(tmp_path, monkeypatch, data):
    made = []
    for threads in (1, 2, 7):
        monkeypatch.setattr("os.cpu_count", lambda count=threads: count)
        folder = tmp_path / str(threads)
        animate(input=str(data / "safrica.grib2"), var="pwat", output_dir=str(folder), **SMALL)
        made.append([path.read_bytes() for path in sorted(folder.iterdir())])
    assert made[0] == made[1] == made[2]
