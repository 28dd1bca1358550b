"""Copy files, folders or stdin to a local path, each file whole or not at all."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from stat import S_IMODE, S_ISREG
from typing import BinaryIO

from zyra.core.errors import OutputError, UsageError
from zyra.core.inputs import STDIN, open_input
from zyra.core.job import Job
from zyra.core.outputs import STDOUT, open_output
from zyra.disseminate.commands.local import LocalArgs
from zyra.disseminate.sources import Source, goes_into_folder, is_wanted, sources_of
from zyra.transfer.entries import Entry

CHUNK_BYTES = 1 << 20


def run(args: LocalArgs, job: Job) -> None:
    """Copy what `args` names to `args.path`, or into it when it is a folder.

    Raises:
        UsageError: Stdin has no name to be given in a folder, or a folder holds no file.
        InputNotFound: There is no such file to read.
        OutputError: The destination cannot be written, is the source itself, or is there.
    """
    sources = sources_of(args)
    is_folder = goes_into_folder(args)
    if is_folder and args.path == STDOUT:
        raise UsageError(f"{args.input} is a folder, and stdout takes one file")
    for done, source in enumerate(sources, start=1):
        name = str(Path(args.path, source.name)) if is_folder else destination(source, args.path)
        _copy(source, name, args, job)
        job.progress(done / len(sources), f"{done} of {len(sources)} files")


def destination(source: Source, path: str) -> str:
    """Path of the copy: `path`, or the source's name in it when it is a folder.

    A folder is what exists as one, or ends in a slash.

    Raises:
        UsageError: The source is stdin, which has no name.
    """
    if path == STDOUT or not (path.endswith(("/", os.sep)) or Path(path).is_dir()):
        return path
    if source.path == STDIN:
        raise UsageError(f"stdin needs a name in the folder {path}", hint=f"write {path}/NAME")
    return str(Path(path, source.name))


def _copy(source: Source, target: str, args: LocalArgs, job: Job) -> None:
    with open_input(source.path, job) as stream:
        _refuse_same_file(source.path, target)
        if not is_wanted(source, _there(target), args.overwrite, job):
            return
        with open_output(target, job) as copy:
            shutil.copyfileobj(stream, copy, CHUNK_BYTES)
            _mark(copy, source, args)
    job.tell(f"wrote {target}", detail=True)


def _there(target: str) -> Entry | None:
    """What has the name already; of folders and devices writing will tell."""
    path = Path(target)
    if target == STDOUT or not path.is_file():
        return None
    facts = path.stat()
    return Entry(target, target, facts.st_size, datetime.fromtimestamp(facts.st_mtime, tz=UTC))


def _mark(copy: BinaryIO, source: Source, args: LocalArgs) -> None:
    """Give a copy its permissions and time while nobody sees it yet; pipes keep theirs."""
    if not (args.preserve or args.permissions) or not S_ISREG(os.fstat(copy.fileno()).st_mode):
        return
    if args.permissions is not None:
        os.fchmod(copy.fileno(), int(args.permissions, 8))
        return
    facts = Path(source.path).stat()
    copy.flush()  # what is written later changes the time again
    os.fchmod(copy.fileno(), S_IMODE(facts.st_mode) & 0o777)  # no file runs as somebody else
    os.utime(copy.fileno(), ns=(facts.st_atime_ns, facts.st_mtime_ns))


def _refuse_same_file(source: str, target: str) -> None:
    """Refuse to replace a file by itself, which a link between the two may hide."""
    paths = Path(source), Path(target)
    if STDIN in (source, target) or not paths[1].is_file():
        return
    if paths[0].samefile(paths[1]):
        raise OutputError(f"{source} and {target} are the same file")
