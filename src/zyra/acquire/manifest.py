"""Write down what was fetched, and read such lists again.

A manifest is a JSON object with `files`: of each its name, size, sha256, source and time. As
a list of what to fetch, it holds the files to their size and sha256.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import Any

from zyra.core.errors import DataError, TransferError, UsageError
from zyra.core.inputs import open_input
from zyra.core.job import Job
from zyra.core.outputs import open_output
from zyra.core.urls import masked, split_url
from zyra.transfer.entries import Entry
from zyra.transfer.sources import refuse_other_schemes

_OTHER_FILE = "it changed since it was listed, or was damaged on its way"


def write_manifest(target: str, entries: Iterable[Entry], job: Job) -> None:
    """Write the manifest of some files.

    Raises:
        OutputError: It cannot be written.
    """
    files = [_facts(entry) for entry in entries]
    text = json.dumps({"files": files}, ensure_ascii=False, indent=1)
    with open_output(target, job) as stream:
        stream.write(f"{text}\n".encode())


def read_list(source: str, schemes: Sequence[str], job: Job) -> list[Entry]:
    """The files that a list names: a manifest, or a text with one URL per line.

    Empty lines and those that begin with `#` are passed over.

    Raises:
        UsageError: It names none, or one whose scheme is not among `schemes`.
        DataError: It is neither text nor manifest.
    """
    with open_input(source, job) as stream:
        try:
            text = stream.read().decode("utf-8-sig")
        except UnicodeDecodeError as exc:
            raise DataError(f"{source} is not a text file with one URL per line") from exc
    is_json = text.lstrip().startswith("{")
    entries = _from_json(text, source, schemes) if is_json else _from_lines(text, schemes)
    if not entries:
        raise UsageError(f"{source} lists no URL")
    return entries


def entry_of(address: str, schemes: Sequence[str]) -> Entry:
    """The entry of a file of which nothing but the URL is known.

    Raises:
        UsageError: It is no URL, or its scheme is not among `schemes`.
    """
    refuse_other_schemes(address, schemes)
    name = split_url(address).name  # one part of a path, though it may hold an encoded slash
    return Entry(name.replace("/", "_"), address)


def with_digest(entry: Entry, path: Path) -> Entry:
    """The entry with size and checksum of its local file.

    Raises:
        OSError: The file cannot be read.
    """
    with path.open("rb") as stream:
        digest = file_digest(stream, "sha256").hexdigest()
    return replace(entry, size=path.stat().st_size, sha256=digest)


def check_against(entry: Entry, path: Path) -> None:
    """Hold a fetched file to what is known of it.

    Raises:
        TransferError: It has another size or checksum.
    """
    size = path.stat().st_size
    if entry.is_exact and entry.size != size:
        raise TransferError(
            f"{masked(entry.url)}: has {size} bytes, not {entry.size}", hint=_OTHER_FILE
        )
    wanted = [("sha256", entry.sha256)] if entry.sha256 is not None else []
    for algorithm, checksum in (*wanted, *(() if entry.digest is None else (entry.digest,))):
        with path.open("rb") as stream:
            found = file_digest(stream, algorithm).hexdigest()
        if found != checksum:
            raise TransferError(
                f"{masked(entry.url)}: its {algorithm} is {found}, not {checksum}",
                hint=_OTHER_FILE,
            )


def json_time(moment: datetime | None) -> str | None:
    """A time such as `2024-08-01T06:00:00Z`, with a fraction where it has one."""
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def _facts(entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "size": entry.size,
        "sha256": entry.sha256,
        "source": masked(entry.url),
        "modified": json_time(entry.modified),
    }


def _from_lines(text: str, schemes: Sequence[str]) -> list[Entry]:
    lines = (line.strip() for line in text.splitlines())
    return [entry_of(line, schemes) for line in lines if line and not line.startswith("#")]


def _from_json(text: str, source: str, schemes: Sequence[str]) -> list[Entry]:
    try:
        files: Sequence[Any] = json.loads(text)["files"]
        return [_listed(file, schemes) for file in files]
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        raise DataError(
            f"{source} is not a manifest", hint='it is like {"files": [{"source": "https://..."}]}'
        ) from exc


def _listed(file: Any, schemes: Sequence[str]) -> Entry:
    source, digest = file["source"], file.get("sha256")
    if not isinstance(source, str) or not re.fullmatch("[0-9a-f]{64}", digest or "0" * 64):
        raise ValueError(source)
    return replace(entry_of(source, schemes), sha256=digest)
