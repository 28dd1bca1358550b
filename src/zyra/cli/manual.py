"""The manual page of a command, as Markdown: everything in it comes from the declaration."""

import json
import re
from collections.abc import Callable, Iterator

from pydantic.fields import FieldInfo

from zyra.core.arguments import Args
from zyra.core.command import Command
from zyra.core.command_line import command_line
from zyra.core.flags import flag_names, own_first, takes

Pictures = Callable[[int], str | None]


def no_pictures(number: int) -> str | None:
    """No example has a picture."""


def manual_page(command: Command, pictures: Pictures = no_pictures) -> str:
    """The page of one command: what it does, its arguments, examples for shell and HTTP.

    Args:
        command: Whose page it is.
        pictures: Where the picture is that an example draws, seen from the page; examples are
            counted from 1.
    """
    parts = [f"# {command.stage} {command.name}", command.description]
    if command.may_connect:
        parts.append("It may reach hosts on the network, as far as the service's policy allows.")
    parts += ["## Arguments", "\n".join(_table(command.args)), "## Examples"]
    parts += _examples(command, pictures)
    return "\n\n".join(parts) + "\n"


def manual_index(commands: list[Command]) -> str:
    """A page that links to every command's."""
    lines = ["# Commands", "", "| stage | command | |", "|---|---|---|"]
    lines += [
        f"| {c.stage} | [{c.name}]({c.stage}/{c.name}.md) | {_cell(c.summary)} |" for c in commands
    ]
    return "\n".join(lines) + "\n"


def _table(args: type[Args]) -> Iterator[str]:
    yield "| name | on the command line | takes | default | |"
    yield "|---|---|---|---|---|"
    for name in own_first(args):
        field = args.model_fields[name]
        cells = (
            f"`{name}`",
            ", ".join(f"`{flag}`" for flag in flag_names(args, name)),
            takes(args, name),
            _default(field),
            field.description or "",
        )
        yield "| " + " | ".join(map(_cell, cells)) + " |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    default = field.get_default()
    return "" if default in (None, False) else f"`{'yes' if default is True else default}`"


def _examples(command: Command, pictures: Pictures) -> Iterator[str]:
    for number, example in enumerate(command.examples, start=1):
        yield f"{example.title}:"
        yield f"```sh\n{command_line(command, example.args)}\n```"
        body = json.dumps(dict(example.args), indent=1, ensure_ascii=False)
        request = f"POST /cli/{command.stage}/{command.name}\n\n{body}"
        yield f"The same over HTTP:\n\n```http\n{request}\n```"
        picture = pictures(number)
        if picture is not None:
            yield f"![{example.title}]({picture})"


def _cell(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", text).replace("|", "\\|")
