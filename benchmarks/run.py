"""Measure Zyra against references in the same run, and print a table of ratios.

    .venv/bin/python benchmarks/run.py [TOPIC ...] [--check] [--rounds N]

Each topic is a file in `cases/` with a generator `cases(folder)`: it prepares what it
needs in the empty folder, yields one `Case` after the other, and cleans up when it ends.
With `--check` a promise that is not kept makes the exit code 1.
"""

import argparse
import compileall
import importlib
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from _timing import Result, measure

HERE = Path(__file__).resolve().parent
HEADINGS = ("case", "ours ms", "reference", "ref. ms", "ratio", "promise", "")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the topics that `arguments` name, all of them when none is named."""
    given = parser().parse_args(arguments)
    # A cold start reads compiled files, also where the environment keeps Python from writing them.
    compileall.compile_dir(HERE.parent / "src", quiet=1)
    results = [
        result for name in given.topics or topics() for result in results_of(name, given.rounds)
    ]
    print_table(results)
    return 1 if given.check and not all(result.holds for result in results) else 0


def parser() -> argparse.ArgumentParser:
    """The command line of this runner."""
    made = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    made.add_argument("topics", nargs="*", type=topic, help=", ".join(topics()))
    made.add_argument("--check", action="store_true", help="fail when a promise is not kept")
    made.add_argument("--rounds", type=int, help="measure each case this often")
    return made


def topic(name: str) -> str:
    """Accept the name of a topic.

    Raises:
        argparse.ArgumentTypeError: There is none of that name.
    """
    if name not in topics():
        raise argparse.ArgumentTypeError(f"no topic {name!r}, choose from {', '.join(topics())}")
    return name


def topics() -> list[str]:
    """Every topic there is: the files in `cases/`."""
    return sorted(path.stem for path in (HERE / "cases").glob("[!_]*.py"))


def results_of(name: str, rounds: int | None) -> Iterator[Result]:
    """Measure the cases of a topic while its preparations stand."""
    module = importlib.import_module(f"cases.{name}")
    with tempfile.TemporaryDirectory(prefix=f"zyra-{name}-") as folder:
        for case in module.cases(Path(folder)):
            print(f"measuring {name}: {case.name}", file=sys.stderr, flush=True)
            yield measure(case, rounds)


def print_table(results: Sequence[Result]) -> None:
    """Print one row per case, columns as wide as they need to be."""
    rows = [HEADINGS, *(row_of(result) for result in results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(map(str.ljust, row, widths)).rstrip())
    print("\ntimes are minimum / median; the ratio is the median of the rounds' ratios")


def row_of(result: Result) -> tuple[str, ...]:
    """The columns of one result."""
    case = result.case
    return (
        case.name,
        times_of(result.ours),
        case.against,
        times_of(result.reference),
        f"{result.ratio:.2f}",
        promise_of(result),
        "" if result.holds else "MISSED",
    )


def times_of(times: Sequence[float]) -> str:
    """Minimum and median."""
    return f"{min(times):.1f} / {statistics.median(times):.1f}"


def promise_of(result: Result) -> str:
    """What the case promises, with the difference where that is what counts."""
    case = result.case
    ratio = [] if case.at_most is None else [f"<= {case.at_most:g}x"]
    above = (
        []
        if case.at_most_above_ms is None
        else [f"{result.above_ms:+.1f} <= +{case.at_most_above_ms:g} ms"]
    )
    return ", ".join([*ratio, *above]) or "-"


if __name__ == "__main__":
    raise SystemExit(main())
