"""`zyra completion`: what a shell offers after TAB, in a real bash on a terminal of its own."""

import os
import pty
import re
import shutil
import subprocess
import sys

import pytest

from zyra.cli.completion import SHELLS
from zyra.cli.main import TOOLS
from zyra.core.stages import STAGE_NAMES
from zyra.registry import CLI_REGISTRY, all_commands

ZYRA = (sys.executable, "-m", "zyra.cli.main", "completion")


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    """The script for bash."""
    path = tmp_path_factory.mktemp("completion") / "zyra.bash"
    with path.open("wb") as stream:
        subprocess.run([*ZYRA, "bash"], stdout=stream, check=True)
    return path


@pytest.fixture
def typed(script, tmp_path):
    """Types a line into bash, with TABs in it; gives the words that `zyra` is then called with."""

    def type_line(line):
        told = tmp_path / "told"
        setup = f"source {script}; zyra() {{ printf '%s\\n' \"$@\" > {told}; }}; cd {tmp_path}\n"
        terminal, other_end = pty.openpty()
        environment = {**os.environ, "TERM": "dumb", "HISTFILE": "", "INPUTRC": os.devnull}
        with subprocess.Popen(
            ["bash", "--norc", "--noprofile", "-i"],
            stdin=other_end,
            stdout=other_end,
            stderr=other_end,
            env=environment,
            start_new_session=True,
        ) as bash:
            os.close(other_end)
            os.write(terminal, f"{setup}{line}\nexit\n".encode())
            drain(terminal)
            bash.wait()
        return told.read_text().splitlines()

    return type_line


def drain(terminal):
    """Read until the other end is closed, which Linux tells as an error."""
    try:
        while os.read(terminal, 4096):
            continue
    except OSError:
        pass
    finally:
        os.close(terminal)


def test_stages_commands_flags_and_choices_are_completed(typed):
    assert typed("zyra visu\theatm\t--interpol\tnear\t") == [
        "visualize",
        "heatmap",
        "--interpolation",
        "nearest",
    ]


def test_older_names_of_stages_lead_to_the_same_commands(typed):
    assert typed("zyra rend\tcompo\t") == ["render", "compose-video"]


def test_files_are_completed_where_a_file_is_taken(typed, tmp_path):
    (tmp_path / "forecast.grib2").touch()
    assert typed("zyra process inspect fore\t") == ["process", "inspect", "forecast.grib2"]
    assert typed("zyra run fore\t--contin\t") == ["run", "forecast.grib2", "--continue-on-error"]


def test_tools_and_what_they_take_are_completed(typed):
    assert typed("zyra key\tcrea\t--sco\t") == ["keys", "create", "--scopes"]


@pytest.mark.parametrize("shell", SHELLS)
def test_everything_that_can_be_typed_is_in_the_script(shell):
    text = subprocess.run([*ZYRA, shell], capture_output=True, text=True, check=True).stdout
    words = {*STAGE_NAMES, *TOOLS, *(command.name for command in all_commands(CLI_REGISTRY))}
    assert words <= set(re.findall(r"[\w-]+", text))
    program = shutil.which(shell)
    if program is not None:
        subprocess.run([program, "-n"], input=text, text=True, check=True)


def test_another_shell_is_refused():
    done = subprocess.run([*ZYRA, "tcsh"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "bash" in done.stderr
