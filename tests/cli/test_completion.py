"""`zyra completion`: what shells offer after TAB, each asked itself."""

import re
import subprocess
import sys

import pytest

from completing import CompletingShell
from zyra.cli.completion import SHELLS
from zyra.cli.main import TOOLS
from zyra.core.stages import STAGE_NAMES
from zyra.registry import CLI_REGISTRY, all_commands

ZYRA = (sys.executable, "-m", "zyra.cli.main", "completion")


def installed(name, tmp_path_factory):
    shell = CompletingShell(name, tmp_path_factory.mktemp(name))
    shell.install()
    (shell.folder / "forecast.grib2").touch()
    return shell


@pytest.fixture(scope="module", params=SHELLS)
def shell(request, tmp_path_factory):
    """A shell that has the script, in a folder with a file."""
    return installed(request.param, tmp_path_factory)


@pytest.fixture(scope="module", params=["bash", "zsh"])
def terminal(request, tmp_path_factory):
    """The same of a shell that takes any terminal; fish wants the one of its session."""
    return installed(request.param, tmp_path_factory)


def commands_of(stage):
    return set(CLI_REGISTRY[stage])


def test_a_stage_is_offered_for_its_beginning(shell):
    assert shell.offered("zyra proc") == {"process"}


def test_the_commands_of_a_stage_are_offered(shell):
    assert shell.offered("zyra process ") == commands_of("process")


def test_older_names_of_stages_offer_the_same_commands(shell):
    assert shell.offered("zyra render ") == commands_of("visualize")


def test_the_flags_of_a_command_are_offered(shell):
    assert shell.offered("zyra process inspect --") >= {"--output", "--format", "--values"}


def test_the_choices_of_a_flag_are_offered(shell):
    line = "zyra visualize heatmap --interpolation "
    assert shell.offered(line) == {"auto", "linear", "nearest"}


def test_files_are_offered_where_a_file_is_taken(shell):
    assert shell.offered("zyra process inspect fore") == {"forecast.grib2"}
    assert shell.offered("zyra run fore") == {"forecast.grib2"}


def test_tools_and_what_they_take_are_offered(shell):
    assert shell.offered("zyra key") == {"keys"}
    assert shell.offered("zyra keys create --sco") == {"--scopes"}
    assert shell.offered("zyra completion ") == set(SHELLS)


def test_what_is_typed_becomes_the_whole_line(terminal):
    assert terminal.typed("zyra visu\theatm\t--interpol\tnear\t") == [
        "visualize",
        "heatmap",
        "--interpolation",
        "nearest",
    ]
    assert terminal.typed("zyra run fore\t--contin\t") == [
        "run",
        "forecast.grib2",
        "--continue-on-error",
    ]


@pytest.mark.parametrize("name", SHELLS)
def test_everything_that_can_be_typed_is_in_the_script(name):
    text = subprocess.run([*ZYRA, name], capture_output=True, text=True, check=True).stdout
    words = {*STAGE_NAMES, *TOOLS, *(command.name for command in all_commands(CLI_REGISTRY))}
    assert words <= set(re.findall(r"[\w-]+", text))


def test_another_shell_is_refused():
    done = subprocess.run([*ZYRA, "tcsh"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "bash" in done.stderr
