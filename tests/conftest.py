"""Fixtures that more than one area uses."""

from pathlib import Path

import pytest

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio, the service's own loop."""
    return "asyncio"


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real forecast files."""
    return DATA
