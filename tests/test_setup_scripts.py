"""The scripts that set up .venv, run in a copied tree with a stand-in for Python.

The stand-in is a shell script: it notes how it is called, `-m venv` copies it to where
the environment's Python belongs, and `-m pip` fails when a file `no-network` is there.
"""

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from source_tree import ROOT

COPIED = ("scripts", "requirements.txt", "requirements-dev.txt", "pyproject.toml")
DEVELOPER_PINS = ROOT / "requirements-dev.txt"
STAND_IN = """#!/bin/sh
echo "$*" >> "$ZYRA_TEST_CALLS"
case "$1 $2" in
  "-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  "-m pip") case "$*" in *install*) test ! -e "$ZYRA_TEST_CALLS.no-network" ;; esac ;;
  "-m zyra.cli.main") shift 2; echo "$*" ;;
esac
"""


@dataclass(frozen=True)
class Tree:
    """A copy of the project's scripts, in a folder whose name has a space."""

    root: Path

    @property
    def calls(self) -> Path:
        return self.root.parent / "calls"

    @property
    def no_network(self) -> Path:
        return self.root.parent / "calls.no-network"

    def start(self, *flags: str, **environment: str) -> subprocess.CompletedProcess[str]:
        self.calls.unlink(missing_ok=True)
        return run(self.root / "scripts" / "start-api.sh", *flags, env=self.variables(environment))

    def variables(self, more: Mapping[str, str]) -> dict[str, str]:
        own = {"ZYRA_PYTHON": str(self.root.parent / "python"), "ZYRA_TEST_CALLS": str(self.calls)}
        return {"PATH": os.environ["PATH"], **own, **more}

    def installs(self) -> int:
        """How often pip was asked to install the pins since the last start."""
        return self.calls.read_text().count("--require-hashes")


def run(*command: str | Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=env, cwd="/", capture_output=True, text=True, check=False)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    root = tmp_path / "a folder"
    (root / "src").mkdir(parents=True)
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, root / name)
    python = tmp_path / "python"
    python.write_text(STAND_IN)
    python.chmod(0o755)
    return Tree(root)


def test_flags_pass_through_to_the_service(tree: Tree) -> None:
    assert tree.start("--port", "9000", "--reload").stdout == "serve --port 9000 --reload\n"


def test_a_second_start_installs_nothing(tree: Tree) -> None:
    tree.start()
    assert tree.installs() == 1
    tree.start()
    assert tree.calls.read_text() == "-m zyra.cli.main serve\n"


@pytest.mark.parametrize("changed", ["requirements.txt", "pyproject.toml"])
def test_changed_pins_are_installed(tree: Tree, changed: str) -> None:
    tree.start()
    with (tree.root / changed).open("a") as stream:
        stream.write("# changed\n")
    tree.start()
    assert tree.installs() == 1


def test_a_failed_setup_says_why_and_is_made_anew(tree: Tree) -> None:
    tree.no_network.touch()
    failed = tree.start()
    assert failed.returncode == 1
    assert "is there a network" in failed.stderr
    tree.no_network.unlink()
    assert "making .venv" in tree.start().stderr


def test_a_moved_folder_gets_a_new_environment(tree: Tree, tmp_path: Path) -> None:
    tree.start()
    moved = Tree(tree.root.rename(tmp_path / "elsewhere"))
    assert "making .venv" in moved.start().stderr


def test_what_the_tests_need_serves_the_service_too(tree: Tree) -> None:
    setup = 'set -e; . scripts/setup-venv.sh; ensure_venv "$0"'
    subprocess.run(
        ["bash", "-c", setup, "requirements-dev.txt"],
        env=tree.variables({}), cwd=tree.root, check=True, capture_output=True,
    )  # fmt: skip
    tree.start()
    assert tree.installs() == 0


def test_a_lock_of_a_dead_process_is_taken_over(tree: Tree) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    (tree.root / ".venv.lock").write_text(f"{ended.pid}\n")
    assert tree.start().returncode == 0
    assert not (tree.root / ".venv.lock").exists()


def test_an_unusable_python_is_named(tree: Tree) -> None:
    refused = tree.start(ZYRA_PYTHON="/no/such/python")
    assert refused.returncode == 1
    assert "/no/such/python" in refused.stderr


def test_a_missing_python_is_told_with_the_remedy(tree: Tree, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("bash", "cat", "cmp", "dirname", "mkdir", "rm", "sed", "touch", "env"):
        (tools / name).symlink_to(shutil.which(name) or name)
    refused = tree.start(PATH=str(tools), ZYRA_PYTHON="")
    assert refused.returncode == 1
    assert "no Python 3.11, 3.12 or 3.13 found; install one" in refused.stderr


def test_every_runtime_pin_is_a_pin_of_the_developer_too() -> None:
    runtime = (ROOT / "requirements.txt").read_text().split()
    developer = DEVELOPER_PINS.read_text().split()
    assert {word for word in runtime if "==" in word} <= set(developer)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_pin_has_hashes(name: str) -> None:
    blocks = (ROOT / name).read_text().replace("\\\n", " ").splitlines()
    pins = [line for line in blocks if line and not line.startswith("#")]
    assert pins
    assert [pin for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []


def test_every_dependency_is_pinned_within_its_range() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    wanted = [*project["project"]["dependencies"], *groups["install"], *groups["dev"]]
    pins = dict(re.findall(r"^([\w-]+)==(\S+)", DEVELOPER_PINS.read_text(), re.MULTILINE))
    for requirement in map(Requirement, wanted):
        assert pins[canonicalize_name(requirement.name)] in requirement.specifier
