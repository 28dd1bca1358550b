"""Time the conversion of 24 GRIB fields to NetCDF in a process of its own; print ratios.

    .venv/bin/python benchmarks/fresh.py [--published /path/to/bin/zyra] [--rounds N] [--check]

Always against the floor, a script that decodes with ecCodes and writes bare arrays; with
`--published` also against the published command, in a virtual environment of its own. With
`--check` the exit code is 1 when a promise is not kept.
"""

import argparse
import compileall
import tempfile
from collections.abc import Iterator
from pathlib import Path

from _timing import Case, measure, process
from cases.convert import FIELDS, fresh_case, repeated
from run import HERE, print_table

ROUNDS = 7
# Three times as fast.
MOST_OF_PUBLISHED = 1 / 3


def main() -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--published", help="program of the published command")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each is run")
    parser.add_argument("--check", action="store_true", help="fail when a promise is not kept")
    given = parser.parse_args()
    compileall.compile_dir(HERE.parent / "src", quiet=1)
    with tempfile.TemporaryDirectory(prefix="zyra-fresh-") as folder:
        cases = _cases(Path(folder), given.published)
        results = [measure(case, given.rounds) for case in cases]
    print_table(results)
    return 1 if given.check and not all(result.holds for result in results) else 0


def _cases(folder: Path, published: str | None) -> Iterator[Case]:
    source = repeated(folder, FIELDS)
    floor = fresh_case(folder, source)
    yield floor
    if published is not None:
        target = str(folder / "published.nc")
        yield Case(
            name=floor.name,
            ours=floor.ours,
            reference=process(
                published, "process", "convert-format", str(source), "netcdf", "--output", target
            ),
            against="published command",
            at_most=MOST_OF_PUBLISHED,
        )


if __name__ == "__main__":
    raise SystemExit(main())
