"""`zyra serve`, `zyra worker` and Redis: secrets stay in their runs, and runs off the service."""

import base64
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import redis
from canary_search import (
    CANARY,
    FORMS,
    SECRETS,
    args_with_canary,
    found_in_files,
    found_in_processes,
    found_in_redis,
)
from redis_server import RedisServer

from _attacks import Samples, usual_args
from _service import Client
from zyra.core.command import Command

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's"),
    pytest.mark.timeout(180),
]

DATA = Path(__file__).parents[1] / "data"
REACHED = "127.0.0.2"
QUEUE = "canary"
PATIENCE_S = 60


class Heard(ThreadingHTTPServer):
    """A server that runs may reach; notes what they sent it."""

    def __init__(self) -> None:
        self.heads: list[str] = []
        heads = self.heads

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                heads.append(f"{self.path} {self.headers}")
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: object) -> None:
                return

        super().__init__((REACHED, 0), Handler)

    @property
    def url(self) -> str:
        return f"http://{REACHED}:{self.server_port}/a.json"


@dataclass
class Fleet:
    """A server and, when it is started, a worker."""

    folder: Path
    redis_url: str
    environment: dict[str, str]
    processes: ExitStack = field(default_factory=ExitStack)
    port: int = 0

    def start(self, *arguments: str) -> Path:
        """Start one of Zyra's programs; the file of its log."""
        log = self.folder / f"{arguments[0]}.log"
        command = [sys.executable, "-m", "zyra.cli.main", *arguments]
        with log.open("wb") as stream:
            process = subprocess.Popen(command, env=self.environment, stdout=stream, stderr=stream)
        self.processes.callback(process.wait)
        self.processes.callback(process.terminate)
        return log

    def serve(self) -> None:
        """Start the server; it says itself where it is."""
        log = self.start("serve", "--port", "0")
        found = until(lambda: re.search(r"zyra is at http://127\.0\.0\.1:(\d+)", log.read_text()))
        self.port = int(found[1])


def until(look: Any) -> Any:
    """What `look` finds, as soon as it finds something."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found


@pytest.fixture(scope="module")
def heard() -> Iterator[Heard]:
    with Heard() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def client(fleet: "Fleet") -> Iterator[Client]:
    with closing(Client(fleet.port)) as client:
        yield client


@pytest.fixture
def store(fleet: "Fleet") -> Iterator["redis.Redis[bytes]"]:
    with closing(redis.Redis.from_url(fleet.redis_url)) as store:
        yield store


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    folder = tmp_path_factory.mktemp("fleet")
    (folder / "redis").mkdir()
    with RedisServer(folder / "redis") as server, fleet_on(folder, server.url) as fleet:
        fleet.serve()
        yield fleet


@contextmanager
def fleet_on(folder: Path, url: str) -> Iterator[Fleet]:
    places = {
        f"ZYRA_{name.upper()}_DIR": str(folder / name) for name in ("upload", "results", "state")
    }
    settings = {
        "ZYRA_REDIS_URL": url,
        "ZYRA_QUEUE": QUEUE,
        "ZYRA_PLAN_KEY": base64.urlsafe_b64encode(os.urandom(32)).decode(),
        "ZYRA_DATA_ROOTS": str(DATA),
        "ZYRA_ALLOW_HOSTS": f"127.0.0.1,{REACHED}",
        "ZYRA_CALLBACK_ALLOW_HOSTS": REACHED,
        "ZYRA_CONCURRENCY": "2",
        "ZYRA_RUN_TIMEOUT_S": "3",
        "TMPDIR": str(folder),
    }
    fleet = Fleet(folder, url, {**os.environ, **places, **settings})
    with fleet.processes:
        yield fleet


def submitted(client: Client, command: Command, name: str, heard: Heard) -> str:
    """A job of the command with the canary in that argument, in the first form that it takes."""
    usual = usual_args(command, Samples(DATA, heard.url))
    for form in FORMS:
        body = {
            "stage": command.stage,
            "command": command.name,
            "args": args_with_canary(command, name, form, usual),
            "mode": "async",
            "callback_url": f"http://me:{CANARY}@{REACHED}:{heard.server_port}/called?{CANARY}",
            "callback_method": "GET",
            "idempotency_key": f"{command.stage} {command.name} {name} {form}",
        }
        status, answer = client.post("/cli/run", body)
        assert CANARY not in str(answer)
        if status == 202:
            return str(answer["job_id"])
        assert status == 422
    raise AssertionError(
        f"{command.stage} {command.name} takes {name} in none of the forms: {answer}"
    )


def test_secrets_of_jobs_on_redis_are_nowhere_but_in_their_runs(
    fleet: Fleet, heard: Heard, client: Client, store: "redis.Redis[bytes]"
) -> None:
    store.config_set("rdbcompression", "no")  # or the canary could lie in a dump unseen
    jobs = [submitted(client, command, name, heard) for command, name in SECRETS]
    waiting, held = found_in_redis(store)
    assert (waiting > len(jobs), held) == (True, [])
    fleet.start("worker")
    looks = 0
    told = ""
    for job_id in jobs:
        answer: dict[str, Any] = {"done": False}
        while not answer["done"]:
            assert found_in_processes() == []
            looks += 1
            answer = client.get(f"/jobs/{job_id}?wait=0.05")[1]
        told += str(answer) + str(client.get(f"/jobs/{job_id}/manifest")[1])
    assert CANARY not in told
    keys, held = found_in_redis(store)
    store.save()
    assert (held, found_in_files(fleet.folder)) == ([], [])
    assert (fleet.folder / "redis" / "dump.rdb").stat().st_size > 0
    # Runs and callbacks had it: that it is nowhere means something.
    until(
        lambda: (
            {head.startswith("/called") for head in heard.heads if CANARY in head} == {True, False}
        )
    )
    sys.stdout.write(
        f"{len(jobs)} secret arguments, {waiting} keys of Redis while they waited and {keys} at"
        f" the end, {looks} looks at /proc, {len(heard.heads)} requests made: 0 traces\n"
    )


@pytest.mark.parametrize("part", ["api", "redis"])
def test_a_run_of_a_worker_reaches_neither_the_server_nor_redis(
    fleet: Fleet, heard: Heard, client: Client, store: "redis.Redis[bytes]", part: str
) -> None:
    ports = {"api": fleet.port, "redis": store.connection_pool.connection_kwargs["port"]}
    told = until(
        lambda: [v for k in store.scan_iter(f"{QUEUE}:listeners:*") for v in store.hvals(k)]
    )
    until(lambda: any(str(fleet.port).encode() in value.split() for value in told))
    if not (fleet.folder / "worker.log").exists():
        fleet.start("worker")
    for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]"):
        url = f"http://{host}:{ports[part]}/health"
        status, answer = client.post("/cli/acquire/http", {"url": url, "output": "-"})
        assert status == 422 or answer["exit_code"] == 1, answer
    url = f"http://127.0.0.1:{ports[part]}/health"
    _, answer = client.post("/cli/acquire/http", {"url": url, "output": "-"})
    assert "a part of the service itself" in answer["stderr"]
    assert client.post("/cli/acquire/http", {"url": heard.url, "output": "-"})[1]["ok"]


def announced(store: "redis.Redis[bytes]") -> list[str]:
    """Every port that servers have told of."""
    names = store.scan_iter(f"{QUEUE}:listeners:*")
    return b" ".join(told for name in names for told in store.hvals(name)).decode().split()
