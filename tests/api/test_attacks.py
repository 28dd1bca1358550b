"""Attack texts through every path and URL argument of every command, over HTTP.

A seeded subset; `benchmarks/attacks.py` sends all 500. Needs Linux (inotify).
"""

import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from _attack_texts import attack_texts, loopback_urls
from _attacks import Samples, Tally, attack
from _canaries import Canaries, canaries
from _redirects import redirecting, redirects
from _service import Client, running
from _symlink_race import race

DATA = Path(__file__).parents[1] / "data"
REDIRECTING = "127.0.0.2"
TEXTS = 24

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")


@dataclass(frozen=True)
class Target:
    """A service to attack, and what must not be touched."""

    client: Client
    found: Canaries
    samples: Samples

    def assert_untouched(self, tally: Tally) -> None:
        assert not tally.faults
        assert self.found.opened() == 0
        assert self.found.connections == 0


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("attacks").resolve()
    settings = {"ZYRA_DATA_ROOTS": str(DATA), "ZYRA_ALLOW_HOSTS": REDIRECTING}
    with (
        canaries(folder / "outside") as found,
        redirecting(REDIRECTING) as url,
        running(folder, settings) as client,
    ):
        yield Target(client, found, Samples(DATA, url))


def test_the_canaries_notice_what_touches_them(tmp_path: Path) -> None:
    with canaries(tmp_path / "outside") as found:
        found.file.read_text()
        assert found.opened() > 0
        with socket.create_connection(("127.0.0.1", found.port)) as connection:
            assert connection.recv(1) == b""
        assert found.connections == 1


@pytest.mark.timeout(180)
def test_paths_and_urls_open_nothing_outside_and_reach_nobody(target: Target) -> None:
    texts = attack_texts(target.found.file, target.found.port, TEXTS, seed=1)
    tally = attack(target.client, texts, target.samples, runs=0)
    target.assert_untouched(tally)
    assert tally.refused > 10 * tally.arguments


@pytest.mark.timeout(180)
def test_redirects_to_this_machine_are_not_followed(target: Target) -> None:
    urls = loopback_urls(target.found.port)
    tally = redirects(target.client, target.samples.url, urls, target.samples, each=1)
    target.assert_untouched(tally)
    assert tally.runs.total() > 10
    assert not tally.runs[0]


def test_links_that_come_and_go_are_never_followed(tmp_path: Path) -> None:
    served, escapes = race(tmp_path / "race", 1.0)
    assert served > 0
    assert escapes == 0
