"""Keys, scopes, tickets and limits, as callers of a real server meet them."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from serving import Server, served
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from zyra.access.audit import verify
from zyra.access.keys import KeyRecord, new_key, now_utc
from zyra.access.sqlite_keys import SqliteKeys

RUN = {"stage": "process", "command": "echo", "args": {"text": "hi"}}
LIMITS = {"ZYRA_RATE_LIMIT": "40/hour", "ZYRA_LOGIN_RATE_LIMIT": "30/hour"}


@dataclass(frozen=True)
class Keyed:
    """A server with a store of keys."""

    server: Server

    def key(self, *scopes: str) -> tuple[KeyRecord, str]:
        record, text = new_key("test", frozenset(scopes), None, now_utc())
        self.keep(record)
        return record, text

    def keep(self, record: KeyRecord) -> None:
        store = SqliteKeys(self.server.folder / "state" / "keys.sqlite3")
        asyncio.run(store.put(record))
        asyncio.run(store.close())

    def client(self, *scopes: str) -> httpx.Client:
        return self.server.client(headers={"X-API-Key": self.key(*scopes)[1]})


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keyed]:
    with served(tmp_path_factory.mktemp("keyed"), **LIMITS) as server:
        keyed = Keyed(server)
        keyed.key("admin")
        yield keyed


@pytest.fixture(scope="module")
def admin(keyed: Keyed) -> Iterator[httpx.Client]:
    with keyed.client("admin") as client:
        yield client


def test_with_a_key_in_the_store_callers_of_this_machine_need_one_too(keyed: Keyed) -> None:
    with keyed.server.client() as client:
        assert client.get("/jobs").status_code == 401


def test_no_origin_is_told_that_it_may_call_unless_one_is_named(admin: httpx.Client) -> None:
    origin = {"Origin": "https://maps.example"}
    preflight = {"Access-Control-Request-Method": "POST"}
    answers = (
        admin.get("/health", headers=origin),
        admin.options("/cli/run", headers=origin | preflight),
    )
    told = {name for answer in answers for name in answer.headers}
    assert not any(name.startswith("access-control-") for name in told)


def test_a_key_may_do_what_its_scopes_say(keyed: Keyed) -> None:
    with keyed.client("run:process.echo") as client:
        answer = client.post("/cli/run", json=RUN)
        assert (answer.status_code, answer.json()["stdout"]) == (200, "hi")


@pytest.mark.parametrize(
    ("scopes", "method", "path", "body"),
    [
        (("run:visualize", "jobs:read"), "POST", "/cli/run", RUN),
        (("jobs:read",), "POST", "/cli/process/echo", {"text": "hi"}),
        (("run:process",), "GET", "/jobs", None),
        (("jobs:read",), "DELETE", "/jobs/x", None),
        (("files:write",), "GET", "/files", None),
        (("files:read",), "PUT", "/upload/a.txt", None),
        (("files:read",), "DELETE", "/files/x", None),
    ],
)
def test_what_scopes_do_not_say_is_403(
    keyed: Keyed, scopes: tuple[str, ...], method: str, path: str, body: Any
) -> None:
    with keyed.client(*scopes) as client:
        answer = client.request(method, path, json=body)
    assert answer.status_code == 403
    assert answer.json()["type"] == "zyra:missing-scope"


def test_jobs_and_files_of_another_key_do_not_exist(keyed: Keyed, admin: httpx.Client) -> None:
    job_id = admin.post("/cli/run", json=RUN).json()["job_id"]
    file_id = admin.put("/upload/a.txt", content=b"x").json()["file_id"]
    with keyed.client("admin") as other:
        for path in (f"/jobs/{job_id}", f"/jobs/{job_id}/stdout", f"/files/{file_id}"):
            assert admin.get(path).status_code == 200
            assert other.get(path).status_code == 404
        assert other.get("/jobs").json()["jobs"] == []


def test_a_revoked_key_is_refused_at_once(keyed: Keyed) -> None:
    record, text = keyed.key("jobs:read")
    with keyed.server.client(headers={"X-API-Key": text}) as client:
        assert client.get("/jobs").status_code == 200
        keyed.keep(replace(record, revoked_at=now_utc()))
        assert client.get("/jobs").status_code == 401


def test_runs_over_the_limit_are_429_and_say_when_to_come_again(keyed: Keyed) -> None:
    with keyed.client("run:process") as client:
        answers = [client.post("/cli/process/nope", json={}) for _ in range(41)]
    assert [answer.status_code for answer in answers] == [404] * 40 + [429]
    assert answers[0].headers["ratelimit-policy"] == '"runs";q=40;w=3600'
    assert answers[0].headers["ratelimit"].startswith('"runs";r=39;')
    assert int(answers[-1].headers["retry-after"]) > 0


def test_wrong_keys_over_the_limit_are_429(tmp_path: Path) -> None:
    with served(tmp_path, ZYRA_API_KEY="right", ZYRA_LOGIN_RATE_LIMIT="3/hour") as server:
        with server.client(headers={"X-API-Key": "wrong"}) as client:
            statuses = [client.get("/jobs").status_code for _ in range(4)]
        with server.client(headers={"X-API-Key": "right"}) as client:
            assert client.get("/jobs").status_code == 200
    assert statuses == [401, 401, 401, 429]


def ticket_for(client: httpx.Client, job_id: str) -> Subprotocol:
    return Subprotocol(client.post(f"/jobs/{job_id}/ticket").json()["ticket"])


def follow(
    keyed: Keyed, job_id: str, *protocols: Subprotocol, origin: str | None = None
) -> ClientConnection:
    url = f"ws://127.0.0.1:{keyed.server.port}/ws/jobs/{job_id}"
    headers = {} if origin is None else {"Origin": origin}
    return connect(url, subprotocols=protocols or None, additional_headers=headers, proxy=None)


def close_code(connection: ClientConnection) -> int:
    with connection, suppress(ConnectionClosed):
        for _ in connection:
            continue
    assert connection.close_code is not None
    return connection.close_code


def test_a_ticket_opens_a_browsers_socket_once(keyed: Keyed, admin: httpx.Client) -> None:
    job_id = admin.post("/cli/run", json=RUN).json()["job_id"]
    ticket = ticket_for(admin, job_id)
    with follow(keyed, job_id, Subprotocol("zyra"), ticket) as connection:
        assert connection.subprotocol == "zyra"
        assert json.loads(connection.recv(timeout=10))["seq"] == 1
    assert close_code(follow(keyed, job_id, Subprotocol("zyra"), ticket)) == 4401


def test_a_ticket_opens_its_own_job_only(keyed: Keyed, admin: httpx.Client) -> None:
    first, second = (admin.post("/cli/run", json=RUN).json()["job_id"] for _ in range(2))
    connection = follow(keyed, second, Subprotocol("zyra"), ticket_for(admin, first))
    assert close_code(connection) == 4401


def test_a_socket_from_a_foreign_page_is_closed(keyed: Keyed, admin: httpx.Client) -> None:
    job_id = admin.post("/cli/run", json=RUN).json()["job_id"]
    protocols = Subprotocol("zyra"), ticket_for(admin, job_id)
    assert close_code(follow(keyed, job_id, *protocols, origin="https://evil.example")) == 4401


def test_a_ticket_for_a_job_of_somebody_else_is_404(keyed: Keyed, admin: httpx.Client) -> None:
    job_id = admin.post("/cli/run", json=RUN).json()["job_id"]
    with keyed.client("jobs:read") as other:
        assert other.post(f"/jobs/{job_id}/ticket").status_code == 404


def test_every_answer_has_headers_that_keep_browsers_safe(admin: httpx.Client) -> None:
    for path in ("/jobs", "/nowhere", "/health", "/docs"):
        headers = admin.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "content-security-policy" in headers


def test_a_request_keeps_the_id_that_its_client_gave(admin: httpx.Client) -> None:
    given = admin.get("/jobs", headers={"X-Request-Id": "n8n-4711"})
    assert given.headers["x-request-id"] == "n8n-4711"
    wrong = admin.get("/jobs", headers={"X-Request-Id": "a b\tc" * 40})
    assert wrong.headers["x-request-id"] not in ("", "a b\tc" * 40)


def test_the_audit_log_tells_who_did_what_and_is_whole(keyed: Keyed, admin: httpx.Client) -> None:
    answer = admin.post("/cli/run", json=RUN, headers={"X-Request-Id": "audited"})
    path = keyed.server.folder / "state" / "audit.jsonl"
    with path.open("rb") as stream:
        assert list(verify(stream)) == []
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    (entry,) = (entry for entry in entries if entry["request"] == "audited")
    assert entry["command"] == "process echo"
    assert entry["job"] == answer.json()["job_id"]
    assert entry["caller"].startswith("key:")
    assert (entry["decision"], entry["status"]) == ("allowed", 200)
    assert "zyra_" not in path.read_text()  # no key stands in it
