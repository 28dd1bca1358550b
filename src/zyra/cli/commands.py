"""`zyra commands`: every command there is, for people or as JSON."""

import argparse
import json
import sys

from zyra.core.exit_codes import DONE
from zyra.registry import CLI_REGISTRY, all_commands


def main(arguments: list[str]) -> int:
    """List every command with its summary; `--json` adds the schema of its arguments."""
    parser = argparse.ArgumentParser(
        prog="zyra commands", description="List every command of every stage."
    )
    parser.add_argument("--json", action="store_true", help="as JSON, with argument schemas")
    as_json = parser.parse_args(arguments).json
    sys.stdout.write(_as_json() if as_json else _as_text())
    return DONE


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
