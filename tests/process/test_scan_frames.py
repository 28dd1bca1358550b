"""scan-frames: which files are frames, when they hold, what is missing; its older name."""

import json
import shutil

import pytest

from zyra.core.errors import DataError, InputNotFound, UsageError


@pytest.fixture
def scan(process, here):
    """The metadata of files of the given names, all two bytes long."""

    def of(*names, **args):
        folder = here / "frames"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name in names:
            (folder / name).write_bytes(b"ab")
        process("scan-frames", frames_dir="frames", **args)
        return json.loads(process.stdout)

    return of


def test_a_gap_in_a_weekly_series_is_missing(scan):
    found = scan(
        *(f"Drought_{day}.png" for day in ("20240101", "20240108", "20240122")),
        pattern=r"Drought_(\d{8})\.png",
        datetime_format="%Y%m%d",
        period_seconds=7 * 86400,
    )
    assert found["frame_count_actual"] == 3
    assert found["frame_count_expected"] == 4
    assert found["missing_count"] == 1
    assert found["missing_timestamps"] == ["2024-01-15T00:00:00"]
    assert found["start_datetime"] == "2024-01-01T00:00:00"
    assert found["end_datetime"] == "2024-01-22T00:00:00"


def test_what_was_asked_is_repeated(scan):
    found = scan("a_20240101.png", pattern="a", datetime_format="YYYYMMDD", period_seconds=60)
    assert found["frames_dir"] == "frames"
    assert (found["pattern"], found["datetime_format"]) == ("a", "YYYYMMDD")
    assert (found["period_seconds"], found["period_inferred"]) == (60, False)


def test_the_period_is_inferred_from_even_distances(scan):
    found = scan(*(f"x_2024080106{minute}.png" for minute in ("00", "05", "10", "25")))
    assert (found["period_seconds"], found["period_inferred"]) == (300, True)
    assert found["missing_timestamps"] == ["2024-08-01T06:15:00", "2024-08-01T06:20:00"]


@pytest.mark.parametrize(
    "names",
    [
        ("x_20240101.png", "x_20240108.png"),
        ("x_20240101.png", "x_20240201.png", "x_20240301.png", "x_20240401.png"),
        ("x_202401010000.png", "x_202401010010.png", "x_202401010017.png", "x_202401010027.png"),
    ],
    ids=["two frames", "months", "uneven"],
)
def test_no_period_is_inferred_where_there_is_none(scan, names):
    found = scan(*names)
    assert found["period_seconds"] is None
    assert found["frame_count_expected"] is None
    assert found["missing_count"] is None
    assert found["missing_timestamps"] == []


def test_sizes_and_spans_are_summed_up(scan):
    analysis = scan("x_20240101.png", "x_20240102.png", "x_20240103.png")["analysis"]
    assert analysis["file_size_summary"] == {"min_bytes": 2, "max_bytes": 2, "total_bytes": 6}
    assert analysis["span_seconds"] == 2 * 86400
    assert analysis["sample_frames"][1] == {
        "timestamp": "2024-01-02T00:00:00",
        "path": "frames/x_20240102.png",
        "size_bytes": 2,
    }


def test_a_second_frame_of_a_time_is_a_duplicate(scan):
    found = scan("x_20240101.png", "x_20240102.png", "x_20240102.jpg", "x_20240103.png")
    assert found["frame_count_actual"] == 4
    assert found["analysis"]["frame_count_unique"] == 3
    assert found["analysis"]["duplicate_timestamps"] == ["2024-01-02T00:00:00"]
    assert found["missing_count"] == 0


def test_frames_between_two_beats_are_told(scan, process):
    found = scan(
        "x_202401010000.png", "x_202401010007.png", "x_202401010010.png", period_seconds=300
    )
    assert found["analysis"]["off_period_timestamps"] == ["2024-01-01T00:07:00"]
    assert found["missing_timestamps"] == ["2024-01-01T00:05:00"]
    assert "between two beats of the period: 1" in process.stderr


def test_pictures_without_a_date_are_listed_in_natural_order(scan):
    found = scan("frame10.png", "frame9.png", "frame1.png")
    assert [frame["name"] for frame in found["undated_frames"]] == [
        "frame1.png",
        "frame9.png",
        "frame10.png",
    ]
    assert found["frame_count_actual"] == 0
    assert found["start_datetime"] is None


def test_frames_are_listed_in_the_order_of_time(scan):
    found = scan("b_20240101.png", "a_20240103.png", "c_20240102.png")
    assert [frame["name"] for frame in found["frames"]] == [
        "b_20240101.png",
        "c_20240102.png",
        "a_20240103.png",
    ]


def test_other_files_hidden_ones_and_folders_are_no_frames(scan, here, process):
    scan("x_20240101.png", "._x_20240102.png", ".part-20240103.png", "notes_20240104.txt")
    (here / "frames" / "x_20240105.png").mkdir()
    process("scan-frames", frames_dir="frames")
    assert json.loads(process.stdout)["frame_count_actual"] == 1


def test_the_date_in_a_group_of_the_pattern_goes_before_others(scan):
    found = scan("made20240301_for20240101.png", pattern=r"for(\d{8})\.(png|jpg)$")
    assert found["start_datetime"] == "2024-01-01T00:00:00"


def test_an_empty_folder_has_no_frames(scan):
    found = scan()
    assert (found["frame_count_actual"], found["frames"], found["analysis"]) == (0, [], {})


def test_the_older_name_gives_the_same_bytes(process, here, data):
    args = {"frames_dir": str(data / "frames"), "period_seconds": 3600}
    process("metadata", **args)
    older = process.stdout
    process("scan-frames", **args)
    assert process.stdout == older
    assert json.loads(older)["missing_timestamps"] == ["2024-08-01T02:00:00"]


def test_a_format_that_no_name_has_is_refused(scan):
    with pytest.raises(DataError, match="none of 1 files in frames has a date like %d%b%Y"):
        scan("x_20240101.png", datetime_format="%d%b%Y")


def test_a_folder_that_is_not_there_is_refused(process, here):
    with pytest.raises(InputNotFound, match="nowhere"):
        process("scan-frames", frames_dir="nowhere")


def test_a_period_that_makes_millions_of_frames_is_refused(scan):
    with pytest.raises(UsageError, match="31536001 frames, more than 1000000"):
        scan("x_20230101.png", "x_20240101.png", period_seconds=1)
