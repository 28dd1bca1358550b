"""What a request can reach: the running service, and the root of links."""

from fastapi import Request

from zyra.api.workers.executor import Executor
from zyra.jobs.service import JobService


def executor_of(request: Request) -> Executor:
    """The running side of this server process."""
    executor: Executor = request.app.state.executor
    return executor


def service_of(request: Request) -> JobService:
    """The job service of this server process."""
    return executor_of(request).service


def root_of(request: Request) -> str:
    """What stands before every path: that of a proxy, and `/v1` when it was used."""
    root: str = request.scope.get("root_path", "")
    return root.rstrip("/")
