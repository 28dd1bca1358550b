"""Draw fields at several times as frames and films."""

from contextlib import ExitStack

from zyra.core.job import Job
from zyra.visualize.animate_tracks import reels_from
from zyra.visualize.commands.animate import AnimateArgs


def run(args: AnimateArgs, job: Job) -> None:
    """Draw every time of the inputs, and write frames, films and their lists.

    Raises:
        UsageError: The arguments do not fit together, or not with the data.
        DataError: An input cannot be read, has no times, or no values.
        DependencyMissing: A film is asked for, and PyAV is not installed.
        OutputError: Something cannot be written.
    """
    with ExitStack() as opened:
        reels = reels_from(args, job, opened)
        total, before = sum(reel.count for reel in reels), 0
        for reel in reels:
            first = before

            def report(done: int, first: int = first) -> None:
                job.progress((first + done) / total, f"frame {first + done} of {total}")

            reel.drawn(job, report)
            before += reel.count
