"""What a request can reach: the running service, and the root of links."""

from starlette.requests import HTTPConnection

from zyra.access.front_desk import FrontDesk
from zyra.api.stopping import Stopping
from zyra.api.workers.executor import Executor
from zyra.jobs.service import JobService


def executor_of(request: HTTPConnection) -> Executor:
    """The running side of this server process."""
    executor: Executor = request.app.state.executor
    return executor


def service_of(request: HTTPConnection) -> JobService:
    """The job service of this server process."""
    return executor_of(request).service


def stopping_of(request: HTTPConnection) -> Stopping:
    """What tells that this server process is asked to end."""
    return executor_of(request).stopping


def desk_of(request: HTTPConnection) -> FrontDesk:
    """What this server process asks before it serves a caller."""
    desk: FrontDesk = request.app.state.desk
    return desk


def root_of(request: HTTPConnection) -> str:
    """What stands before every path: that of a proxy, and `/v1` when it was used."""
    root: str = request.scope.get("root_path", "")
    return root.rstrip("/")
