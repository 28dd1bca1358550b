"""Progress is a bar on a terminal and nothing where stderr is piped."""

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

from zyra.cli.progress import reporter

ROOT = Path(__file__).parents[2]


class Terminal(io.StringIO):
    """A text stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_bar_with_fraction_and_message_which_is_wiped_at_the_end():
    terminal = Terminal()
    with reporter(terminal, quiet=False) as report:
        report(0.5, "message 5 of 10")
    drawn, wiped = terminal.getvalue().split("\r\x1b[K")[1:]
    assert drawn == f"{'━' * 14}{'─' * 14}  50% message 5 of 10"
    assert wiped == ""


def test_reports_that_come_thick_and_fast_are_drawn_now_and_then_but_the_last_always():
    terminal = Terminal()
    with reporter(terminal, quiet=False) as report:
        for step in range(10_001):
            report(step / 10_000, "")
    pictures = terminal.getvalue().count("%")
    assert pictures < 100
    assert "100%" in terminal.getvalue()


def test_a_pipe_and_a_quiet_run_get_nothing():
    for stream, quiet in ((io.StringIO(), False), (Terminal(), True)):
        with reporter(stream, quiet=quiet) as report:
            report(0.5, "half")
        assert stream.getvalue() == ""


def test_a_real_conversion_draws_its_bar_on_a_real_terminal(tmp_path):
    source = ROOT / "tests" / "data" / "gfswave_atlocn_0p16_f001.grib2"
    command = ["process", "convert-format", str(source), "netcdf", "-o", str(tmp_path / "w.nc")]
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "zyra.cli.main", *command], stderr=theirs, check=True
    )
    os.close(theirs)
    shown = os.read(ours, 1 << 16).decode()
    os.close(ours)
    assert done.returncode == 0
    assert "━" in shown
    assert "%" in shown
