"""api-json on 20 MB, against decoding the same lines with the standard library.

Its memory does not grow with the input: `memory.py records` reads 1 GB.
"""

import csv
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

from _commands import in_process
from _timing import Case, Work

RECORDS = 60_000
FIELDS = "id,user.name,value"


def cases(folder: Path) -> Iterator[Case]:
    """Lines, and one document with the array inside; and the memory that both take."""
    lines, document = folder / "records.ndjson", folder / "records.json"
    texts = [json.dumps(record(number)) for number in range(RECORDS)]
    lines.write_text("\n".join(texts))
    document.write_text('{"data": {"items": [' + ",".join(texts) + "]}}")
    target = str(folder / "out.csv")
    kinds = {
        "lines": {"input": str(lines)},
        "document": {"input": str(document), "records_path": "data.items"},
    }
    for name, given in kinds.items():
        work = in_process("process", "api-json", fields=FIELDS, output=target, **given)
        print(f"api-json, {name}: at most {peak_mb(work):.1f} MB of Python's memory")
        yield Case(
            name=f"api-json, {lines.stat().st_size >> 20} MB as {name}",
            ours=work,
            reference=plain(lines, folder / "plain.csv"),
            against="json + csv modules",
            at_most=2.5 if name == "lines" else 4.0,
            rounds=5,
        )


def record(number: int) -> dict[str, object]:
    return {
        "id": number,
        "user": {"name": "ann", "role": "admin", "at": [1.5, 2.25]},
        "tags": ["a", "b", "c"],
        "text": "The quick brown fox. Jumps over it! Really? " * 3,
        "value": number / 7,
        "flag": True,
    }


def peak_mb(work: Work) -> float:
    """The most that Python held at once during `work`, MB."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def plain(source: Path, target: Path) -> Work:
    """The three columns, the shortest way that the standard library has."""

    def work() -> None:
        with source.open() as stream, target.open("w", newline="") as output:
            writer = csv.writer(output)
            writer.writerow(FIELDS.split(","))
            for line in stream:
                found = json.loads(line)
                writer.writerow([found["id"], found["user"]["name"], found["value"]])

    return work
