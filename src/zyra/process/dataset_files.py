"""Files that a document names, rather than an argument: nobody has checked those names yet."""

from pathlib import Path

from zyra.core.errors import UsageError
from zyra.core.job import Job


def is_own_command_line(job: Job) -> bool:
    """Whether a person runs this on their own machine, and may reach what it reaches.

    Runs of the service are restricted in the network, which is how they are told.
    """
    return job.network.unrestricted


def named_file(text: str, job: Job, remedy: str) -> str:
    """Let a run of the service read names inside its own folder only.

    Args:
        text: A path that stands in a document, or inside another argument.
        job: The run.
        remedy: What to do instead, for the hint.

    Raises:
        UsageError: It is absolute or climbs out of the folder.
    """
    path = Path(text)
    if not is_own_command_line(job) and (path.is_absolute() or ".." in path.parts):
        raise UsageError(f"{text!r} is outside the folder of this run", hint=remedy)
    return text
