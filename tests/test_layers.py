"""Imports point downwards, and stand where a reader looks for them.

docs/architecture.md draws the layers; this is the drawing's enforcement.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator

import pytest

from source_tree import Import, Module, assert_none, functions_of, imports_of, modules, part_of

# From the bottom up. Parts on one level do not know each other.
LAYERS = (
    {"core"},
    {"fields", "media", "transfer", "telemetry"},
    {"acquire", "process", "visualize", "disseminate"},
    {"registry"},
    {"jobs"},
    {"access"},
    {"wiring"},
    {"cli", "api"},
)
STAGES = LAYERS[2]
LEVELS = {part: level for level, parts in enumerate(LAYERS) for part in parts}

# Declarations are loaded by everything that starts, so what they import has to be light.
LIGHT_FOR_DECLARATIONS = {
    "zyra.core",
    "annotated_types",
    "collections",
    "dataclasses",
    "datetime",
    "enum",
    "functools",
    "math",
    "pydantic",
    "pydantic_core",
    "re",
    "typing",
}
HEAVY = {
    "PIL",
    "av",
    "contourpy",
    "eccodes",
    "isal",
    "netCDF4",
    "numpy",
    "obstore",
    "paramiko",
    "pyproj",
    "rasterio",
    "urllib3",
    "zarr",
}

ENVIRONMENT_READERS = {"zyra.core.settings", "zyra.core.environment"}
ENVIRONMENT_NAMES = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}


def test_every_part_has_its_place_in_the_layers() -> None:
    assert {module.part for module in modules()} - LEVELS.keys() == {""}


def test_imports_point_downwards() -> None:
    assert_none(
        f"{module.at(found.line)}: {module.part} must not import {found.target}"
        for module, found in own_imports()
        if points_up_or_sideways(module.part, part_of(found.target))
    )


def test_only_the_registry_knows_particular_stages() -> None:
    assert_none(
        f"{module.at(found.line)}: {found.target} is reached through zyra.registry"
        for module, found in own_imports()
        if module.part not in STAGES | {"registry"} and part_of(found.target) in STAGES
    )


def test_declarations_import_nothing_heavy() -> None:
    assert_none(
        f"{module.at(found.line)}: a declaration must not import {found.target}"
        for module in modules()
        if is_declaration(module)
        for found in imports_of(module)
        if not is_light(found.target, stage=module.part)
    )


@pytest.mark.parametrize("entry", ["zyra.registry", "zyra.cli.main", "zyra.api.application"])
def test_what_only_reads_declarations_loads_no_heavy_library(entry: str) -> None:
    program = f"import sys, {entry}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert loaded.returncode == 0, loaded.stderr
    assert HEAVY.isdisjoint(loaded.stdout.split())


def test_imports_stand_at_the_top_of_the_file() -> None:
    assert_none(
        f"{module.at(node.lineno)}: import inside {function.name}"
        for module in modules()
        for function in functions_of(module)
        for node in ast.walk(function)
        if isinstance(node, (ast.Import, ast.ImportFrom))
    )


def test_modules_are_imported_by_name_in_one_place_only() -> None:
    assert_none(
        f"{module.at(line)}: load through zyra.core.loading"
        for module in modules()
        if module.name != "zyra.core.loading"
        for line in uses_of({"import_module", "__import__"}, module, source="importlib")
    )


def test_only_the_settings_touch_the_environment() -> None:
    assert_none(
        f"{module.at(line)}: settings come from zyra.core.settings"
        for module in modules()
        if module.name not in ENVIRONMENT_READERS
        for line in uses_of(ENVIRONMENT_NAMES, module, source="os")
    )


def own_imports() -> Iterator[tuple[Module, Import]]:
    for module in modules():
        for found in imports_of(module):
            if found.target.split(".")[0] == "zyra":
                yield module, found


def points_up_or_sideways(part: str, target: str) -> bool:
    return target not in ("", part) and LEVELS[target] >= LEVELS.get(part, -1)


def is_declaration(module: Module) -> bool:
    """What a stage's `commands/` holds, and what several declarations share."""
    in_commands = module.part in STAGES and module.name.split(".")[2:3] == ["commands"]
    return in_commands or is_shared_declaration(module.name)


def is_shared_declaration(name: str) -> bool:
    return name.startswith("zyra.") and name.endswith("_args")


def is_light(target: str, *, stage: str) -> bool:
    allowed = LIGHT_FOR_DECLARATIONS | {f"zyra.{stage}.commands"}
    light = any(target == name or target.startswith(f"{name}.") for name in allowed)
    return light or is_shared_declaration(target)


def uses_of(names: set[str], module: Module, *, source: str) -> Iterator[int]:
    """Lines that name one of `names`: bare, as an attribute, or imported from `source`."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in names:
            yield node.lineno
        if isinstance(node, ast.Name) and node.id in names:
            yield node.lineno
        if isinstance(node, ast.ImportFrom) and node.module == source:
            yield from (node.lineno for alias in node.names if alias.name in names)
