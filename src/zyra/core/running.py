"""Run one command to its exit code: the main of every process that executes one.

The isolated child and the local command line both end here, so that a command fails
with the same code and the same words wherever it runs.
"""

import os
import traceback

from zyra.core.arguments import Args
from zyra.core.command import Command
from zyra.core.command_line import Correct, corrected_line
from zyra.core.errors import ZyraError
from zyra.core.exit_codes import DONE, FAILED, INTERRUPTED, exit_code_for
from zyra.core.stream_job import StreamJob

Failure = ZyraError | MemoryError


def run_to_exit_code(
    command: Command,
    args: Args,
    job: StreamJob,
    *,
    correct: Correct = corrected_line,
    reader_left: int = FAILED,
    request_id: str | None = None,
) -> int:
    """Run `command`, tell what went wrong on stderr, return the exit code.

    Args:
        command: What to run.
        args: Its arguments.
        job: Its streams.
        correct: What to add to an error of which better arguments are known.
        reader_left: Exit code when nobody reads stdout any more.
        request_id: Under which the service's log has more of a fault, or None.

    Raises:
        MemoryError: The limit on memory was reached; the caller reports it.
    """
    try:
        command.load_run()(args, job)
        job.stdout.flush()
    except ZyraError as error:
        _tell(job, describe(error) + correct(command, args, error))
        return exit_code_for(error)
    except KeyboardInterrupt:
        _tell(job, "interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        _forget_stdout()
        return reader_left
    except MemoryError:
        _tell(job, "error: out of memory\n  hint: choose fewer fields or a smaller picture")
        raise
    except Exception:  # noqa: BLE001 - the main of a process: whatever it is, it becomes exit 1
        place = f" (request {request_id})" if request_id else ""
        fault = f"error: a fault in zyra, please report it{place}"
        _tell(job, f"{fault}\n{traceback.format_exc()}".rstrip())
        return FAILED
    return DONE


def describe(error: ZyraError) -> str:
    """One or two lines for people: what was wrong, and what to do."""
    hint = f"\n  hint: {error.hint}" if error.hint else ""
    return f"error: {error.message}{hint}"


def _tell(job: StreamJob, text: str) -> None:
    job.stderr.write(f"zyra: {text}\n".encode(errors="replace"))
    job.stderr.flush()


def _forget_stdout() -> None:
    """Let the run end quietly like other filters, when stdout's reader (`head`) has left.

    Python flushes stdout once more when it ends; give it a place to do so.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
