"""Copy a file or stdin to a local path, whole or not at all."""

import shutil

from zyra.core.inputs import open_input
from zyra.core.job import Job
from zyra.core.outputs import open_output
from zyra.disseminate.commands.local import LocalArgs

CHUNK_BYTES = 1 << 20


def run(args: LocalArgs, job: Job) -> None:
    """Copy `args.input` to `args.path`.

    Raises:
        InputNotFound: There is no such file to read.
        OutputError: The destination cannot be written.
    """
    with open_input(args.input, job) as source, open_output(args.path, job) as target:
        shutil.copyfileobj(source, target, CHUNK_BYTES)
    job.tell(f"wrote {args.path}", detail=True)
