"""The project's own source, parsed, for tests about how it is written."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"


@dataclass(frozen=True)
class Module:
    """One file of the package."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def part(self) -> str:
        """The layer it belongs to: first name below `zyra`, empty for `zyra` itself."""
        return part_of(self.name)

    def at(self, line: int) -> str:
        """Where `line` is, as editors and terminals open it."""
        return f"{self.path.relative_to(ROOT)}:{line}"


@dataclass(frozen=True)
class Import:
    """One imported module and the line that imports it."""

    target: str
    line: int


def part_of(name: str) -> str:
    """First name below the package: `zyra.core.job` belongs to `core`."""
    return [*name.split("."), ""][1]


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the package, by name."""
    return tuple(_parsed(path) for path in sorted(SOURCE.rglob("*.py")))


def _parsed(path: Path) -> Module:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Module(name, path, ast.parse(path.read_text(encoding="utf-8"), str(path)))


def imports_of(module: Module) -> Iterator[Import]:
    """What `module` imports, wherever in the file the import stands."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(module, node)
            yield from (Import(_module_in(base, alias.name), node.lineno) for alias in node.names)


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    above = module.name.split(".")
    is_package = module.path.name == "__init__.py"
    package = above[: len(above) - node.level + is_package]
    return ".".join([*package, *filter(None, [node.module])])


def _module_in(base: str, name: str) -> str:
    known = {module.name for module in modules()}
    return f"{base}.{name}" if f"{base}.{name}" in known else base


def functions_of(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of `module`, nested ones too."""
    for node in ast.walk(module.tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def assert_none(faults: Iterable[str]) -> None:
    """Fail with every fault on its own line, each beginning with its place."""
    found = list(faults)
    assert not found, "\n" + "\n".join(found)
