"""Copy a file or stdin to a local path, whole or not at all."""

import os
import shutil
from pathlib import Path

from zyra.core.errors import OutputError, UsageError
from zyra.core.inputs import STDIN, open_input
from zyra.core.job import Job
from zyra.core.outputs import STDOUT, open_output
from zyra.disseminate.commands.local import LocalArgs

CHUNK_BYTES = 1 << 20


def run(args: LocalArgs, job: Job) -> None:
    """Copy `args.input` to `args.path`, or into it when it is a folder.

    Raises:
        UsageError: Stdin has no name to be given in a folder.
        InputNotFound: There is no such file to read.
        OutputError: The destination cannot be written, or is the source itself.
    """
    target = destination(args.input, args.path)
    with open_input(args.input, job) as source:
        _refuse_same_file(args.input, target)
        with open_output(target, job) as copy:
            shutil.copyfileobj(source, copy, CHUNK_BYTES)
    job.tell(f"wrote {target}", detail=True)


def destination(source: str, path: str) -> str:
    """Path of the copy: `path`, or the source's name in it when it is a folder.

    A folder is what exists as one, or ends in a slash.

    Raises:
        UsageError: The source is stdin, which has no name.
    """
    if path == STDOUT or not (path.endswith(("/", os.sep)) or Path(path).is_dir()):
        return path
    if source == STDIN:
        raise UsageError(f"stdin needs a name in the folder {path}", hint=f"write {path}/NAME")
    return str(Path(path, Path(source).name))


def _refuse_same_file(source: str, target: str) -> None:
    """Refuse to replace a file by itself, which a link between the two may hide."""
    paths = Path(source), Path(target)
    if STDIN in (source, target) or not paths[1].is_file():
        return
    if paths[0].samefile(paths[1]):
        raise OutputError(f"{source} and {target} are the same file")
