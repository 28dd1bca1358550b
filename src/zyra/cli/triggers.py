"""What starts a workflow: told to whoever runs it, and written as lines for cron."""

import shlex
import shutil
import sys
from collections.abc import Sequence
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


def cron_lines(on: Triggers | None, file: str, arguments: Sequence[str]) -> str:
    """The lines of a crontab that start the workflow of a file, where it would start here.

    Args:
        on: What the file says of it.
        file: As it is named among the arguments.
        arguments: Those of `zyra run` with which it is to be started.

    Raises:
        UsageError: It has no schedule, came by stdin, or cannot be written as a line of cron.
    """
    if on is None or not on.schedule:
        hint = 'it has them under on.schedule, such as - cron: "5 12 * * 4"'
        raise UsageError(f"{file} names no times for cron", hint=hint)
    if not Path(file).exists():
        raise UsageError("cron starts files only", hint="name the file instead of -")
    words = (str(Path.cwd()), _program(), "run", *arguments)
    folder, *command = (_word_for_cron(word) for word in words)
    line = f"cd {folder} && {' '.join(command)}"
    return "".join(f"{each.cron} {line}\n" for each in on.schedule)


def _program() -> str:
    """The zyra that runs now, with its folder: cron looks in few of them."""
    own = str(Path(sys.executable).parent)
    return shutil.which("zyra", path=own) or shutil.which("zyra") or "zyra"


def _word_for_cron(word: str) -> str:
    """The word as cron hands it to a shell, quoted.

    Cron ends a command at the end of its line, and at a bare `%`. What a backslash before
    another backslash means, some crons see differently.

    Raises:
        UsageError: It has a character that crontabs have no way to write.
    """
    if "\\" in word or not word.isprintable():
        hint = "name it otherwise: crontabs hold no backslashes, line breaks and the like"
        raise UsageError(f"{word!r} cannot be written in a crontab", hint=hint)
    return shlex.quote(word).replace("%", r"\%")
