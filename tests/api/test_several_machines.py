"""Two servers and two workers without a common folder: they share Redis and a bucket."""

import asyncio
import hashlib
import io
import json
import os
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from redis_server import RedisServer
from relay import Fault, Relay
from s3_server import S3Server
from serving import HERE, Server, served

from _gunicorn import wait_until
from zyra.access.keys import new_key, now_utc
from zyra.core.settings import Settings
from zyra.wiring import build_key_store

pytestmark = pytest.mark.timeout(120)
BUCKET = "machines"
SCOPES = frozenset({"run:*", "jobs:read", "jobs:cancel", "files:read", "files:write"})
LARGE = os.urandom(1 << 20) * 11 + b"end"


@dataclass(frozen=True)
class Site:
    """What all machines share, and the two servers.

    Attributes:
        shared: Stands for a data root that is on every machine.
    """

    relay: Relay
    s3: S3Server
    servers: tuple[Server, Server]
    clients: tuple[httpx.Client, httpx.Client]
    variables: dict[str, str]
    shared: Path

    def stored(self) -> list[str]:
        """Keys of all objects, and of uploads that are not whole."""
        return self._keys("") + self._keys("uploads")

    def _keys(self, query: str) -> list[str]:
        with urllib.request.urlopen(f"{self.s3.endpoint}/{BUCKET}?max-keys=1000&{query}") as answer:
            text = answer.read().decode()
        return [part.partition("</Key>")[0] for part in text.split("<Key>")[1:]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("machines")
    names = ("redis", "one", "two", "shared")
    redis_folder, one, two, shared = (folder / name for name in names)
    for path in (redis_folder, one, two, shared):
        path.mkdir()
    with ExitStack() as stack:
        redis = stack.enter_context(RedisServer(redis_folder))
        s3 = stack.enter_context(S3Server())
        s3.send("PUT", f"/{BUCKET}")
        relay = stack.enter_context(Relay(s3.port))
        variables = s3.variables | {
            "AWS_ENDPOINT_URL": relay.endpoint,
            "ZYRA_STORAGE_URL": f"s3://{BUCKET}/zyra",
            "ZYRA_REDIS_URL": redis.url,
            "ZYRA_DATA_ROOTS": str(shared),
            "ZYRA_CONCURRENCY": "1",
        }
        servers = tuple(stack.enter_context(served(own, **variables)) for own in (one, two))
        key = _key(redis.url, "me")
        clients = tuple(
            stack.enter_context(server.client(headers={"X-API-Key": key})) for server in servers
        )
        yield Site(relay, s3, servers, clients, variables, shared)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def mended(site: Site) -> Iterator[None]:
    yield
    site.relay.mend()


class Workers:
    """One worker at a time, each in folders of its own."""

    def __init__(self, folder: Path, variables: dict[str, str]) -> None:
        self._folder = folder
        self._variables = variables
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        own = self._folder / str(uuid4())
        folders = {f"ZYRA_{name}_DIR": str(own / name) for name in ("UPLOAD", "RESULTS", "STATE")}
        command = [sys.executable, "-m", "zyra.cli.main", "worker"]
        self._process = subprocess.Popen(
            [*command, "--registry", "echo_commands:REGISTRY"],
            env=os.environ | self._variables | folders | {"PYTHONPATH": str(HERE)},
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()


@pytest.fixture(scope="module")
def workers(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    """A worker that runs, and can be replaced."""
    workers = Workers(tmp_path_factory.mktemp("workers"), site.variables)
    workers.start()
    yield workers
    workers.kill()


def test_one_server_takes_an_upload_and_the_other_gives_the_result(
    site: Site, workers: Workers
) -> None:
    one, two = site.clients
    upload = one.put("/upload/a.bin", content=LARGE).json()
    assert upload["sha256"] == hashlib.sha256(LARGE).hexdigest()
    job_id = _submit(two, "process", "echo", bytes_of=f"file_id:{upload['file_id']}")
    record = _done(one, job_id)
    assert (record["status"], record["output_file"]) == ("succeeded", "stdout.bin"), record
    (output,) = record["outputs"]
    assert (output["size"], output["sha256"]) == (len(LARGE), upload["sha256"])
    url = f"/jobs/{job_id}/download"
    for client in (one, two):
        whole = client.get(url)
        assert whole.content == LARGE
        part = client.get(url, headers={"Range": "bytes=1048570-3145733"})
        assert (part.status_code, part.content) == (206, LARGE[1048570:3145734])
        assert client.get(url, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
        assert client.head(url).headers["Content-Length"] == str(len(LARGE))
    assert two.get(f"/files/{upload['file_id']}/content").content == LARGE


def test_all_outputs_come_as_one_archive_and_stand_in_the_manifest(
    site: Site, workers: Workers
) -> None:
    one, two = site.clients
    names = ["a/ü #1.txt", "b.txt"]
    job_id = _submit(one, "visualize", "save", text="grün", others=names)
    _done(two, job_id)
    archive = zipfile.ZipFile(io.BytesIO(two.get(f"/jobs/{job_id}/download?zip=1").content))
    assert {name: archive.read(name).decode() for name in archive.namelist()} == dict.fromkeys(
        ["main.txt", *names], "grün"
    )
    artifacts = one.get(f"/jobs/{job_id}/manifest").json()["artifacts"]
    digest = hashlib.sha256("grün".encode()).hexdigest()
    assert {a["name"]: a["sha256"] for a in artifacts} == dict.fromkeys(
        ["main.txt", *names], digest
    )


def test_a_result_is_read_by_a_run_on_another_machine(site: Site, workers: Workers) -> None:
    one, two = site.clients
    first = _submit(one, "visualize", "save", text="from the first")
    _done(one, first)
    workers.kill()
    workers.start()
    job_id = _submit(two, "process", "echo", bytes_of=f"job_id:{first}/main.txt")
    assert _done(one, job_id)["stdout"] == "from the first"
    stdin = {"job_id": first, "file": "main.txt"}
    job_id = _submit(two, "process", "echo", body={"stdin": stdin}, bytes_of="-")
    assert _done(one, job_id)["stdout"] == "from the first"


def test_what_a_run_says_is_seen_live_at_every_server_and_kept(
    site: Site, workers: Workers
) -> None:
    one, two = site.clients
    gate = site.shared / "live"
    os.mkfifo(gate)
    job_id = _submit(one, "process", "hold", input=str(gate))
    for client in (one, two):
        _until_it_says(client, job_id, "begun")
    assert one.get(f"/jobs/{job_id}/stdout").status_code == 404
    gate.write_text("go")
    assert _done(two, job_id)["stdout"] == "begun\n"
    assert [client.get(f"/jobs/{job_id}/stdout").text for client in (one, two)] == ["begun\n"] * 2
    frames = _frames(two, job_id)
    assert "".join(frame["stdout"] for frame in frames) == "begun\n"
    assert frames[-1]["exit_code"] == 0


def test_a_pipeline_reads_an_upload_and_leaves_its_results(site: Site, workers: Workers) -> None:
    one, two = site.clients
    file_id = one.put("/upload/a.txt", content=b"through a pipe").json()["file_id"]
    stages = [
        {"stage": "process", "command": "echo", "args": {"bytes_of": f"file_id:{file_id}"}},
        {"stage": "process", "command": "echo", "args": {"bytes_of": "-"}},
    ]
    answer = two.post("/pipelines/run", json={"stages": stages, "mode": "async"})
    assert answer.status_code == 202, answer.text
    assert _done(one, answer.json()["job_id"])["stdout"] == "through a pipe"


def test_a_worker_killed_in_the_middle_is_replaced_by_one_elsewhere(
    site: Site, workers: Workers
) -> None:
    one, two = site.clients
    gate = site.shared / "killed"
    os.mkfifo(gate)
    job_id = _submit(one, "process", "hold", body={"retries": 1}, input=str(gate))
    _until_it_says(two, job_id, "begun")
    workers.kill()
    workers.start()
    _until_it_says(two, job_id, "begun", times=2)
    gate.write_text("go")
    record = _done(two, job_id)
    assert (record["status"], record["attempts"]) == ("succeeded", 2), record
    assert one.get(f"/jobs/{job_id}/download?file=first.txt").content == b"first"


def test_uploads_and_results_are_their_owners_alone(site: Site, workers: Workers) -> None:
    one, two = site.clients
    file_id = one.put("/upload/a.txt", content=b"mine").json()["file_id"]
    job_id = _submit(one, "visualize", "save", text="mine")
    _done(one, job_id)
    other = {"X-API-Key": _key(site.variables["ZYRA_REDIS_URL"], "other")}
    for path in (f"/files/{file_id}/content", f"/jobs/{job_id}/download", f"/jobs/{job_id}/stdout"):
        assert two.get(path).status_code == 200
        assert two.get(path, headers=other).status_code == 404
    assert two.delete(f"/files/{file_id}", headers=other).status_code == 404
    args = {"bytes_of": f"file_id:{file_id}"}
    body = {"stage": "process", "command": "echo", "args": args, "mode": "async"}
    assert two.post("/cli/run", json=body, headers=other).status_code == 422


def test_what_is_removed_at_one_server_is_gone_everywhere(site: Site, workers: Workers) -> None:
    one, two = site.clients
    before = set(site.stored())
    file_id = one.put("/upload/a.txt", content=b"mine").json()["file_id"]
    job_id = _submit(one, "visualize", "save", text="mine")
    _done(two, job_id)
    assert set(site.stored()) > before
    assert two.delete(f"/files/{file_id}").status_code == 204
    assert two.delete(f"/jobs/{job_id}", params={"purge": True}).status_code == 204
    assert one.get(f"/files/{file_id}").status_code == 404
    assert one.get(f"/jobs/{job_id}/download").status_code == 404
    assert set(site.stored()) == before


@pytest.mark.parametrize("fault", Fault)
def test_a_bucket_that_is_away_refuses_clearly_and_keeps_nothing_half(
    site: Site, fault: Fault
) -> None:
    one, _ = site.clients
    kept = one.put("/upload/kept.txt", content=b"kept").json()["file_id"]
    before = site.stored()
    site.relay.fail(fault)
    requests = [
        one.build_request("PUT", "/upload/a.bin", content=LARGE),
        one.build_request("POST", "/upload", files={"file": ("a.bin", LARGE)}),
        one.build_request("GET", f"/files/{kept}/content"),
        one.build_request("GET", "/files"),
        one.build_request("DELETE", f"/files/{kept}"),
        one.build_request("POST", "/cli/run", json=_body("process", "echo", f"file_id:{kept}")),
    ]
    answers = [one.send(request) for request in requests]
    assert [answer.status_code for answer in answers] == [503] * len(requests)
    assert all("Retry-After" in answer.headers for answer in answers)
    assert "storage of uploads and results cannot be used now" in answers[0].json()["detail"]
    site.relay.mend()
    assert site.stored() == before
    assert one.get(f"/files/{kept}/content").content == b"kept"


@pytest.mark.parametrize("fault", Fault)
def test_a_run_keeps_its_results_when_the_bucket_comes_back(
    site: Site, workers: Workers, fault: Fault
) -> None:
    one, two = site.clients
    site.relay.fail(fault)
    job_id = _submit(one, "process", "count", lines=3)
    _until_it_says(two, job_id, "line 2")
    assert two.get(f"/jobs/{job_id}", params={"wait": 1}).json()["status"] == "running"
    site.relay.mend()
    assert _done(two, job_id)["stdout"] == "line 0\nline 1\nline 2\n"


def test_an_upload_whose_client_leaves_is_not_kept(site: Site) -> None:
    one, _ = site.clients
    before = site.stored()

    def pieces() -> Iterator[bytes]:
        yield LARGE
        raise ConnectionError("the client leaves")

    headers = {"Content-Length": str(2 * len(LARGE))}
    with pytest.raises(ConnectionError):
        one.put("/upload/a.bin", content=pieces(), headers=headers)
    wait_until(lambda: site.stored() == before, "nothing of the upload is stored", 60)


def _key(redis_url: str, name: str) -> str:
    record, text = new_key(name, SCOPES, None, now_utc())

    async def put() -> None:
        store = build_key_store(Settings(redis_url=redis_url))
        await store.put(record)
        await store.close()

    asyncio.run(put())
    return text


def _body(stage: str, command: str, bytes_of: str) -> dict[str, Any]:
    return {"stage": stage, "command": command, "args": {"bytes_of": bytes_of}, "mode": "async"}


def _submit(
    client: httpx.Client, stage: str, command: str, body: dict[str, Any] | None = None, **args: Any
) -> str:
    given = {"stage": stage, "command": command, "args": args, "mode": "async"} | (body or {})
    answer = client.post("/cli/run", json=given)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["job_id"])


def _done(client: httpx.Client, job_id: str) -> dict[str, Any]:
    record = dict(client.get(f"/jobs/{job_id}", params={"wait": 60}, timeout=70).json())
    assert record["done"], record
    return record


@contextmanager
def _events(client: httpx.Client, job_id: str) -> Iterator[Iterator[dict[str, Any]]]:
    with client.stream("GET", f"/jobs/{job_id}/events", timeout=60) as answer:
        lines = (line for line in answer.iter_lines() if line.startswith("data:"))
        yield (json.loads(line.removeprefix("data:")) for line in lines)


def _until_it_says(client: httpx.Client, job_id: str, text: str, times: int = 1) -> None:
    with _events(client, job_id) as frames:
        said = (frame for frame in frames if text in frame["stdout"])
        assert len(list(islice(said, times))) == times


def _frames(client: httpx.Client, job_id: str) -> list[dict[str, Any]]:
    with _events(client, job_id) as frames:
        return list(frames)
