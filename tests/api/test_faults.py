"""What the service does when something breaks: a fault of ours, a body that stalls."""

import asyncio
import json
import os
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from zyra.api.application import create_app
from zyra.api.bodies import chunks_of
from zyra.api.errors import BodyStalled, refusal
from zyra.api.json_answer import json_answer
from zyra.core.errors import DataError, LimitExceeded, OutputError, ZyraError
from zyra.jobs.requests import Conflict, ServiceUnavailable


@pytest.mark.anyio
async def test_a_fault_is_500_in_the_one_format_and_tells_nothing() -> None:
    never_started = create_app()
    transport = httpx.ASGITransport(never_started, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.get("/files")
    assert answer.status_code == 500
    assert answer.json() == {
        "type": "zyra:fault",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "a fault in the service; its log has the details",
    }


def test_a_file_name_that_is_not_utf8_can_be_answered() -> None:
    name = os.fsdecode(b"caf\xe9 \xe2\x98\x82")
    body = bytes(json_answer({"name": name}).body)
    assert "☂" in body.decode("utf-8")
    assert json.loads(body) == {"name": name}


@pytest.mark.anyio
async def test_a_body_that_stops_coming_is_given_up() -> None:
    async def receive() -> Any:
        await asyncio.Event().wait()

    request = Request({"type": "http", "headers": []}, receive)
    with pytest.raises(BodyStalled):
        await anext(chunks_of(request, idle_s=0.01))


@pytest.mark.parametrize(
    ("error", "status", "headers"),
    [
        (ServiceUnavailable("full", retry_after_s=2.6), 503, {"retry-after": "3"}),
        (ServiceUnavailable("full", retry_after_s=0.1), 503, {"retry-after": "1"}),
        (OutputError("no space for the upload"), 507, {}),
        (Conflict("done already"), 409, {}),
        (LimitExceeded("too large a picture"), 422, {}),
        (DataError("no GRIB"), 422, {}),
    ],
)
def test_a_refusal_has_its_status_and_headers(
    error: ZyraError, status: int, headers: dict[str, str]
) -> None:
    answer = refusal(error)
    assert answer.status_code == status
    assert headers.items() <= dict(answer.headers).items()
    assert json.loads(bytes(answer.body))["detail"].startswith(error.message)
