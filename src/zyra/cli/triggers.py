"""What starts a workflow: told to whoever runs it, and written as lines for cron."""

import shlex
import shutil
from pathlib import Path

from zyra.core.errors import UsageError
from zyra.jobs.pipelines.workflow_spec import Triggers


def told_triggers(on: Triggers) -> str:
    """The line that says why a workflow runs now, and what else would start it."""
    times = ", ".join(each.cron for each in on.schedule)
    rest = [f"cron at {times} (--export-cron writes its lines)"] if times else []
    if on.dataset_update:
        rest.append("whoever changes the data: nobody watches for that here")
    return f"runs once, now; else started by {' and by '.join(rest)}" if rest else ""


def cron_lines(on: Triggers | None, file: str) -> str:
    """The lines of a crontab that start the workflow of a file, where it would start here.

    Raises:
        UsageError: It has no schedule, or came by stdin.
    """
    if on is None or not on.schedule:
        hint = 'it has them under on.schedule, such as - cron: "5 12 * * 4"'
        raise UsageError(f"{file} names no times for cron", hint=hint)
    if not Path(file).exists():
        raise UsageError("cron starts files only", hint="name the file instead of -")
    program = shutil.which("zyra") or "zyra"  # cron looks in few folders
    line = f"cd {shlex.quote(str(Path.cwd()))} && {shlex.join([program, 'run', file])}"
    line = line.replace("%", r"\%")  # for cron a bare one ends the line
    return "".join(f"{each.cron} {line}\n" for each in on.schedule)
