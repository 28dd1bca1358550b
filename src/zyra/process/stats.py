"""Statistics of the fields of a source."""

from collections.abc import Callable, Hashable, Iterable, Sequence

from zyra.core.errors import UsageError
from zyra.core.job import Job
from zyra.core.outputs import open_output
from zyra.fields.crop import Box
from zyra.fields.field import Array, FieldInfo
from zyra.fields.formats import open_dataset, select_fields
from zyra.fields.selection import describe, selection_from
from zyra.fields.statistics import Moments
from zyra.fields.statistics_percentiles import percentiles_of
from zyra.fields.statistics_reader import PointReader
from zyra.process.commands.stats import StatsArgs
from zyra.process.field_source import local_source
from zyra.process.stats_table import Row, Table, csv_table, json_table, text_table

_GROUPS: dict[str, Callable[[FieldInfo], Hashable]] = {
    "field": lambda info: info.number,
    "variable": lambda info: (info.variable, info.units),
    "level": lambda info: (info.variable, info.units, info.level),
    "time": lambda info: (info.variable, info.units, info.valid_time, info.period_hours),
}
_WRITERS = {"text": text_table, "json": json_table, "csv": csv_table}


def run(args: StatsArgs, job: Job) -> None:
    """Write a table of statistics of the fields that are asked for.

    Raises:
        UsageError: Arguments that do not fit together.
        SelectionError: Nothing is there of what is asked for, or no point in the box.
        DataError: The input is of no known format, or damaged.
        TransferError: The URL cannot be fetched.
        OutputError: The output cannot be written.
    """
    form = chosen_format(args.format, as_json=args.as_json)
    box = Box.from_numbers(args.bbox) if args.bbox is not None else None
    selection = selection_from(args, variable=args.variable, pattern=args.pattern)
    with (
        local_source(args.input, args.pattern, "cfgrib", job) as (path, found),
        open_dataset(path, found) as dataset,
    ):
        groups = grouped(select_fields(dataset, selection), args.by)
        reader = PointReader(path, found, dataset, box)
        rows = list(_rows(groups, reader, args.percentiles or [], job))
    table = Table(args.input, found, args.by, box, tuple(args.percentiles or ()), rows)
    with open_output(args.output, job) as output:
        output.write(_WRITERS[form](table).encode())


def chosen_format(given: str | None, *, as_json: bool) -> str:
    """The format that is asked for by name or by `--json`; text if none is.

    Raises:
        UsageError: Both are given and differ.
    """
    if as_json and given not in (None, "json"):
        raise UsageError(f"--json and --format {given} contradict each other")
    return "json" if as_json else given or "text"


def grouped(infos: Iterable[FieldInfo], by: str) -> list[list[FieldInfo]]:
    """The fields that one row sums up, in the order of their first ones."""
    groups: dict[Hashable, list[FieldInfo]] = {}
    for info in infos:
        groups.setdefault(_GROUPS[by](info), []).append(info)
    return list(groups.values())


def _rows(
    groups: Sequence[Sequence[FieldInfo]],
    reader: PointReader,
    percentages: Sequence[float],
    job: Job,
) -> Iterable[Row]:
    total, done = sum(map(len, groups)), 0
    for infos in groups:
        moments, values = Moments(), None
        for info in infos:
            values, weights = reader.read(info)
            moments += Moments.of(values, weights)
            done += 1
            job.progress(done / total, describe(info))
        yield Row(infos, moments, _percentiles(percentages, infos, reader, values))


def _percentiles(
    percentages: Sequence[float],
    infos: Sequence[FieldInfo],
    reader: PointReader,
    only: Array | None,
) -> list[float]:
    """Percentiles over the fields; `only` are the values if there is but one, read already."""
    if not percentages:
        return []
    if len(infos) == 1 and only is not None:
        return percentiles_of(percentages, lambda: [only])
    return percentiles_of(percentages, lambda: (reader.read(info)[0] for info in infos))
