"""What the command line does beside each other, and what it does not load at all."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from zyra.cli.head_start import head_start
from zyra.registry import CLI_REGISTRY

DATA = Path(__file__).parents[1] / "data"
GRIB = str(DATA / "gfs_0p25_tmp_pv_missing.grib2")
HEATMAP = CLI_REGISTRY["visualize"]["heatmap"]


@pytest.fixture
def read(monkeypatch):
    """The files whose tables were read, with the thread that did."""
    seen: list[tuple[Path, str]] = []

    def note(path):
        seen.append((path, threading.current_thread().name))

    monkeypatch.setattr("zyra.fields.grib_warm.read_tables_for", note)
    return seen


def test_the_tables_of_a_grib_file_are_read_in_a_thread_of_their_own(read):
    with head_start(HEATMAP, {"input": GRIB}):
        pass
    ((path, thread),) = read
    assert path == Path(GRIB)
    assert thread != threading.current_thread().name


def test_no_thread_is_left_when_the_command_begins(read):
    before = threading.active_count()
    with head_start(HEATMAP, {"inputs": [GRIB]}):
        pass
    assert threading.active_count() == before


@pytest.mark.parametrize("text", ["-", "nothing.grib2", "https://h.example/t.grib2", "", "a\0b"])
def test_what_is_no_file_is_left_to_the_command(read, text):
    with head_start(HEATMAP, {"input": text}):
        pass
    assert read == []


def test_files_of_other_kinds_are_left_alone(read):
    with head_start(HEATMAP, {"input": str(DATA / "eraint_uvz.nc")}):
        pass
    assert read == []


def test_a_stage_that_looks_into_no_file_has_no_head_start(read):
    with head_start(CLI_REGISTRY["disseminate"]["local"], {"input": GRIB}):
        pass
    assert read == []


def test_without_a_library_of_eccodes_the_command_tells_so_itself(monkeypatch):
    monkeypatch.setitem(sys.modules, "zyra.fields.grib_warm", None)
    with head_start(HEATMAP, {"input": GRIB}):
        pass


def test_a_damaged_file_is_told_of_once_by_the_command(tmp_path):
    damaged = tmp_path / "t.grib2"
    damaged.write_bytes(Path(GRIB).read_bytes()[:1000])
    words = ["visualize", "heatmap", "--input", str(damaged), "--output", str(tmp_path / "t.png")]
    ended = run(f"from zyra.cli.main import main; sys.exit(main({words}))")
    assert ended.returncode == 2
    assert ended.stderr.count("is cut off") == 1
    assert "Traceback" not in ended.stderr


def test_a_command_line_loads_the_declaration_of_its_command_alone():
    ended = run(
        "from zyra.cli.main import main\n"
        "try: main(['visualize', 'heatmap', '--help'])\n"
        "except SystemExit: pass\n"
        "print(*sorted(n for n in sys.modules if n.startswith('zyra.visualize.commands.')"
        " and not n.endswith('_args')))"
    )
    assert ended.stdout.splitlines()[-1] == "zyra.visualize.commands.heatmap"


def run(program: str) -> "subprocess.CompletedProcess[str]":
    """Run Python code in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", f"import sys\n{program}"],
        capture_output=True,
        text=True,
        check=False,
    )
