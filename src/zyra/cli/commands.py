"""`zyra commands`: every command there is, for people, as JSON or as manual pages."""

import argparse
import json
import os
import sys
from functools import partial
from pathlib import Path

from zyra.cli.manual import manual_index, manual_page
from zyra.core.command import Command
from zyra.core.exit_codes import DONE
from zyra.registry import CLI_REGISTRY, all_commands


def main(arguments: list[str]) -> int:
    """List every command with its summary; `--json` adds the schema of its arguments.

    `--manual FOLDER` writes a page for each command instead.
    """
    given = parser().parse_args(arguments)
    if given.manual is not None:
        write_manual(given.manual, given.pictures)
    else:
        sys.stdout.write(_as_json() if given.json else _as_text())
    return DONE


def parser() -> argparse.ArgumentParser:
    """What the tool takes."""
    own = argparse.ArgumentParser(
        prog="zyra commands", description="List every command of every stage."
    )
    own.add_argument("--json", action="store_true", help="as JSON, with argument schemas")
    own.add_argument("--manual", type=Path, metavar="DIR", help="write their manual pages")
    own.add_argument(
        "--pictures",
        type=Path,
        metavar="DIR",
        help="with --manual: show the pictures of the examples, COMMAND-NUMBER.png, that are here",
    )
    return own


def write_manual(folder: Path, pictures: Path | None = None) -> None:
    """Write `STAGE/COMMAND.md` for every command into `folder`, and an index of them.

    Args:
        folder: It and what it needs below it are made.
        pictures: Folder of the pictures that the examples draw.
    """
    commands = list(all_commands(CLI_REGISTRY))
    for command in commands:
        page = folder / command.stage / f"{command.name}.md"
        page.parent.mkdir(parents=True, exist_ok=True)
        shown = partial(_picture, pictures, command, page.parent)
        page.write_text(manual_page(command, shown), encoding="utf-8")
    (folder / "index.md").write_text(manual_index(commands), encoding="utf-8")


def _picture(folder: Path | None, command: Command, page: Path, number: int) -> str | None:
    """Where the picture of an example is, seen from the folder of its page."""
    if folder is None or command.stage != "visualize":
        return None
    path = folder / f"{command.name}-{number}.png"
    return Path(os.path.relpath(path, page)).as_posix() if path.exists() else None


def _as_text() -> str:
    lines = [f"{c.stage:<12}{c.name:<22}{c.summary}" for c in all_commands(CLI_REGISTRY)]
    return "\n".join(lines) + "\n"


def _as_json() -> str:
    listed = [
        {
            "stage": command.stage,
            "command": command.name,
            "summary": command.summary,
            "args": command.args.model_json_schema(),
        }
        for command in all_commands(CLI_REGISTRY)
    ]
    return json.dumps(listed, indent=1) + "\n"
