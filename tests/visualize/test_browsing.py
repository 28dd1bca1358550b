"""Where Chromium is missing: tests are left out on a desk and fail on the build machine."""

import subprocess

import pytest

from browsing import chromium
from source_tree import ROOT

REMEDY = "no Chromium here: run ./scripts/ensure-test-programs.sh"
SCRIPT = ROOT / "scripts" / "ensure-test-programs.sh"


@pytest.fixture
def no_programs(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_without_chromium_tests_are_left_out_with_the_remedy(no_programs, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=REMEDY), chromium():
        pass


def test_without_chromium_tests_fail_on_the_build_machine(no_programs, monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=REMEDY), chromium():
        pass


def run_script(folder, *programs: str) -> subprocess.CompletedProcess:
    """The script where only the programs in `folder` and the shell's own are found."""
    return subprocess.run(
        ["/bin/bash", str(SCRIPT), *programs],
        env={"PATH": str(folder), "CALLS": str(folder / "calls")},
        capture_output=True,
        text=True,
        check=False,
    )


def stand_in(folder, name: str, text: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/bash\n{text}\n")
    path.chmod(0o755)


@pytest.fixture
def machine(tmp_path):
    """Programs of a machine without Chromium; apt-get notes how it is called."""
    for name in ("tr", "env"):
        (tmp_path / name).symlink_to(f"/usr/bin/{name}")
    stand_in(tmp_path, "id", "echo 0")
    stand_in(tmp_path, "apt-get", 'echo "$*" >> "$CALLS"')
    return tmp_path


def test_a_program_that_is_there_is_not_installed(machine):
    stand_in(machine, "chromium", "exit 0")
    assert run_script(machine, "chromium").returncode == 0
    assert not (machine / "calls").exists()


def test_a_missing_program_is_installed(machine):
    assert run_script(machine, "chromium").returncode == 0
    assert (machine / "calls").read_text().endswith("--no-install-recommends chromium\n")


def test_lists_of_packages_are_fetched_when_the_first_try_fails(machine):
    stand_in(
        machine,
        "apt-get",
        'echo "$1" >> "$CALLS"; case "$1" in update) : > "$CALLS.new" ;; esac; [ -e "$CALLS.new" ]',
    )
    assert run_script(machine).returncode == 0
    assert (machine / "calls").read_text().split() == ["install", "update", "install"]


def test_it_says_so_where_nothing_can_be_installed(machine):
    (machine / "apt-get").unlink()
    done = run_script(machine)
    assert done.returncode == 1
    assert "please install them with your system's packages" in done.stderr


def test_unknown_programs_are_refused(machine):
    done = run_script(machine, "emacs")
    assert done.returncode == 1
    assert "no program emacs is known here" in done.stderr
