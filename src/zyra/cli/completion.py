"""`zyra completion SHELL`: the script by which a shell completes stages, commands and flags."""

import argparse
import sys
from collections.abc import Mapping

import shtab

from zyra.cli.main import TOOLS
from zyra.core.exit_codes import DONE
from zyra.core.flags import add_flags
from zyra.core.kinds import Kind
from zyra.core.loading import load
from zyra.core.stages import STAGES
from zyra.registry import CLI_REGISTRY, Registry

SHELLS = ("bash", "zsh", "fish")
EPILOG = """to use it at once, and in every shell from now on:
  bash:  source <(zyra completion bash)
         zyra completion bash > ~/.local/share/bash-completion/completions/zyra
  zsh:   zyra completion zsh > ~/.zfunc/_zyra       # with fpath+=~/.zfunc before compinit
  fish:  zyra completion fish > ~/.config/fish/completions/zyra.fish"""

_FOLDERS = (Kind.INPUT_DIR, Kind.OUTPUT_DIR)
_FILES = (Kind.INPUT_FILE, Kind.INPUT_SOURCE, Kind.OUTPUT_FILE)


def main(arguments: list[str]) -> int:
    """Write the script for the shell that is asked for to stdout."""
    shell = parser().parse_args(arguments).shell
    sys.stdout.write(f"{shtab.complete(whole_parser(CLI_REGISTRY), shell)}\n")
    return DONE


def parser() -> argparse.ArgumentParser:
    """What the tool itself takes."""
    own = argparse.ArgumentParser(
        prog="zyra completion",
        description="Write the script by which a shell completes what you type after zyra.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    own.add_argument("shell", choices=SHELLS)
    return own


def whole_parser(registry: Registry) -> argparse.ArgumentParser:
    """One parser of everything that can be typed; every flag comes from its declaration."""
    root = argparse.ArgumentParser(prog="zyra")
    root.add_argument("-V", "--version", action="store_true", help="tell the version")
    first = root.add_subparsers()
    for stage in STAGES:
        commands = first.add_parser(
            stage.name, aliases=list(stage.aliases), help=stage.summary
        ).add_subparsers()
        for command in registry[stage.name].values():
            own = commands.add_parser(command.name, help=command.summary)
            add_flags(own, command.args)
            _complete_files(own, command.kinds)
    for name, (summary, dotted) in TOOLS.items():
        tool: argparse.ArgumentParser = load(f"{dotted.partition(':')[0]}:parser")()
        _complete_files(tool, {})
        first.add_parser(name, help=summary, parents=[tool], add_help=False)
    return root


def _complete_files(own: argparse.ArgumentParser, kinds: Mapping[str, Kind]) -> None:
    """Mark what takes files and folders: by its kind, or in tools by the word for its value."""
    for action in own._actions:
        kind = kinds.get(action.dest)
        if kind in _FOLDERS or action.metavar == "DIR":
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
        elif kind in _FILES or "file" in (action.metavar, action.dest):
            action.complete = shtab.FILE  # type: ignore[attr-defined]
