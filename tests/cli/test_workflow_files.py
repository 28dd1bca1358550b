"""`zyra run FILE` of a workflow: jobs in the order of their needs, and what starts them."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from source_tree import ROOT

ZYRA = (sys.executable, "-m", "zyra.cli.main", "run")
FIRST_FAILS = {
    "after": {"needs": "fails", "steps": ["export local after.txt --input w.json"]},
    "alone": {"steps": ["export local alone.txt --input w.json"]},
    "fails": {
        "steps": [
            "export local - --input nowhere",
            "export local half.txt --input -",
            "export local never.txt --input w.json",
        ]
    },
}


@pytest.fixture
def run(tmp_path):
    def run_file(*flags, stdin=b"", **given):
        if given:
            (tmp_path / "w.json").write_text(json.dumps(given))
        return subprocess.run(
            [*ZYRA, "w.json", *flags], cwd=tmp_path, input=stdin, capture_output=True, check=False
        )

    return run_file


def test_the_workflow_that_the_documentation_shows_is_right(run, tmp_path):
    text = (ROOT / "docs/pipelines.md").read_text()
    (tmp_path / "w.json").write_text(re.search(r"```yaml\n(on:.*?)```", text, re.DOTALL)[1])
    assert run("--dry-run").stdout.decode().splitlines() == [
        "zyra acquire http https://data.example.org/gfs.f024.grib2 --output gfs.grib2",
        "zyra process extract-variable gfs.grib2 'TMP:500 mb' --stdout --format netcdf |",
        "zyra visualize heatmap --input - --output map.png",
    ]


def made(tmp_path):
    return {path.name for path in tmp_path.iterdir()} - {"w.json"}


def test_a_job_runs_after_those_that_it_needs(run, tmp_path):
    jobs = {
        "last": {"needs": ["first"], "steps": ["export local b.txt --input a.txt"]},
        "first": {"steps": ["export local - --input -", {"cmd": "export local a.txt --input -"}]},
    }
    done = run("--verbose", stdin=b"through", jobs=jobs)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "b.txt").read_bytes() == b"through"
    assert "step 3 (last.local): succeeded" in done.stderr.decode()


def test_a_job_that_fails_ends_the_workflow_with_its_exit_code(run, tmp_path):
    done = run(jobs=FIRST_FAILS)
    told = done.stderr.decode()
    assert done.returncode == 2
    assert "step 2 (fails.local): failed with exit code 2" in told
    assert "step 5 (after.local): skipped (step 2 (fails.local) failed before)" in told
    assert made(tmp_path) == {"alone.txt"}


def test_with_continue_on_error_only_what_needs_a_failed_job_is_left_out(run, tmp_path):
    jobs = {name: FIRST_FAILS[name] for name in ("fails", "after", "alone")}
    done = run("--continue-on-error", jobs=jobs)
    told = done.stderr.decode()
    assert done.returncode == 2
    assert "(after.local): skipped (" in told
    assert "needs step 1 (fails.local), which failed" in told
    assert made(tmp_path) == {"alone.txt"}


def test_all_that_is_wrong_is_told_with_job_and_step_before_anything_runs(run, tmp_path):
    done = run(
        jobs={
            "a": {"needs": "bb", "steps": ["export local x.txt --input w.json"]},
            "b": {"steps": [{"stage": "process", "command": "inspect", "args": {"inptu": 1}}]},
        }
    )
    told = done.stderr.decode()
    assert done.returncode == 2
    assert "zyra run: error: jobs: a.needs.0: there is no job 'bb'\n  hint: did you mean b?" in told
    assert "zyra run: error: step 2 (b.inspect): args.inptu: " in told
    assert made(tmp_path) == set()


ON = {
    "schedule": [{"cron": "5 12 * * 4"}, "0 6 1 * *"],
    "workflow_dispatch": {},
    "dataset-update": [{"path": "/data/x.nc", "check": "hash"}],
}
ONE = {"a": {"steps": ["export local - --input w.json"]}}


def test_what_would_start_a_workflow_is_told_in_a_line(run):
    told = run(jobs=ONE, on=ON).stderr.decode()
    assert told.startswith(
        "zyra run: runs once, now; else started by cron at 5 12 * * 4, 0 6 1 * *"
    )
    assert "whoever changes the data: nobody watches for that here\n" in told
    assert b"runs once" not in run("--quiet").stderr
    assert b"runs once" not in run(jobs=ONE, on={"workflow_dispatch": {}}).stderr


def test_the_times_are_written_for_cron(run, tmp_path):
    done = run("--export-cron", jobs=ONE, on=ON)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.decode().splitlines()
    assert [" ".join(line.split()[:5]) for line in lines] == ["5 12 * * 4", "0 6 1 * *"]
    assert made(tmp_path) == set()


def test_a_line_of_cron_starts_the_workflow(tmp_path):
    """Cron hands the line to a shell, without the backslashes before %."""
    folder = tmp_path / "100 % o'clock"
    folder.mkdir()
    (folder / "w.json").write_text(json.dumps({"jobs": ONE, "on": ON}))
    written = subprocess.run(
        [*ZYRA, "w.json", "--export-cron"], cwd=folder, capture_output=True, check=True
    )
    *_, line = written.stdout.decode().splitlines()
    assert not re.search(r"(?<!\\)%", line)
    command = line.removeprefix("0 6 1 * * ").replace(r"\%", "%")
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == ((folder / "w.json").read_bytes(), b"")


@pytest.mark.parametrize("name", ["a\n* * * * * b.json", "a\\%.json", "a\x1b.json"])
def test_a_name_that_crontabs_cannot_hold_is_refused(tmp_path, name):
    (tmp_path / name).write_text(json.dumps({"jobs": ONE, "on": ON}))
    done = subprocess.run(
        [*ZYRA, name, "--export-cron"], cwd=tmp_path, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert f"{name!r} cannot be written in a crontab" in done.stderr.decode()


def test_cron_starts_the_workflow_with_what_was_asked_for_beside(run):
    changed = ("--only", "a", "--set", "a.path=100 %")
    done = run("--export-cron", *changed, jobs=ONE, on=ON)
    assert (
        done.stdout.decode()
        .splitlines()[0]
        .endswith(" run --quiet w.json --only a --set 'a.path=100 \\%'")
    )


def test_cron_mails_what_was_asked_to_be_told_and_errors_else(run):
    first = run("--export-cron", "--quiet", jobs=ONE, on=ON)
    assert b" run --quiet w.json\n" in first.stdout
    assert b" run w.json --verbose\n" in run("--export-cron", "--verbose").stdout


def test_cron_finds_the_program_by_its_folder(run):
    line = run("--export-cron", jobs=ONE, on=ON).stdout.decode().splitlines()[0]
    program = Path(sys.executable).with_name("zyra")
    assert f" && {shlex.quote(str(program))} run --quiet w.json" in line


def test_without_times_there_is_nothing_for_cron(run):
    done = run("--export-cron", jobs=ONE)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"w.json names no times for cron" in done.stderr


@pytest.mark.parametrize(
    ("flags", "advice"),
    [
        (("--watch",), "--export-cron prints its lines"),
        (("--watch-interval", "60"), "--export-cron prints its lines"),
        (("--max-workers", "4"), "jobs run one after the other"),
        (("--log-file=run.log",), "2>> FILE keeps what is told"),
    ],
)
def test_flags_of_the_published_tool_that_are_not_taken_are_answered_with_advice(
    run, tmp_path, flags, advice
):
    done = run(*flags, jobs=ONE)
    assert done.returncode == 2
    assert f"{flags[0].partition('=')[0]} is not taken: " in done.stderr.decode()
    assert advice in done.stderr.decode()
    assert made(tmp_path) == set()
