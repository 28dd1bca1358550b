"""Answers about the service itself and its commands."""

from typing import Any

from typing_extensions import TypedDict


class HealthAnswer(TypedDict):
    """The process answers."""

    status: str
    version: str


class ReadyAnswer(TypedDict):
    """Whether the service can do its work, and each thing that this needs."""

    ready: bool
    checks: dict[str, bool]


class StartAnswer(TypedDict):
    """Where to go from here."""

    name: str
    version: str
    links: dict[str, str]


class ExampleAnswer(TypedDict):
    """A use of a command; `body` is what `POST /cli/run` takes."""

    title: str
    body: dict[str, Any]


class CommandAnswer(TypedDict):
    """What a program needs to know to use a command."""

    stage: str
    stage_aliases: list[str]
    command: str
    summary: str
    description: str
    network: bool
    schema: dict[str, Any]
    examples: list[ExampleAnswer]
    href: str
    run_href: str


class CommandsAnswer(TypedDict):
    """Every command there is."""

    commands: list[CommandAnswer]
