"""What the other examples have in common: where the service is, and who asks.

Needs `pip install httpx`. ZYRA is the address of the service (http://127.0.0.1:8000), ZYRA_KEY your
key; callers on the service's own machine may do without.
"""

import os

import httpx


def connect() -> httpx.Client:
    """A client of the service; an answer that is an error raises with what the service says."""
    key = os.environ.get("ZYRA_KEY")
    return httpx.Client(
        base_url=os.environ.get("ZYRA", "http://127.0.0.1:8000"),
        headers={"X-API-Key": key} if key else {},
        timeout=90,
        event_hooks={"response": [_refuse_errors]},
    )


def _refuse_errors(answer: httpx.Response) -> None:
    if answer.is_error:
        answer.read()
        raise SystemExit(f"{answer.status_code}: {answer.text}")
