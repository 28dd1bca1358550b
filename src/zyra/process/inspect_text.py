"""What is in a file, in lines for people."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from zyra.fields.extent import extent_of
from zyra.fields.grid import Coordinates, Grid
from zyra.fields.inventory import Inventory, VariableInventory
from zyra.fields.statistics import Moments
from zyra.process.inspect_facts import DataDescription, grid_kind, order_of, spacing
from zyra.process.inspect_ranges import count_text, levels_text, numbers_text, times_text

_SIZES = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))
_NOT_SHOWN = ("attributes",)
_NAMES = {"grib": "GRIB", "netcdf": "NetCDF", "geotiff": "GeoTIFF", "zarr": "Zarr"}


def data_text(found: DataDescription, source: str) -> str:
    """The description of a file of fields: one line per grid, one per variable."""
    inventory = found.inventory
    moments: Sequence[Moments | None] = found.moments or [None] * len(inventory.variables)
    lines = [
        f"{source}: {_summary(found)}",
        *_file_lines(inventory.stored_as.file),
        *_section("grids", _grid_lines(inventory)),
        *_section("variables", _variable_lines(inventory, moments)),
        *_section("left out", (f"{name} {why}" for name, why in inventory.left_out.items())),
    ]
    return "\n".join(lines) + "\n"


def facts_text(facts: Mapping[str, Any], indent: str = "") -> str:
    """Any other description: a line for each fact, parts indented below their name."""
    return "".join(_fact_lines(facts, indent))


def size_text(size: int | None) -> str:
    """Such as `2.6 MB`."""
    if size is None:
        return "size unknown"
    unit, one = next(((unit, one) for unit, one in _SIZES if size >= one), ("bytes", 1))
    return f"{size / one:.3g} {unit}" if one > 1 else f"{size} bytes"


def _summary(found: DataDescription) -> str:
    inventory = found.inventory
    fields = sum(len(variable.infos) for variable in inventory.variables)
    parts = (
        _NAMES[inventory.form],
        f"{count_text(fields, 'field')} of {count_text(len(inventory.variables), 'variable')}",
        size_text(found.size) if found.size is not None else "",
        "from its index and first message" if found.is_from_index else "",
    )
    return ", ".join(part for part in parts if part)


def _file_lines(file: Mapping[str, Any]) -> Iterator[str]:
    """Facts of the file, and its attributes cut to a line each."""
    for name, value in {**file, **file.get("attributes", {})}.items():
        if name not in _NOT_SHOWN and value not in (None, "", [], {}):
            yield f"  {name}: {_one_line(value)}"


def _one_line(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    text = " ".join(str(value).split())
    return text if len(text) <= 100 else f"{text[:97]}..."


def _section(heading: str, lines: Iterable[str]) -> Iterator[str]:
    """The lines below their heading; nothing without lines."""
    for number, line in enumerate(lines):
        if number == 0:
            yield ""
            yield heading
        yield f"  {line}"


def _grid_lines(inventory: Inventory) -> Iterator[str]:
    for number, grid in enumerate(inventory.grids, start=1):
        yield _grid_line(grid, number, grid_kind(inventory, number))


def _grid_line(grid: Grid, number: int, kind: str | None) -> str:
    rows, columns = grid.shape
    west, east, south, north = extent_of(grid)
    parts = (
        f"{kind or ''} {rows} x {columns}".strip(),
        grid.crs.label,
        f"{_axis(grid, 'x')}, {_axis(grid, 'y')}",
        ""
        if grid.crs.is_geographic
        else f"within lon {west:.4g}..{east:.4g}, lat {south:.4g}..{north:.4g}",
        order_of(grid),
        "all the way round" if grid.is_global else "",
    )
    return f"{number}  " + "; ".join(part for part in parts if part)


def _axis(grid: Grid, name: str) -> str:
    line: Coordinates = getattr(grid, name)
    word = {"x": "lon", "y": "lat"}[name] if grid.crs.is_geographic else name
    if len(line) == 1:
        return f"{word} {line[0]:.9g}"
    step = spacing(line)
    spaced = "unevenly" if step is None else f"by {abs(step):g}"
    return f"{word} {line[0]:.9g}..{line[-1]:.9g} {spaced}"


def _variable_lines(inventory: Inventory, moments: Sequence[Moments | None]) -> Iterator[str]:
    names = [variable.first.variable for variable in inventory.variables]
    width = min(max(map(len, names), default=0), 24)
    for variable, of_values in zip(inventory.variables, moments, strict=True):
        parts = (
            _named(variable),
            levels_text(variable.levels),
            times_text(variable),
            f"members {numbers_text(variable.members)}" if variable.members else "",
            *(f"{name} {numbers_text(each)}" for name, each in variable.dimensions.items()),
            _storage(inventory.stored_as.variables.get(variable.first.variable, {})),
            f"grid {variable.grid}" if len(inventory.grids) > 1 else "",
            _range(of_values),
        )
        shown = " | ".join(part for part in parts if part)
        yield f"{variable.first.variable.ljust(width)}  {shown}"


def _named(variable: VariableInventory) -> str:
    first = variable.first
    unit = f"[{first.units}]" if first.units else ""
    sums = sorted(
        {
            f"{info.statistic} of {info.period_hours:g} h" if info.period_hours else info.statistic
            for info in variable.infos
            if info.statistic
        }
    )
    words = (first.long_name, unit, f"({', '.join(sums[:3])})" if sums else "")
    return " ".join(word for word in words if word)


def _storage(facts: Mapping[str, Any]) -> str:
    """Such as `grid_simple 8..12 bits, 30 kB` or `int16 packed, nodata -1, chunks 1 x 10`."""
    bits = facts.get("bits")
    parts = (
        facts.get("type"),
        facts.get("packing"),
        bits and f"{bits[0]}..{bits[1]} bits" if bits and bits[0] != bits[1] else "",
        f"{bits[0]} bits" if bits and bits[0] == bits[1] else "",
        f"scale {facts['scale']:g} offset {facts.get('offset', 0):g}" if "scale" in facts else "",
        f"nodata {facts['nodata']}" if facts.get("nodata") is not None else "",
        f"chunks {' x '.join(map(str, facts['chunks']))}" if facts.get("chunks") else "",
        facts.get("compression"),
        f"overviews {numbers_text(facts['overviews'])}" if facts.get("overviews") else "",
        size_text(facts["stored_bytes"]) if "stored_bytes" in facts else "",
        f"{size_text(facts['array_bytes'])} unpacked" if "array_bytes" in facts else "",
    )
    return ", ".join(part for part in parts if part)


def _range(moments: Moments | None) -> str:
    if moments is None:
        return ""
    missing = f", {moments.missing} of {moments.points} missing" if moments.missing else ""
    if not moments.count:
        return "no values" + missing
    return f"{moments.minimum:.6g}..{moments.maximum:.6g}, mean {moments.mean:.6g}{missing}"


def _fact_lines(facts: Mapping[str, Any], indent: str) -> Iterator[str]:
    for name, value in facts.items():
        if isinstance(value, Mapping):
            yield f"{indent}{name}:\n"
            yield from _fact_lines(value, f"{indent}  ")
        elif isinstance(value, (list, tuple)) and value and isinstance(value[0], Mapping):
            for number, each in enumerate(value):
                yield f"{indent}{name} {number}:\n"
                yield from _fact_lines(each, f"{indent}  ")
        elif value not in (None, "", [], ()):
            yield f"{indent}{name}: {_one_line(value)}\n"
