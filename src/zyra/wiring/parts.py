"""Build what works beside the jobs while a process serves."""

from zyra.core.settings import Settings
from zyra.jobs.callbacks import Callbacks, Sender
from zyra.jobs.isolation.executor import Executor
from zyra.jobs.isolation.neighbours import Neighbours
from zyra.jobs.open_streams import OpenStreams
from zyra.jobs.part import Part
from zyra.jobs.plan_vault import PlanVault
from zyra.jobs.ports import JobStore
from zyra.jobs.repeated import Repeated
from zyra.jobs.storage import Results
from zyra.jobs.telemetry_part import Telemetry, children_of, sharing
from zyra.jobs.watching import Watch
from zyra.registry import Registry
from zyra.telemetry.board_files import BoardFiles
from zyra.telemetry.sharing import Board
from zyra.telemetry.traces import build_tracer


def build_telemetry(
    settings: Settings,
    registry: Registry,
    role: str,
    executor: Executor | None,
    board: Board | None = None,
) -> tuple[Telemetry, Watch]:
    """What a process tells of itself, and what it does with the ends of jobs.

    Args:
        settings: Those of the service.
        registry: Its commands.
        role: `server` or `worker`.
        executor: Runs the commands in this process, or None where it runs none.
        board: Shared by processes on several machines; None where there is one machine.

    Raises:
        DependencyMissing: A setting needs an extra that is not installed.
    """
    gauges = [] if executor is None else [children_of(executor)]
    own = BoardFiles(settings.state_dir / "metrics")
    here = sharing(own, role, gauges if board is None else [])
    everywhere = here if board is None else sharing(board, role, gauges)
    tracer = build_tracer(settings, role)
    return Telemetry(here, everywhere, tracer), Watch(registry, everywhere.tally, tracer)


def build_callbacks(
    settings: Settings, store: JobStore, results: Results, vault: PlanVault
) -> Part:
    """What tells callers that their jobs are done."""
    sender = Sender(settings.callback_network, vault, settings.webhook_secret)
    callbacks = Callbacks(store, sender, results.with_text)
    return Repeated(callbacks.deliver_due, Callbacks.EVERY_S)


def build_presence(streams: OpenStreams, neighbours: Neighbours) -> tuple[Part, ...]:
    """What tells the other processes of the service what this server has open."""
    return (
        Repeated(streams.renew, OpenStreams.RENEW_EVERY_S),
        Repeated(neighbours.announce, Neighbours.LOOK_EVERY_S),
    )
