"""Send attack texts through every path and URL argument of every command, over HTTP.

First all arguments of a command get the text at once: the answer names each that is refused.
Then each argument that took it gets it alone, among arguments that are right, so that the
command really runs with it.
"""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from _canaries import SECRET
from _service import Client
from zyra.core.command import Command
from zyra.core.kinds import URL_KINDS, Kind
from zyra.core.urls import scheme_of
from zyra.registry import CLI_REGISTRY, all_commands

RUN_S = 2.0
WRITTEN_KINDS = (Kind.OUTPUT_FILE, Kind.OUTPUT_DIR)
_CONTROLS = {"quiet": True}


@dataclass(frozen=True)
class Samples:
    """What commands are given where they are not attacked.

    Attributes:
        folder: Of sample files.
        url: Of a server on this machine that runs may reach.
    """

    folder: Path
    url: str

    def given_for(self, value: Any) -> Any:
        """A value of an example, as it is right here."""
        if isinstance(value, list):
            return [self.given_for(item) for item in value]
        if not isinstance(value, str) or value in ("", "-"):
            return value
        if scheme_of(value) or "//" in value:
            return self.url
        return str(self.folder / value) if (self.folder / value).exists() else value


@dataclass
class Tally:
    """What became of the attacks.

    Attributes:
        refused: Arguments that were refused with 422.
        taken: Arguments that were taken, as names within the room of the run.
        runs: Runs that were made, by exit code.
        faults: Answers that must not be: statuses of 500 and above, or the canary's text.
    """

    commands: int = 0
    arguments: int = 0
    refused: int = 0
    taken: int = 0
    runs: Counter[int | None] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        ended = ", ".join(
            f"{count} with exit code {code}" for code, count in self.runs.most_common()
        )
        return (
            f"{self.arguments} arguments of {self.commands} commands: {self.refused} values refused"
            f" with 422, {self.taken} taken as plain names; {self.runs.total()} runs ({ended}),"
            f" {len(self.faults)} faults"
        )


def attack(
    client: Client, texts: Iterable[str], samples: Samples, runs: int | None = None
) -> Tally:
    """Send every text through every argument that is a path or a URL.

    Args:
        client: Of a service that may read the samples.
        texts: What to send.
        samples: For the other arguments.
        runs: With each argument make so many runs, with the first texts that it takes.
    """
    tally = Tally()
    texts = list(texts)
    for command in all_commands(CLI_REGISTRY):
        names = [name for name, kind in command.kinds.items() if kind is not Kind.SECRET]
        tally.commands += 1
        tally.arguments += len(names)
        taken = [pair for text in texts for pair in _taken(client, command, names, text, tally)]
        tally.taken += len(taken)
        for name in names:
            own = (text for takes, text in taken if takes == name)
            for text in itertools.islice(own, runs):
                run_with(client, command, name, text, samples, tally)
    return tally


def _taken(
    client: Client, command: Command, names: list[str], text: str, tally: Tally
) -> Iterator[tuple[str, str]]:
    """The arguments that did not refuse the text."""
    # A member that is wrong in any case, so that nothing runs yet.
    given = {name: _value(command, name, text) for name in names} | {"no-such-argument": 1}
    status, answer = client.post(_path(command), given)
    _look_at(command, text, status, answer, tally)
    wrong = {problem["loc"][0] for problem in answer.get("errors", ()) if problem["loc"]}
    for name in names:
        if name in wrong:
            tally.refused += 1
        else:
            yield name, text


def run_with(
    client: Client, command: Command, name: str, text: str, samples: Samples, tally: Tally
) -> None:
    """Run a command with one argument replaced by the text."""
    given = usual_args(command, samples) | {name: _value(command, name, text)}
    status, answer = client.post(f"{_path(command)}?timeout_s={RUN_S}", given)
    _look_at(command, text, status, answer, tally)
    if status == 200:
        tally.runs[answer["exit_code"]] += 1
        _, told = client.get(f"/jobs/{answer['job_id']}")
        _look_at(command, text, status, told, tally)
    else:
        tally.refused += 1


def usual_args(command: Command, samples: Samples) -> dict[str, Any]:
    """Arguments of the command's first example, with sample files by their paths, and no hosts
    but that of the samples, not even by default."""
    example = dict(command.examples[0].args) if command.examples else {}
    given = {
        name: value if command.kinds.get(name) in WRITTEN_KINDS else samples.given_for(value)
        for name, value in example.items()
    }
    return _CONTROLS | dict(_hosts_by_default(command, samples)) | given


def _hosts_by_default(command: Command, samples: Samples) -> Iterator[tuple[str, str]]:
    for name, kind in command.kinds.items():
        default = command.args.model_fields[name].default
        if kind in URL_KINDS and isinstance(default, str) and scheme_of(default):
            yield name, samples.url


def _value(command: Command, name: str, text: str) -> Any:
    """The text as the argument takes it: alone, or in a list."""
    annotation = str(command.args.model_fields[name].annotation)
    return [text] if "list[" in annotation else text


def _path(command: Command) -> str:
    return f"/cli/{command.stage}/{command.name}"


def _look_at(
    command: Command, text: str, status: int, answer: Mapping[str, Any], tally: Tally
) -> None:
    if status >= 500 or SECRET in str(answer):
        tally.faults.append(f"{command.stage} {command.name} {text!r}: {status} {answer}")
