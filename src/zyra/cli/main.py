"""The entry of the command line: find the stage, then let its declarations speak.

Nothing heavy is imported until it is known what is asked: `zyra --help` needs no more
than this file and the table of stages.
"""

import gc
import sys

from zyra import __version__
from zyra.core.errors import ZyraError
from zyra.core.exit_codes import DONE, INTERRUPTED, WRONG_INPUT, exit_code_for
from zyra.core.loading import load
from zyra.core.stages import STAGE_NAMES, STAGES

# What else the command line can do: name -> (summary, dotted name of `main(arguments)`).
TOOLS: dict[str, tuple[str, str]] = {
    "audit": ("Check that the audit log is whole", "zyra.cli.audit:main"),
    "commands": ("List every command of every stage", "zyra.cli.commands:main"),
    "completion": ("Write completion for bash, zsh or fish", "zyra.cli.completion:main"),
    "doctor": ("Check what this machine needs to run commands", "zyra.cli.doctor:main"),
    "keys": ("Make, list, revoke and renew the keys of callers", "zyra.cli.keys:main"),
    "run": ("Run the steps of a pipeline file, joined by pipes", "zyra.cli.run:main"),
    "serve": ("Start the web service on this machine", "zyra.cli.serve:main"),
    "worker": ("Run the jobs of services that share a Redis", "zyra.cli.worker:main"),
}

# A start makes a quarter of a million objects that stay: looking through them again and
# again for garbage is 5 % of drawing a map.
YOUNG_OBJECTS = 200_000


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    try:
        return _dispatch(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except ZyraError as error:  # of a tool; commands tell their own
        sys.stderr.write(f"zyra {arguments[0]}: {load('zyra.core.running:describe')(error)}\n")
        return exit_code_for(error)


def _dispatch(arguments: list[str]) -> int:
    first, rest = (arguments[0], arguments[1:]) if arguments else ("--help", [])
    if first in ("-h", "--help", "help"):
        sys.stdout.write(_help())
        return DONE
    if first in ("--version", "-V"):
        sys.stdout.write(f"zyra {__version__}\n")
        return DONE
    if first in TOOLS:
        return int(load(TOOLS[first][1])(rest))
    if first in STAGE_NAMES:
        gc.set_threshold(YOUNG_OBJECTS)
        return int(load("zyra.cli.stage:main")(STAGE_NAMES[first], rest))
    return _unknown(first)


def _unknown(first: str) -> int:
    registry = load("zyra.registry:CLI_REGISTRY")
    homes = [f"zyra {stage} {first}" for stage in registry if first in registry[stage]]
    known = [*STAGE_NAMES, *TOOLS]
    close = ", ".join(homes) or load("zyra.core.closest:closest_or_all")(first, known)
    sys.stderr.write(f"zyra: no stage or tool {first!r}\n  hint: did you mean {close}?\n")
    return WRONG_INPUT


def _help() -> str:
    stages = [(_with_aliases(stage.name, stage.aliases), stage.summary) for stage in STAGES]
    tools = [(name, summary) for name, (summary, _) in TOOLS.items()]
    return f"""usage: zyra STAGE COMMAND [options]
       zyra TOOL [options]

Acquire, process, visualize and disseminate environmental data.

stages:
{_table(stages)}

tools:
{_table(tools)}

`zyra STAGE --help` lists a stage's commands, `zyra STAGE COMMAND --help` explains one.
`-` as a file is stdin or stdout, so commands can be joined with pipes:

  zyra process extract-variable forecast.grib2 TMP -o - | \\
    zyra visualize heatmap --input - --colorbar --output map.png
"""


def _with_aliases(name: str, aliases: tuple[str, ...]) -> str:
    return f"{name} ({', '.join(aliases)})"


def _table(rows: list[tuple[str, str]]) -> str:
    width = max(len(name) for name, _ in rows) + 2
    return "\n".join(f"  {name:<{width}}{summary}" for name, summary in rows)


if __name__ == "__main__":
    sys.exit(main())
