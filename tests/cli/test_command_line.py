"""The command line: made from the declarations, with exit codes people can rely on."""

import os
import shlex
import signal
import subprocess
import sys

import pytest

from zyra.cli.help import command_line
from zyra.cli.stage import stage_parser
from zyra.core.command import Command
from zyra.core.flags import flag_of
from zyra.core.stages import STAGES
from zyra.registry import CLI_REGISTRY, all_commands

COMMANDS = list(all_commands(CLI_REGISTRY))
NAMES = [f"{command.stage} {command.name}" for command in COMMANDS]


def zyra(*words: str, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "zyra.cli.main", *words],
        input=stdin,
        capture_output=True,
        check=False,
    )


def test_help_names_every_stage_with_its_aliases():
    text = zyra("--help").stdout.decode()
    assert all(f"{stage.name} ({', '.join(stage.aliases)})" in text for stage in STAGES)


def test_help_and_version_load_neither_declarations_nor_arrays():
    probe = (
        "import sys, zyra.cli.main as m; m.main(['--help']); m.main(['--version']);"
        "print([n for n in ('pydantic', 'numpy', 'zyra.registry') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, check=True)
    assert done.stdout.decode().splitlines()[-1] == "[]"


def test_a_stage_alias_runs_the_stage(tmp_path):
    done = zyra("decimate", "local", "-i", "-", str(tmp_path / "copy"), stdin=b"\x00bytes\xff")
    assert (done.returncode, (tmp_path / "copy").read_bytes()) == (0, b"\x00bytes\xff")


def test_a_dash_streams_stdin_to_stdout_byte_for_byte():
    every_byte = bytes(range(256)) * 1000
    assert zyra("disseminate", "local", "-i", "-", "-", stdin=every_byte).stdout == every_byte


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("heatmap --help", "did you mean zyra visualize heatmap?"),
        ("vimeo", "did you mean zyra acquire vimeo, zyra disseminate vimeo?"),
        ("visualize heatmp", "did you mean heatmap?"),
        ("visualize heatmap --vra t", "unknown argument --vra, did you mean --var"),
        ("visualize heatmap --colorbr=no", "unknown argument --colorbr, did you mean --colorbar"),
        ("disseminate local -i - one two", "unexpected 'two'"),
    ],
)
def test_a_word_nobody_knows_is_exit_2_with_the_closest_known_one(words, told):
    done = zyra(*words.split())
    assert done.returncode == 2
    assert told in done.stderr.decode()


def test_a_missing_file_is_exit_2_with_one_line_that_names_it():
    done = zyra("disseminate", "local", "-i", "no-such-file", "copy")
    assert done.returncode == 2
    assert done.stderr == b"zyra: error: cannot read no-such-file: No such file or directory\n"


@pytest.mark.parametrize("content", [b"no data", b"", b"\x89HDF\r\n\x1a\n", b"II*\0"])
def test_errors_about_stdin_call_it_stdin(content):
    done = zyra("process", "decode-grib2", "-", stdin=content)
    assert done.returncode == 2
    assert b" stdin" in done.stderr
    assert b"input-" not in done.stderr


def test_a_misspelt_stage_names_the_closest_one():
    done = zyra("proces")
    assert done.returncode == 2
    assert b"did you mean process" in done.stderr


def test_wrong_values_are_told_all_at_once():
    done = zyra(
        "visualize", "heatmap", "--input", "a", "--output", "b", "--width", "x", "--vmin", "y"
    )
    assert done.returncode == 2
    assert b"--width" in done.stderr
    assert b"--vmin" in done.stderr


@pytest.fixture
def interruptible():
    """What is started is, too: a shell that runs tests in the background lets them ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_is_exit_130():
    with subprocess.Popen(
        [sys.executable, "-m", "zyra.cli.main", "disseminate", "local", "-i", "-", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdin.write(b"x" * (1 << 20))
        process.stdin.flush()
        process.stdout.read(1)  # it is at work now
        process.send_signal(signal.SIGINT)
        process.communicate()
    assert process.returncode == 130


def test_a_terminated_run_leaves_no_temporary_file(tmp_path):
    spools = tmp_path / "spools"
    spools.mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "zyra.cli.main", "process", "decode-grib2", "-"],
        env=os.environ | {"TMPDIR": str(spools)},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        while not list(spools.iterdir()):
            process.stdin.write(b"x" * (1 << 20))
            process.stdin.flush()
        process.terminate()
        process.communicate()
    assert process.returncode == 130
    assert not list(spools.iterdir())


@pytest.mark.parametrize("command", COMMANDS, ids=NAMES)
def test_each_example_parses_back_to_its_arguments(command: Command):
    parser = stage_parser(command.stage, CLI_REGISTRY[command.stage], command.name)
    for example in command.examples:
        line = command_line(command, example.args)
        words = vars(parser.parse_args(shlex.split(line)[2:]))
        assert words.pop("command") == command.name
        assert command.args.model_validate(words) == command.args.model_validate(example.args)


@pytest.mark.parametrize("command", COMMANDS, ids=NAMES)
def test_help_explains_every_argument(command: Command):
    text = zyra(command.stage, command.name, "--help").stdout.decode()
    for name in command.args.model_fields:
        assert flag_of(command.args, name) in text
        assert command.args.model_fields[name].description


@pytest.mark.parametrize("levels", ["-10,0,10", "-.5,-.25", "-1e3,", "-5"])
def test_a_list_that_begins_with_a_negative_number_is_a_value(levels: str) -> None:
    parser = stage_parser("visualize", CLI_REGISTRY["visualize"], "contour")
    words = ["contour", "--input", "a.nc", "--output", "b.png", "--levels", levels]
    assert parser.parse_args(words).levels == levels


def test_negative_numbers_with_exponents_are_numbers() -> None:
    parser = stage_parser("process", CLI_REGISTRY["process"], "reproject")
    bounds = ["-1.5e7", "-2E6", "-.5", "1e-3"]
    words = ["reproject", "--input", "a.png", "--output", "b.png", "--dst-bounds", *bounds]
    assert parser.parse_args(words).dst_bounds == bounds


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_a_stage_alone_lists_its_commands(stage):
    ended = zyra(stage.name)
    assert (ended.returncode, ended.stdout) == (2, b"")
    told = " ".join(ended.stderr.decode().split())
    assert all(c.name in told and c.summary in told for c in COMMANDS if c.stage == stage.name)
