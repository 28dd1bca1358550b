"""`zyra run FILE`: steps in processes of their own, joined by pipes, with one exit code."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from itertools import takewhile
from pathlib import Path

import pytest

from zyra.cli.run_flags import DESCRIPTION

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples/pipelines").iterdir())
ZYRA = (sys.executable, "-m", "zyra.cli.main", "run")


@pytest.fixture
def folder(tmp_path):
    """A working folder with the sample data, as the folder of the project has it."""
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    return tmp_path


@pytest.fixture
def run(folder):
    def run_file(*flags, stages=None, file="p.json", stdin=b"", env=None):
        if stages is not None:
            (folder / file).write_text(json.dumps({"stages": stages}))
        return subprocess.run(
            [*ZYRA, file, *flags],
            cwd=folder,
            input=stdin,
            capture_output=True,
            env={**os.environ, **(env or {})},
            check=False,
        )

    return run_file


def step(stage, command, name=None, **args):
    named = {} if name is None else {"name": name}
    return {"stage": stage, "command": command, "args": args, **named}


def copy(source, target, name=None):
    return step("disseminate", "local", name, input=source, path=target)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_every_example_runs_as_it_stands(run, folder, example):
    done = run(file=str(example))
    assert done.returncode == 0, done.stderr.decode()
    made = {path.name for path in folder.iterdir()} - {"tests"}
    assert {
        "temperature-map.yaml": {"temperature.grib2", "temperature.nc", "temperature.png"},
        "streamed-table.json": {"table.csv"},
        "frames-to-film.yaml": {"frames_meta.json", "enriched_meta.json"},
        "two-levels.yaml": {"temperatures.grib2", "upper.nc", "lower.nc", "upper.txt"},
    }[example.name] == made


def test_stdin_goes_through_the_steps_to_stdout(run):
    done = run(stages=[copy("-", "-"), copy("-", "-")], stdin=b"through")
    assert (done.returncode, done.stdout) == (0, b"through")


def test_a_dry_run_prints_lines_for_a_shell_and_runs_nothing(run, folder):
    stages = [copy("a b.txt", "-"), copy("-", "b.txt"), copy("b.txt", "c.txt")]
    done = run("--dry-run", "--set", "3.path=d.txt", stages=stages)
    assert done.stdout.decode().splitlines() == [
        "zyra disseminate local - --input 'a b.txt' |",
        "zyra disseminate local b.txt --input -",
        "zyra disseminate local d.txt --input b.txt",
    ]
    assert {path.name for path in folder.iterdir()} == {"tests", "p.json"}


def test_a_dry_run_as_json_has_the_words_of_each_line(run):
    done = run("--dry-run", "--print-argv-format", "json", stages=[copy("a", "b", name="keep")])
    assert json.loads(done.stdout) == [
        {
            "stage": 1,
            "name": "disseminate",
            "id": "keep",
            "argv": ["zyra", "disseminate", "local", "b", "--input", "a"],
            "stdin": "nothing",
        }
    ]


def test_secrets_are_not_printed(run):
    send = step("disseminate", "post", url="https://example.org", input="a", auth="bearer:hush")
    assert b"hush" not in run("--dry-run", stages=[send]).stdout


def test_all_that_is_wrong_is_told_with_its_step_before_anything_runs(run, folder):
    stages = [
        copy("p.json", "made.txt"),
        step("visualize", "heatmap", "draw", inptu="x", width="wide"),
        step("process", "inspekt"),
        step("process", "inspect", input="step:nobody"),
    ]
    done = run(stages=stages)
    told = done.stderr.decode()
    assert done.returncode == 2
    for line in (
        "step 2 (draw): args.inptu: ",
        "step 2 (draw): args.width: ",
        "step 3 (inspekt): command: no command 'inspekt' in process",
        "step 4 (inspect): args.input: there is no step 'nobody'",
    ):
        assert f"zyra run: error: {line}" in told
    assert not (folder / "made.txt").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stages: [", "is neither JSON nor YAML"),
        ("[]", "is not a pipeline"),
        ("jobs: {}", "jobs: Dictionary should have at least 1 item"),
        ("on: {}", "a pipeline has a list of stages, a workflow has jobs"),
    ],
)
def test_a_file_that_is_no_pipeline_is_refused_in_a_line(run, folder, text, said):
    (folder / "p.yaml").write_text(text)
    done = run(file="p.yaml")
    assert (done.returncode, done.stdout) == (2, b"")
    assert said in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_a_file_that_is_not_there_is_told(run):
    done = run(file="nowhere.yaml")
    assert done.returncode == 2
    assert b"cannot read nowhere.yaml" in done.stderr


def test_the_first_step_that_fails_gives_the_exit_code_and_ends_the_pipeline(run, folder):
    done = run(stages=[copy("nowhere", "-"), copy("-", "half.txt"), copy("p.json", "after.txt")])
    told = done.stderr.decode()
    assert done.returncode == 2
    assert "step 1 (local): failed with exit code 2" in told
    assert "step 2 (local-2): skipped (what it reads, step 1 (local), failed)" in told
    assert "step 3 (local-3): skipped (step 1 (local) failed before)" in told
    assert {path.name for path in folder.iterdir()} == {"tests", "p.json"}


def test_with_continue_on_error_the_others_still_run(run, folder):
    stages = [copy("nowhere", "a.txt"), copy("a.txt", "b.txt"), copy("p.json", "c.txt")]
    done = run("--continue-on-error", stages=stages)
    assert done.returncode == 2
    assert (folder / "c.txt").exists()
    assert "needs step 1 (local), which failed" in done.stderr.decode()


def test_a_reader_of_the_whole_may_leave_early(folder):
    (folder / "p.json").write_text(json.dumps({"stages": [copy("/dev/zero", "-")]}))
    with subprocess.Popen([*ZYRA, "p.json"], cwd=folder, stdout=subprocess.PIPE) as process:
        assert process.stdout.read(4) == b"\0" * 4
        process.stdout.close()
    assert process.returncode == 1


def test_variables_are_those_of_the_environment_and_of_the_env_file(run, folder):
    (folder / ".env").write_text("A=of-the-file\nB=of-the-file\n")
    done = run("--dry-run", stages=[copy("${A}", "${B}")], env={"A": "of-the-shell"})
    assert done.stdout == b"zyra disseminate local of-the-file --input of-the-shell\n"


def two_copies_under_way(folder, **options):
    """`zyra run` of two steps joined by a pipe, both of which have started."""
    (folder / "p.json").write_text(json.dumps({"stages": [copy("-", "-"), copy("-", "x")]}))
    process = subprocess.Popen(
        [*ZYRA, "p.json", "--verbose"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )
    told = [process.stderr.readline() for _ in range(2)]
    assert all(line.endswith(b"started\n") for line in told)
    return process


def test_an_interrupt_ends_every_step(folder):
    process = two_copies_under_way(folder)
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate()
    assert process.returncode == 130, rest
    assert not (folder / "x").exists()


def test_an_interrupt_by_the_terminal_leaves_no_part_of_a_file(folder):
    process = two_copies_under_way(folder, start_new_session=True)
    os.killpg(process.pid, signal.SIGINT)  # as of a terminal: to every process at once
    _, rest = process.communicate()
    assert process.returncode == 130, rest
    assert {path.name for path in folder.iterdir()} == {"p.json", "tests"}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is told of its parent's end")
def test_steps_end_when_the_pipeline_is_killed(folder):
    process = two_copies_under_way(folder)
    process.kill()
    assert process.stderr.read() == b""  # its end is that of the last who could write
    process.stdin.close()
    process.stderr.close()
    assert process.wait() == -signal.SIGKILL


def test_large_streams_take_little_memory(folder):
    with (folder / "large").open("wb") as stream:
        stream.truncate(100 << 20)
    stages = [copy("large", "-"), copy("-", "-"), copy("-", "copied")]
    (folder / "p.json").write_text(json.dumps({"stages": stages}))
    # A process between: what a child of ours has used counts what we had when it was made.
    program = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-c", program, *ZYRA, "p.json", "--quiet"]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, check=True)
    assert (folder / "copied").stat().st_size == 100 << 20
    assert int(done.stdout) < 150_000  # KiB, of the largest process; a copy would come on top


def test_the_help_teaches_by_example(folder):
    done = subprocess.run([*ZYRA, "--help"], capture_output=True, text=True, check=True)
    for word in ("stages:", "step:NAME", "${NAME:-default}", "--dry-run", "POST /pipelines/run"):
        assert word in done.stdout


def test_a_step_has_no_longer_than_it_is_given(folder):
    stages = [copy("-", "-") | {"timeout_s": 0.5}, copy("-", "half.txt")]
    (folder / "p.json").write_text(json.dumps({"stages": stages}))
    with subprocess.Popen(
        [*ZYRA, "p.json"], cwd=folder, stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:  # its stdin stays open
        told = process.stderr.read().decode()
    assert process.returncode == 130
    assert "step 1 (local): ran out of time" in told
    assert not (folder / "half.txt").exists()


@pytest.mark.parametrize("text", [DESCRIPTION, (ROOT / "docs/pipelines.md").read_text()])
def test_the_pipelines_that_help_and_documentation_show_are_right(run, folder, text):
    (folder / "p.yaml").write_text(pipeline_in(text))
    done = run("--dry-run", file="p.yaml")
    assert done.returncode == 0, done.stderr.decode()
    assert "zyra visualize heatmap" in done.stdout.decode()


def pipeline_in(text):
    """The first pipeline in a text: from its name to the end of the block that it stands in."""
    lines = textwrap.dedent(text[text.rindex("\n", 0, text.index("name: ")) + 1 :]).splitlines()
    members = ("name:", "variables:", "stages:", " ")
    return "\n".join(takewhile(lambda line: not line or line.startswith(members), lines))
