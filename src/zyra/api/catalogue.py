"""The commands as data: JSON Schemas, examples, descriptions, all from the declarations."""

from typing import Any

from zyra.api.models.service import CommandAnswer, ExampleAnswer
from zyra.core.arguments import Args
from zyra.core.command import Command
from zyra.core.stages import STAGES


def describe_command(command: Command, root: str) -> CommandAnswer:
    """Everything a program needs to use `command`; links begin with `root`."""
    place = f"{command.stage}/{command.name}"
    return {
        "stage": command.stage,
        "stage_aliases": aliases_of(command.stage),
        "command": command.name,
        "summary": command.summary,
        "description": command.description,
        "network": command.may_connect,
        "schema": args_schema(command.args, "#/$defs/{model}"),
        "examples": [
            _example(command, example.title, example.args) for example in command.examples
        ],
        "href": f"{root}/cli/commands/{place}",
        "run_href": f"{root}/cli/{place}",
    }


def aliases_of(stage: str) -> list[str]:
    """Older names of a stage."""
    return [alias for known in STAGES if known.name == stage for alias in known.aliases]


def args_schema(args: type[Args], ref_template: str) -> dict[str, Any]:
    """JSON Schema (2020-12) of the arguments, with their older names as `x-zyra-also`."""
    schema = args.model_json_schema(ref_template=ref_template)
    for name, described in schema["properties"].items():
        if also := args.form_of(name).also:
            described["x-zyra-also"] = list(also)
    return schema


def _example(command: Command, title: str, args: Any) -> ExampleAnswer:
    body = {"stage": command.stage, "command": command.name, "args": dict(args), "mode": "sync"}
    return {"title": title, "body": body}
