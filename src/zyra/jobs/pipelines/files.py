"""Which files a step reads and writes, as far as its arguments name them."""

import posixpath
from collections.abc import Iterator
from typing import Any

from zyra.core.inputs import STDIN
from zyra.core.kinds import READ_KINDS, Kind, texts_of
from zyra.core.outputs import STDOUT
from zyra.core.urls import scheme_of
from zyra.jobs.pipelines.steps import Step

_WRITE_KINDS = (Kind.OUTPUT_FILE, Kind.OUTPUT_DIR)
_ELSEWHERE = ("file_id:", "job_id:")
_YES = ("true", "yes", "on", "1", "y", "t")


def reads_stdin(step: Step) -> bool:
    """Whether the step reads its stdin: an input is `-`, or a switch says so."""
    args = step.command.args
    switches = (name for name in args.model_fields if args.form_of(name).stdin)
    named = (text for _, text in _texts(step, READ_KINDS))
    return STDIN in named or any(_is_on(_value(step, name)) for name in switches)


def writes_elsewhere(step: Step) -> str | None:
    """The file that the step writes its one output to, in place of stdout; None if it may not."""
    name = step.command.args.names().get("output")
    if name is None or _is_on(step.args.get("stdout")):
        return None
    value = _value(step, name)
    return value if isinstance(value, str) and value != STDOUT else None


def names_read(step: Step) -> Iterator[tuple[str, str]]:
    """Each local file or folder that is read, after the argument that names it."""
    for name, text in _texts(step, READ_KINDS):
        if text != STDIN and not scheme_of(text) and not text.startswith(_ELSEWHERE):
            yield name, posixpath.normpath(text)


def names_written(step: Step) -> tuple[str, ...]:
    """Every file and folder that is written; defaults as well as what is given."""
    texts = (text for _, text in _texts(step, _WRITE_KINDS))
    return tuple(posixpath.normpath(text) for text in texts if text not in ("", STDOUT))


def main_output(step: Step, kind: Kind) -> str | None:
    """What an argument of `kind` reads of the step: the folder it fills, or its one file."""
    wanted = Kind.OUTPUT_DIR if kind is Kind.INPUT_DIR else Kind.OUTPUT_FILE
    own = step.command.args.names().get("output")
    names = [name for name, found in step.command.kinds.items() if found is wanted]
    for name in sorted(names, key=lambda name: name != own):
        value = _value(step, name)
        if isinstance(value, str) and value not in ("", STDOUT):
            return value
    return None


def overlap(one: str, other: str) -> bool:
    """Whether two paths are the same, or one lies below the other."""
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


def _texts(step: Step, kinds: tuple[Kind, ...]) -> Iterator[tuple[str, str]]:
    for name, kind in step.command.kinds.items():
        if kind in kinds:
            for text in texts_of(_value(step, name)):
                yield name, text


def _value(step: Step, name: str) -> Any:
    """What the step is given under a name, or the default."""
    return step.args.get(name, step.command.args.model_fields[name].default)


def _is_on(value: object) -> bool:
    return str(value).lower() in _YES
