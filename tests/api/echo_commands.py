"""Small commands for the tests of the service; a registry that users never see."""

from typing import Literal

from zyra.core.arguments import Args, arg
from zyra.core.command import Command, Example, commands_by_name
from zyra.core.errors import VariableNotFound
from zyra.core.inputs import open_input
from zyra.core.job import Job
from zyra.core.kinds import InputFile, OutputFile, Secret
from zyra.core.outputs import open_output


class EchoArgs(Args):
    """Write a text to stdout.

    With `bytes_of` those of an input.
    """

    text: str = arg("", "Text to write", also=("message",))
    bytes_of: InputFile | None = arg(None, "File to copy to stdout instead")
    token: Secret | None = arg(None, "Not shown to anybody")


class SaveArgs(Args):
    """Write files."""

    text: str = arg("", "What to write into each")
    output: OutputFile = arg("main.txt", "Main file")
    others: list[OutputFile] = arg([], "More files")


class FailArgs(Args):
    """Fail like a command whose variable is missing."""


class ShapeArgs(Args):
    """Take arguments that can be wrong."""

    width: int = arg(..., "Width in pixels", gt=0)
    height: int = arg(..., "Height in pixels", gt=0)
    style: Literal["flat", "shaded"] = arg("flat", "How to draw")
    scale: float = arg(1.0, "Factor")


class CountArgs(Args):
    """Write numbered lines."""

    lines: int = arg(10, "How many")


class HoldArgs(Args):
    """Read a file to its end, for ever if it has none."""

    input: InputFile = arg(description="File to read")


def echo(args: EchoArgs, job: Job) -> None:
    """Write the text, or the bytes of the input."""
    if args.bytes_of is None:
        job.stdout.write(args.text.encode())
        return
    with open_input(args.bytes_of, job) as source:
        job.stdout.write(source.read())


def save(args: SaveArgs, job: Job) -> None:
    """Write each file."""
    for name in [args.output, *args.others]:
        with open_output(name, job) as target:
            target.write(args.text.encode())


def fail(args: FailArgs, job: Job) -> None:
    """Fail."""
    raise VariableNotFound("no variable 'tmpp'", hint="choose tmp")


def shape(args: ShapeArgs, job: Job) -> None:
    """Tell the area."""
    job.stdout.write(str(args.width * args.height).encode())


def count(args: CountArgs, job: Job) -> None:
    """Write the numbered lines, and say how far we are."""
    for number in range(args.lines):
        job.stdout.write(f"line {number}\n".encode())
    job.progress(1.0, "counted")


def hold(args: HoldArgs, job: Job) -> None:
    """Leave a first output, say that it begins, then read until the end."""
    with open_output("first.txt", job) as target:
        target.write(b"first")
    job.stdout.write(b"begun\n")
    job.stdout.flush()
    with open(args.input, "rb") as source:  # noqa: PTH123 - a plain read that can block
        source.read()


REGISTRY = {
    "acquire": commands_by_name(),
    "process": commands_by_name(
        Command(
            "process",
            "echo",
            EchoArgs,
            run="echo_commands:echo",
            examples=(Example("Say hello", {"text": "hello"}),),
        ),
        Command("process", "count", CountArgs, run="echo_commands:count"),
        Command("process", "fail", FailArgs, run="echo_commands:fail"),
        Command("process", "hold", HoldArgs, run="echo_commands:hold"),
        Command("process", "shape-up", ShapeArgs, run="echo_commands:shape"),
    ),
    "visualize": commands_by_name(Command("visualize", "save", SaveArgs, run="echo_commands:save")),
    "disseminate": commands_by_name(),
}
