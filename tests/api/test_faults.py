"""What the service does when something breaks: a fault of ours, a body that stalls."""

import asyncio
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from zyra.api.bodies import chunks_of
from zyra.api.errors import BodyStalled
from zyra.api.server import create_app


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


@pytest.mark.anyio
async def test_a_body_that_stops_coming_is_given_up() -> None:
    async def receive() -> Any:
        await asyncio.Event().wait()

    request = Request({"type": "http", "headers": []}, receive)
    with pytest.raises(BodyStalled):
        await anext(chunks_of(request, idle_s=0.01))
