"""Requests of any method and with bodies, over the connections of the client."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest
from api_server import ApiServer, Reply

from zyra.core.errors import TransferError
from zyra.transfer.asking import Asking
from zyra.transfer.http import HttpClient
from zyra.transfer.ranges import fetch_bytes
from zyra.transfer.request import BytesBody, Request


@pytest.fixture
def api():
    with ApiServer() as running:
        yield running


@dataclass
class PipedBody:
    """A body that can be read once, of a size that nobody knows."""

    parts: list[bytes]
    length: int | None = None
    repeatable: bool = False
    read: int = field(default=0)

    def pieces(self) -> Iterable[bytes]:
        self.read += 1
        yield from self.parts


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_body_is_sent_with_its_length(api: ApiServer, client: HttpClient, method):
    with client.send(Request(api.url("/x"), method, {"X-A": "b"}, BytesBody(b"data"))) as response:
        assert response.status == 200
    (asked,) = api.asked
    assert (asked.method, asked.body, asked.headers["x-a"]) == (method, b"data", "b")
    assert asked.headers["content-length"] == "4"
    assert "transfer-encoding" not in asked.headers


def test_errors_are_answers_too(api: ApiServer, client: HttpClient):
    api.answer = lambda _: Reply(418, b"teapot")
    with client.send(Request(api.url("/x"))) as response:
        assert (response.status, b"".join(response.chunks())) == (418, b"teapot")


@pytest.mark.parametrize(
    ("status", "method", "body"),
    [
        (301, "GET", b""),
        (302, "GET", b""),
        (303, "GET", b""),
        (307, "POST", b"data"),
        (308, "POST", b"data"),
    ],
)
def test_redirects_turn_a_post_into_a_get_or_not(api: ApiServer, client, status, method, body):
    api.answer = lambda asked: (
        Reply(status, headers={"Location": "/y"}) if asked.path == "/x" else Reply()
    )
    with client.send(Request(api.url("/x"), "POST", {"Content-Type": "a/b"}, BytesBody(b"data"))):
        pass
    asked = api.asked[-1]
    assert (asked.path, asked.method, asked.body) == ("/y", method, body)
    assert ("content-type" in asked.headers) == (method == "POST")


@pytest.mark.parametrize(("status", "method"), [(301, "PUT"), (302, "PUT"), (303, "GET")])
def test_redirects_leave_a_put_one_unless_the_server_says_see_other(api, client, status, method):
    api.answer = lambda asked: (
        Reply(status, headers={"Location": "/y"}) if asked.path == "/x" else Reply()
    )
    with client.send(Request(api.url("/x"), "PUT", body=BytesBody(b"data"))):
        pass
    assert api.asked[-1].method == method


def test_a_body_that_is_gone_is_not_redirected(api: ApiServer, client: HttpClient):
    api.answer = lambda _: Reply(307, headers={"Location": "/y"})
    body = PipedBody([b"ab", b"cd"], length=4)
    with (
        pytest.raises(TransferError, match="may not be sent on"),
        client.send(Request(api.url("/x"), "PUT", body=body)),
    ):
        pass
    assert body.read == 1


@pytest.mark.parametrize(
    ("method", "body", "tries"),
    [
        ("GET", None, 5),
        ("PUT", BytesBody(b"x"), 5),
        ("PUT", PipedBody([b"x"], length=1), 1),
        ("POST", BytesBody(b"x"), 1),
    ],
)
def test_only_what_does_no_harm_twice_is_sent_twice(api, client, job, method, body, tries):
    api.answer = lambda _: Reply(500)
    with pytest.raises(TransferError, match="500"):
        fetch_bytes(api.url("/x"), job, 10, client=Asking(client, method, body))
    assert len(api.asked) == tries


def test_a_search_may_be_sent_twice_whatever_its_method(api: ApiServer, client, job):
    api.answer = lambda _: Reply(500)
    asking = Asking(client, "POST", BytesBody(b"x"), is_harmless=True)
    with pytest.raises(TransferError, match="500"):
        fetch_bytes(api.url("/x"), job, 10, client=asking)
    assert len(api.asked) == 5
