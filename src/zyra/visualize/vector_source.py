"""Find the two parts of a vector in files, and what is drawn under them."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from zyra.core.errors import AmbiguousSelection, SelectionError, UsageError
from zyra.fields.field import Field, FieldInfo
from zyra.fields.formats import Dataset, select_fields
from zyra.fields.selection import Selection, choices_of, describe, select, select_one
from zyra.fields.vector_parts import partners_of
from zyra.visualize.field_source import in_crs, is_npy, opened_fields, read_field
from zyra.visualize.units import in_units
from zyra.visualize.vector_pairs import Relative, Vectors, vectors_of
from zyra.visualize.view import Extent

Pair = tuple[FieldInfo, FieldInfo]

SPEED = "speed"
MOST_LISTED = 10


@dataclass(frozen=True)
class Wanted:
    """What is asked for.

    Attributes:
        selection: Level, time, member, or place of the first part in the file.
        uvar: Name of the first part, or None for a pair that is found by its names.
        vvar: Name of the second part, or None.
        background: Name of the variable under the vectors, `speed`, or None.
        background_level: Its level, or None.
        background_units: Its unit, or None.
        units: Of the vectors, or None.
        engine: Name of an xarray engine that must be able to read the file, or None.
        crs: Text of the coordinate system of the coordinates, or None for their own.
        relative_to: What the parts are along.
    """

    selection: Selection = field(default_factory=Selection)
    uvar: str | None = None
    vvar: str | None = None
    background: str | None = None
    background_level: str | None = None
    background_units: str | None = None
    units: str | None = None
    engine: str | None = None
    crs: str | None = None
    relative_to: Relative = "auto"

    def vectors(self, u: Field, v: Field) -> Vectors:
        """The two parts as asked for.

        Raises:
            ShapeMismatch: They do not lie on the same grid.
            UsageError: There is no such unit, or no such coordinate system.
        """
        u, v = self._placed(u), self._placed(v)
        if self.units is not None:
            u, v = in_units(u, self.units), in_units(v, self.units)
        return vectors_of(u, v, self.relative_to)

    def background_of(self, dataset: Dataset[FieldInfo], vectors: Vectors) -> Field | None:
        """The field that is drawn under the vectors.

        Raises:
            SelectionError: No field matches, or several.
        """
        if self.background is None:
            return None
        if self.background == SPEED:
            return vectors.speed
        found = _beside(dataset.infos, vectors.u, self.background, self.background_level)
        drawn = self._placed(dataset.read(found))
        units = self.background_units
        return drawn if units is None else in_units(drawn, units)

    def _placed(self, field: Field) -> Field:
        return field if self.crs is None else in_crs(field, self.crs)


def read_vectors(path: Path, wanted: Wanted) -> tuple[Vectors, Field | None]:
    """Read both parts from one file, with what is drawn under them.

    Raises:
        UsageError: The arguments do not fit the file.
        SelectionError: It has no such pair, or several.
        DataError: It cannot be read, or its parts do not belong together.
    """
    if is_npy(path):
        raise UsageError(
            f"{path.name} holds one array, and a vector has two parts",
            hint="give a file of each: --u EASTWARD.npy --v NORTHWARD.npy",
        )
    with opened_fields(path, wanted.selection, engine=wanted.engine) as (dataset, selection):
        u, v = found_pair(dataset, selection, wanted.uvar, wanted.vvar)
        vectors = wanted.vectors(dataset.read(u), dataset.read(v))
        return vectors, wanted.background_of(dataset, vectors)


def read_parts(
    u_path: Path, v_path: Path, wanted: Wanted, array_extent: Extent
) -> tuple[Vectors, Field | None]:
    """Read the parts from a file each; what is under them is in the first.

    Raises:
        UsageError: The arguments do not fit a file.
        SelectionError: A file has no such field, or several.
        DataError: A file cannot be read, or the parts do not belong together.
    """
    u, v = (
        read_field(
            path,
            replace(wanted.selection, variable=name),
            engine=wanted.engine,
            array_extent=array_extent,
        )
        for path, name in ((u_path, wanted.uvar), (v_path, wanted.vvar))
    )
    vectors = wanted.vectors(u, v)
    if wanted.background in (None, SPEED):
        return vectors, vectors.speed if wanted.background else None
    if is_npy(u_path):
        raise UsageError(
            f"{u_path.name} has no variable {wanted.background}",
            hint="give --background speed, or leave it out",
        )
    with opened_fields(u_path, wanted.selection, engine=wanted.engine) as (dataset, _):
        return vectors, wanted.background_of(dataset, vectors)


def found_pair(
    dataset: Dataset[FieldInfo], selection: Selection, uvar: str | None, vvar: str | None
) -> Pair:
    """The two parts that are asked for: of one level, time and member.

    Args:
        dataset: An open file.
        selection: What both have in common; a place in the file is that of the first.
        uvar: Name of the first part, or None for pairs whose names tell them.
        vvar: Name of the second part, or None.

    Raises:
        SelectionError: There is no such pair, or there are several.
    """
    firsts = select_fields(dataset, replace(selection, variable=uvar))
    seconds = select(dataset.infos, replace(selection, variable=vvar, message=None))
    beside: dict[Hashable, list[FieldInfo]] = defaultdict(list)
    for info in seconds:
        beside[_place(info)].append(info)
    is_named = uvar is not None and vvar is not None
    pairs = [
        (first, second)
        for first in firsts
        for second in _seconds(first, beside[_place(first)], is_named=is_named)
    ]
    if len(pairs) != 1:
        raise _no_pair(dataset, selection, uvar) if not pairs else _several(pairs)
    return pairs[0]


def _seconds(first: FieldInfo, beside: Sequence[FieldInfo], *, is_named: bool) -> list[FieldInfo]:
    if is_named:
        return [info for info in beside if info.number != first.number]
    return partners_of(first, beside)


def _place(info: FieldInfo) -> Hashable:
    """What both parts of a vector have in common."""
    dimensions = tuple(sorted(info.dimensions.items()))
    return (
        *(info.level, info.valid_time, info.forecast_hour, info.member, dimensions),
        *(info.statistic, info.period_hours),
    )


def _no_pair(dataset: Dataset[FieldInfo], selection: Selection, uvar: str | None) -> SelectionError:
    asked = f" with {selection}" if str(selection) else ""
    names = ", ".join(sorted({info.variable for info in select(dataset.infos, selection)}))
    if uvar is not None:
        return SelectionError(
            f"the parts{asked} are of different levels, times or members",
            hint="choose them with --level, --time or --member",
        )
    return SelectionError(
        f"no two fields{asked} are the parts of a vector by their names",
        hint=f"name them with --uvar and --vvar; there is {names}",
    )


def _several(pairs: Sequence[Pair]) -> AmbiguousSelection:
    first, second = pairs[0]
    shown = pairs[: MOST_LISTED - 1] if len(pairs) > MOST_LISTED else pairs
    lines = [f"  {describe(u)} with {v.variable}" for u, v in shown]
    lines += [f"  ... and {len(pairs) - len(shown)} more"] * (len(shown) < len(pairs))
    values = choices_of(first)
    same = [u for u, v in pairs if u.variable == first.variable]
    decisive = next(
        ({name: values[name]} for name in ("level", "time", "member")
         if name in values and [choices_of(u).get(name) for u in same].count(values[name]) == 1),
        {"message": first.number},
    )  # fmt: skip
    names = {} if len(same) == len(pairs) else {"uvar": first.variable, "vvar": second.variable}
    correction = names | (decisive if len(same) > 1 else {})
    return AmbiguousSelection(
        f"{len(pairs)} pairs of fields are the parts of a vector, where one is needed",
        hint="choose one with --level, --time, --member, --uvar and --vvar, or --message for the"
        " place of the first part:\n" + "\n".join(lines),
        correction=correction,
    )


def _beside(
    infos: Sequence[FieldInfo], u: FieldInfo, variable: str, level: str | None
) -> FieldInfo:
    """The field of a variable that holds when the vectors do, and on their level if several."""
    asked = Selection(variable=variable, level=level, valid_time=u.valid_time, member=u.member)
    try:
        found = select(infos, asked)
        shared = [info for info in found if _agree(info, u)]
        on_level = [info for info in shared if info.level == u.level]
        return select_one(
            on_level if level is None and len(shared) > 1 and on_level else shared or found,
            Selection(variable=variable),
            variable_flag="--background",
        )
    except SelectionError as error:
        names = {"variable": "background", "level": "background_level"}
        better = {names.get(name, ""): value for name, value in error.correction.items()}
        hint = (error.hint or "").replace("--level", "--background-level")
        raise type(error)(
            error.message, hint=hint, correction={} if "" in better else better
        ) from error


def _agree(info: FieldInfo, u: FieldInfo) -> bool:
    """Whether dimensions that both have are at the same value."""
    return all(u.dimensions.get(name, value) == value for name, value in info.dimensions.items())
