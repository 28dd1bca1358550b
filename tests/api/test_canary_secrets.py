"""A canary in every secret argument of every command is nowhere but in its run.

Not in answers, not on the disk, not in Redis, not in the log, not in /proc. Needs Linux.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from _attacks import Samples, usual_args
from _redirects import redirecting
from _service import Client, running
from zyra.core.command import Command
from zyra.core.kinds import Kind
from zyra.registry import CLI_REGISTRY, all_commands

CANARY = "canary-3c9e-secret-of-a-caller"
DATA = Path(__file__).parents[1] / "data"
REACHED = "127.0.0.2"
# Each form in which commands take secrets; what one refuses has to be forgotten as well.
FORMS = ("{}", "token={}", "X-Canary: {}", "bearer:{}", "basic:me:{}")
SECRETS = [
    (command, name)
    for command in all_commands(CLI_REGISTRY)
    for name, kind in command.kinds.items()
    if kind is Kind.SECRET
]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("canary")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with redirecting(REACHED) as url:
        yield url


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[Client]:
    settings = {
        "ZYRA_DATA_ROOTS": str(DATA),
        "ZYRA_ALLOW_HOSTS": REACHED,
        "TMPDIR": str(folder),
    }
    with running(folder, settings) as client:
        yield client


def value_of(command: Command, name: str, text: str) -> str | list[str]:
    return [text] if "list[" in str(command.args.model_fields[name].annotation) else text


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("command", "name"), SECRETS, ids=lambda v: getattr(v, "name", v))
def test_a_secret_argument_leaves_no_trace(
    client: Client, folder: Path, url: str, command: Command, name: str
) -> None:
    usual = usual_args(command, Samples(DATA, url))
    told = ""
    for form in FORMS:
        given = usual | {name: value_of(command, name, form.format(CANARY))}
        status, answer = client.post(f"/cli/{command.stage}/{command.name}?timeout_s=2", given)
        assert status in {200, 422}
        told += str(answer)
        if status == 200:
            told += str(client.get(f"/jobs/{answer['job_id']}"))
    assert CANARY not in told
    assert found_in_files(folder) == []
    assert found_in_processes() == []


def found_in_files(folder: Path) -> list[str]:
    """Files below the service's folders, its temporary ones included, that hold the canary."""
    command = ["grep", "-rlaF", CANARY, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()


def found_in_processes() -> list[str]:
    """Command lines and environments of all processes that hold the canary."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            try:
                if CANARY.encode() in (process / name).read_bytes():
                    found.append(str(process / name))
            except OSError:  # it has ended, or is somebody else's
                continue
    return found
