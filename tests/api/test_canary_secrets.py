"""A canary in every secret argument of every command is nowhere but in its run.

Not in answers, not on the disk, not in the log, not in /proc; `test_canary_on_redis` has the
same with workers. Needs Linux.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from canary_search import (
    CANARY,
    FORMS,
    SECRETS,
    args_with_canary,
    found_in_files,
    found_in_processes,
)

from _attacks import Samples, usual_args
from _redirects import redirecting
from _service import Client, running
from zyra.core.command import Command

DATA = Path(__file__).parents[1] / "data"
REACHED = "127.0.0.2"

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


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("command", "name"), SECRETS, ids=lambda v: getattr(v, "name", v))
def test_a_secret_argument_leaves_no_trace(
    client: Client, folder: Path, url: str, command: Command, name: str
) -> None:
    usual = usual_args(command, Samples(DATA, url))
    told = ""
    for form in FORMS:
        given = args_with_canary(command, name, form, usual)
        status, answer = client.post(f"/cli/{command.stage}/{command.name}?timeout_s=2", given)
        assert status in {200, 422}
        told += str(answer)
        if status == 200:
            told += str(client.get(f"/jobs/{answer['job_id']}"))
    assert CANARY not in told
    assert found_in_files(folder) == []
    assert found_in_processes() == []
