"""Answers about the service itself and its commands."""

from typing import Any

from typing_extensions import TypedDict


class HealthAnswer(TypedDict):
    """The process answers."""

    status: str
    version: str


class SandboxAnswer(TypedDict):
    """How far the kernel keeps runs within their rooms: `full`, `partial` or `none`.

    `network` is whether it leaves them no way past the egress broker.
    """

    level: str
    landlock: int
    seccomp: bool
    files: bool
    network: bool
    signals: bool


class ReadyAnswer(TypedDict):
    """Whether the service can do its work, each thing that this needs, and how runs are kept."""

    ready: bool
    checks: dict[str, bool]
    sandbox: SandboxAnswer


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
