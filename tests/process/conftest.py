"""Run commands of stage process on the sample files, as the command line would."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob
from zyra.registry import CLI_REGISTRY, find_command

DATA = Path(__file__).parent.parent / "data"


@dataclass
class Runner:
    """Runs commands in this process, with streams in memory.

    Attributes:
        stdin: What the next command reads as `-`.
        stdout, stderr: What the last command wrote.
        progress: The fractions it reported.
    """

    stdin: bytes = b""
    stdout: bytes = b""
    stderr: str = ""
    progress: list[float] = field(default_factory=list)

    def __call__(self, name: str, **args: Any) -> None:
        command = find_command(CLI_REGISTRY, "process", name)
        given = command.args.model_validate(args)
        out, err = BytesIO(), BytesIO()
        self.progress = []
        job = StreamJob(
            stdin=BytesIO(self.stdin),
            stdout=out,
            stderr=err,
            network=NetworkPolicy.allowing(["127.0.0.1"]),
            report=lambda fraction, _: self.progress.append(fraction),
        )
        try:
            command.load_run()(given, job)
        finally:
            self.stdout, self.stderr = out.getvalue(), err.getvalue().decode()


@pytest.fixture
def process() -> Runner:
    """Runs a command of stage process: `process("convert-format", input=..., ...)`."""
    return Runner()


@pytest.fixture(scope="session")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """The result of convert-format on a sample file; each conversion is made once."""
    folder = tmp_path_factory.mktemp("converted")

    @cache
    def convert(name: str, kind: str, variable: str | None = None) -> Path:
        target = folder / f"{name}_{variable}.{kind}"
        source = str(DATA / name)
        Runner()("convert-format", input=source, format=kind, output=str(target), var=variable)
        return target

    return convert


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
