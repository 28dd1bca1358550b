"""The warm parent asks ecCodes for names once, so that its children need not."""

from pathlib import Path

from zyra.fields.grib_warm import warm_up


def open_files_and_threads() -> list[int]:
    return [len(list(Path("/proc/self", kind).iterdir())) for kind in ("fd", "task")]


def test_a_warm_up_leaves_no_file_open_and_no_thread_running():
    warm_up()
    before = open_files_and_threads()
    warm_up()
    assert open_files_and_threads() == before
