"""List the fields of a GRIB file, or copy messages out of it."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from zyra.core.errors import UsageError
from zyra.core.job import Job
from zyra.core.outputs import open_output
from zyra.fields.grib import Message, read_values
from zyra.fields.selection import select, selection_from
from zyra.process.commands.decode_grib2 import DecodeGrib2Args
from zyra.process.grib_listing import Statistics, json_line, summarize, text_line, wgrib2_line
from zyra.process.grib_source import copied_messages, open_grib
from zyra.transfer.sources import refuse_unsigned

Line = Callable[[Message, Statistics | None], str]


def run(args: DecodeGrib2Args, job: Job) -> None:
    """List, or with `args.raw` copy, the fields of `args.input` that are asked for.

    Raises:
        SelectionError: Nothing is there of what is asked for.
        UsageError: Arguments that have no effect together.
        DataError: The input is no GRIB file, or damaged.
        TransferError: The URL cannot be fetched.
        OutputError: The output cannot be written.
    """
    refuse_ineffective(args)
    selection = selection_from(args, variable=args.variable, pattern=args.pattern)
    with open_grib(args.input, args.pattern, job, unsigned=args.unsigned) as (path, messages):
        chosen = select(messages, selection)
        parts = copied_messages(path, chosen) if args.raw else _lines(path, chosen, args)
        with open_output(args.output, job) as output:
            for done, part in enumerate(parts, start=1):
                output.write(part)
                job.progress(done / len(chosen), f"{done} of {len(chosen)} fields")
    job.tell(f"{len(chosen)} of {len(messages)} fields", detail=True)


def refuse_ineffective(args: DecodeGrib2Args) -> None:
    """Refuse arguments that would have no effect beside the others.

    Raises:
        UsageError: There is one.
    """
    refuse_unsigned(args.unsigned, args.input)
    if args.raw and (args.stats or args.format is not None):
        useless = "--stats" if args.stats else "--format"
        raise UsageError(
            f"{useless} has no effect with --raw, which writes GRIB messages",
            hint="leave one of them out",
        )
    if args.backend == "wgrib2" and args.format == "json":
        raise UsageError(
            "--backend wgrib2 writes lines of text, not JSON",
            hint="leave --backend out: JSON has the same line under 'inventory'",
        )


def _lines(path: Path, chosen: Iterable[Message], args: DecodeGrib2Args) -> Iterator[bytes]:
    line: Line = json_line if args.format == "json" else text_line
    if args.backend == "wgrib2":
        line = wgrib2_line
    for message in chosen:
        statistics = _statistics(path, message) if args.stats else None
        yield f"{line(message, statistics)}\n".encode()


def _statistics(path: Path, message: Message) -> Statistics | None:
    """Statistics of the field; None for spectral coefficients, which are no values of points."""
    return None if message.is_spectral else summarize(read_values(path, message))
