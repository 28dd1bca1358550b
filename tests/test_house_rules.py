"""Rules of the house that no linter knows: sizes, broad catches, what no file may name."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from source_tree import ROOT, assert_none, functions_of, modules
from zyra.api.errors import STATUSES
from zyra.core.errors import DataError, UnknownName, UsageError, ZyraError
from zyra.core.exit_codes import FAILED, WRONG_INPUT, exit_code_for

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 50

# The child's main (which the command line shares), the worker's loop, the server's last handler.
BROAD_CATCHES = {
    "zyra.core.running": 1,
    "zyra.jobs.embedded.worker": 1,
    "zyra.jobs.redis.worker": 1,
    "zyra.api.errors": 1,
}
BROAD = {"Exception", "BaseException"}

# Patterns, spelled so that they do not match this file.
REGISTRIES = r"pypi[.]org|pythonhosted[.]org|npmjs[.]|anaconda[.]org"
MACHINE_PATHS = r"/(work|root|home|opt|Users)[/]|[.][.]/shared"
UNFINISHED = r"\bTO[D]O\b|\bFIXM[E]\b|\bXX[X]\b"
TREES = ("src", "tests", "scripts", "benchmarks", "docs", ".ci")


def all_subclasses(kind: type) -> Iterator[type]:
    for below in kind.__subclasses__():
        yield below
        yield from all_subclasses(below)


def test_files_are_short() -> None:
    sizes = {path: len(text.splitlines()) for path, text in project_texts() if is_code(path)}
    assert_none(
        f"{path}: {lines} lines, the limit is {MAX_FILE_LINES}; cut it where the idea changes"
        for path, lines in sizes.items()
        if lines > MAX_FILE_LINES
    )


def test_functions_are_short() -> None:
    assert_none(
        f"{module.at(function.lineno)}: {function.name} has more than {MAX_FUNCTION_LINES} lines"
        for module in modules()
        for function in functions_of(module)
        if (function.end_lineno or 0) - function.lineno >= MAX_FUNCTION_LINES
    )


def test_broad_catches_stand_in_three_places_only() -> None:
    assert_none(
        f"{module.at(line)}: catch what you can name"
        for module in modules()
        for line in broad_catches(module.tree)[BROAD_CATCHES.get(module.name, 0) :]
    )


@pytest.mark.parametrize("forbidden", [REGISTRIES, MACHINE_PATHS, UNFINISHED])
def test_no_file_names_a_registry_a_machine_or_unfinished_work(forbidden: str) -> None:
    assert_none(
        f"{path}:{number}: {line.strip()}"
        for path, text in project_texts()
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(forbidden, line)
    )


def test_every_sample_file_has_its_origin_written_down() -> None:
    folder = ROOT / "tests" / "data"
    origins = (folder / "README.md").read_text(encoding="utf-8")
    assert_none(
        f"{path.name} is not in tests/data/README.md"
        for path in folder.iterdir()
        if path.name not in origins and path.name != "README.md"
    )


@pytest.mark.parametrize("kind", [ZyraError, *all_subclasses(ZyraError)])
def test_every_error_ends_a_command_as_the_contract_says(kind: type[ZyraError]) -> None:
    wrong_input = issubclass(kind, (UsageError, DataError, UnknownName))
    assert exit_code_for(kind.__new__(kind)) == (WRONG_INPUT if wrong_input else FAILED)


def test_every_branch_of_the_errors_has_an_http_status() -> None:
    known = {kind.__name__ for kind in STATUSES}
    assert_none(
        f"{module.at(node.lineno)}: {node.name} is not in the table of zyra.api.errors"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
        and "ZyraError" in (getattr(base, "id", "") for base in node.bases)
        and node.name not in known
    )


def project_texts() -> Iterator[tuple[Path, str]]:
    """Every text file of the project, by its path from the root."""
    trees = (path for tree in TREES for path in (ROOT / tree).rglob("*"))
    for path in (*ROOT.iterdir(), *trees):
        if path.is_file() and "__pycache__" not in path.parts and ".egg-info" not in str(path):
            try:
                yield path.relative_to(ROOT), path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue  # sample data, fonts


def is_code(path: Path) -> bool:
    return path.suffix in (".py", ".sh")


def broad_catches(tree: ast.Module) -> list[int]:
    """Lines that catch everything; cleaning up and raising it again is no catch."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and is_broad(node.type)
        and not raises_again(node.body[-1])
    ]


def raises_again(last: ast.stmt) -> bool:
    return isinstance(last, ast.Raise) and last.exc is None


def is_broad(caught: ast.expr | None) -> bool:
    if isinstance(caught, ast.Tuple):
        return any(is_broad(item) for item in caught.elts)
    return caught is None or (isinstance(caught, ast.Name) and caught.id in BROAD)
