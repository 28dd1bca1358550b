"""Callers are told at their own address that a job is done, until they have heard it."""

import asyncio
import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from standardwebhooks import Webhook

from zyra.core.network import NetworkPolicy
from zyra.jobs.callbacks import ATTEMPTS, LONGEST_PAUSE_S, Callbacks, Sender, after
from zyra.jobs.record_json import from_json, to_json
from zyra.jobs.records import Attempt, Callback
from zyra.jobs.requests import Caller, RequestRefused, RunRequest

pytestmark = pytest.mark.anyio
ME = Caller("me")
CANARY = "canary-71ce-token-of-a-callback"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
LOOPBACK = NetworkPolicy.allowing(["127.0.0.1"])


@pytest.fixture
def receiver():
    """A server that keeps what it is sent and answers with the statuses it is given."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            length = int(self.headers.get("Content-Length", 0))
            server.received.append(
                (self.command, self.path, dict(self.headers), self.rfile.read(length))
            )
            self.send_response(server.statuses.pop(0) if server.statuses else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = answer  # noqa: N815 - names that http.server looks for

        def log_message(self, *args):
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.received, server.statuses = [], []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def run_with_callback(service, receiver):
    async def run(method="POST", **args):
        url = f"http://127.0.0.1:{receiver.server_port}/resume/abc?signature=x%2Fy"
        request = RunRequest(
            "process", "echo", args, callback_url=url, callback_method=method, metadata={"n": 1}
        )
        return await service.run(ME, request)

    return run


def callbacks(service, secret=SECRET):
    sender = Sender(LOOPBACK, service.vault, secret)
    return Callbacks(service.store, sender, service.results.with_text)


async def deliver(service, record):
    await service.store.change(
        record.job_id,
        (record.status,),
        callback=_due_now((await service.job(ME, record.job_id)).callback),
    )
    await callbacks(service).deliver_due()
    return (await service.job(ME, record.job_id)).callback


def _due_now(callback):
    return replace(callback, due=datetime.now(UTC))


async def test_a_post_carries_the_result_and_a_signature_that_verifies(
    service, receiver, run_with_callback
):
    record = await run_with_callback(text="hello")
    callback = await deliver(service, record)
    method, path, headers, body = receiver.received[0]
    assert (method, path) == ("POST", "/resume/abc?signature=x%2Fy")
    message = Webhook(SECRET).verify(body, headers)
    assert message["type"] == "job.succeeded"
    assert (message["data"]["stdout"], message["data"]["metadata"]) == ("hello", {"n": 1})
    assert (callback.attempts[0].status, callback.due) == (200, None)


async def test_a_get_calls_the_address_as_it_stands(service, receiver, run_with_callback):
    await deliver(service, await run_with_callback(method="GET"))
    method, path, _, body = receiver.received[0]
    assert (method, path, body) == ("GET", "/resume/abc?signature=x%2Fy", b"")


@pytest.mark.parametrize("status", [404, 409, 500, 302])
async def test_what_is_not_heard_is_sent_again_and_logged(
    service, receiver, run_with_callback, status
):
    record = await run_with_callback()
    receiver.statuses[:] = [status]
    first = await deliver(service, record)
    second = await deliver(service, record)
    assert [attempt.status for attempt in second.attempts] == [status, 200]
    assert first.due > first.attempts[0].time
    assert second.due is None


async def test_one_delivery_is_made_by_one_of_two_senders(service, receiver, run_with_callback):
    record = await run_with_callback()
    both = [callbacks(service), callbacks(service)]
    await asyncio.gather(*(each.deliver_due() for each in both))
    bodies = [json.loads(body) for _, _, _, body in receiver.received]
    assert [body["data"]["job_id"] for body in bodies].count(record.job_id) == 1


async def test_a_private_callback_address_is_refused_unless_callbacks_may_go_there(service):
    request = RunRequest("process", "echo", {}, callback_url="http://10.0.0.7/x")
    with pytest.raises(RequestRefused) as caught:
        await service.submit(ME, request)
    assert caught.value.problems[0].loc == ("callback_url",)


async def test_tokens_of_an_address_are_sealed_and_nowhere_shown(service, receiver):
    address = f"http://me:{CANARY}@127.0.0.1:{receiver.server_port}/resume?any={CANARY}"
    record = await service.run(ME, RunRequest("process", "echo", {}, callback_url=address))
    files = [path for path in service.settings.state_dir.iterdir() if path.is_file()]
    assert not any(CANARY.encode() in path.read_bytes() for path in files)
    callback = await deliver(service, record)
    _, path, headers, body = receiver.received[0]
    assert path == f"/resume?any={CANARY}"
    assert headers["Authorization"].startswith("Basic ")
    assert callback.url == f"http://127.0.0.1:{receiver.server_port}/resume?***"
    assert CANARY not in body.decode()


async def test_the_log_of_attempts_shows_no_token(service, receiver):
    address = f"http://127.0.0.1:{receiver.server_port}/resume?any={CANARY}"
    callback = Callback("http://shown/?***", "POST", service.vault.keep(address))
    record = await service.run(ME, RunRequest("process", "echo", {}))
    attempt = Sender(NetworkPolicy(), service.vault).attempt(record, callback)
    assert attempt.error
    assert CANARY not in attempt.error


async def test_a_record_of_an_older_version_is_called_where_it_says(service):
    record = await service.run(
        ME, RunRequest("process", "echo", {}, callback_url="http://127.0.0.1/")
    )
    kept = json.loads(to_json(record))
    del kept["callback"]["address"]
    assert from_json(json.dumps(kept)).callback.address == "http://127.0.0.1/"


def test_pauses_double_up_to_a_limit_and_attempts_end():
    callback = Callback("http://x", "POST", "http://x")
    pauses = []
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    while True:
        callback = after(callback, Attempt(moment, 500, "answered 500"))
        if callback.due is None:
            break
        pauses.append((callback.due - moment) / timedelta(seconds=1))
    assert pauses[:4] == [1, 2, 4, 8]
    assert max(pauses) == LONGEST_PAUSE_S
    assert len(callback.attempts) == ATTEMPTS
