"""Each command says what it does, shows a valid use, and takes what the published CLI takes.

tests/data/cli_parity.json lists the parameters of the published command line.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from zyra.core.command import Command
from zyra.registry import CLI_REGISTRY, all_commands

PUBLISHED = json.loads((Path(__file__).parent / "data" / "cli_parity.json").read_text())

# Where the published default is none that a user could rely on. Each with its reason.
OTHER_DEFAULTS: dict[tuple[str, str], str] = {}

# Published without a type, which says no more than that flags are text: numbers here. Text that
# is a number is taken as well.
UNTYPED_NUMBERS = {("animate", "vmin"), ("animate", "vmax"), ("animate", "scale")}

COMMANDS = [pytest.param(command, id=command.name) for command in all_commands(CLI_REGISTRY)]
PUBLISHED_COMMANDS = [
    pytest.param(command, id=command.name)
    for command in all_commands(CLI_REGISTRY)
    if command.name in PUBLISHED[command.stage]
]
PARAMETERS = [
    pytest.param(command, published, id=f"{command.name}-{published['name']}")
    for command in all_commands(CLI_REGISTRY)
    for published in PUBLISHED[command.stage].get(command.name, ())
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does_and_shows_a_valid_example(command: Command) -> None:
    assert command.summary.endswith(".")
    assert command.examples
    for example in command.examples:
        command.args.model_validate(example.args)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_argument_is_described(command: Command) -> None:
    fields = command.args.model_fields.items()
    assert [name for name, field in fields if not field.description] == []


@pytest.mark.parametrize("command", PUBLISHED_COMMANDS)
def test_published_places_are_kept(command: Command) -> None:
    names = command.args.names()
    published = PUBLISHED[command.stage][command.name]
    wanted = [names[item["name"]] for item in published if item.get("positional")]
    fields = command.args.model_fields
    assert [name for name in fields if command.args.form_of(name).positional] == wanted


@pytest.mark.parametrize(("command", "published"), PARAMETERS)
def test_published_parameters_are_accepted(command: Command, published: dict[str, Any]) -> None:
    name = command.args.names()[published["name"]]
    short = {flag for flag in published.get("flags", ()) if not flag.startswith("--")}
    assert short <= set(command.args.form_of(name).flags)


@pytest.mark.parametrize(("command", "published"), PARAMETERS)
def test_published_values_are_accepted(command: Command, published: dict[str, Any]) -> None:
    schema = schema_of(command, published["name"])
    choices = values_under(schema, "enum")
    assert not choices or set(published.get("choices", ())) <= choices
    wanted = json_types(published)
    if (command.name, published["name"]) in UNTYPED_NUMBERS:
        wanted = {"number"}
    assert wanted & values_under(schema, "type")


@pytest.mark.parametrize(("command", "published"), PARAMETERS)
def test_published_defaults_are_kept(command: Command, published: dict[str, Any]) -> None:
    if "default" in published and (command.name, published["name"]) not in OTHER_DEFAULTS:
        default = command.args.model_fields[command.args.names()[published["name"]]].default
        assert default == published["default"]


def schema_of(command: Command, name: str) -> dict[str, Any]:
    schema = command.args.model_json_schema()
    own: dict[str, Any] = schema["properties"][command.args.names()[name]]
    return own | {"$defs": schema.get("$defs", {})} if "$ref" in str(own) else own


def values_under(schema: Any, key: str) -> set[str]:
    """Every value that stands under `key` anywhere in a JSON Schema."""
    if isinstance(schema, list):
        return set().union(*(values_under(item, key) for item in schema))
    if not isinstance(schema, dict):
        return set()
    own = schema.get(key, [])
    found = set(own) if isinstance(own, list) else {own} if isinstance(own, str) else set()
    return found.union(*(values_under(item, key) for item in schema.values()))


def json_types(published: dict[str, Any]) -> set[str]:
    """The JSON types of which one has to be accepted to take what is published."""
    if published.get("action") in ("Append", "Extend"):
        return {"array"}
    names = {"flag": {"boolean"}, "int": {"integer", "number"}, "float": {"number"}}
    return names.get(published.get("type", ""), {"string"})
