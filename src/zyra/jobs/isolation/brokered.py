"""An executor whose runs reach the network through the egress broker, and only through it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from zyra.core.egress import Broker
from zyra.jobs.isolation.assignment import Assignment
from zyra.jobs.isolation.executor import Executor, OpenStreams, RunningCommand
from zyra.registry import Registry, find_command


class BrokerKeeper(Protocol):
    """Lets runs in and out of a broker; fulfilled by `isolation.egress.EgressBroker`."""

    async def admit(self, allow_hosts: Sequence[str]) -> Broker:
        """Let a run in."""

    def revoke(self, broker: Broker) -> None:
        """Let it in no more."""

    async def close(self) -> None:
        """End the broker."""


class BrokeredExecutor:
    """Fulfils `isolation.executor.Executor` with another one and a broker.

    Args:
        inner: Starts the processes.
        broker: Connects for them.
        registry: Says which commands need the network.
        variables: Of cloud tools, for the runs that need the network.
    """

    def __init__(
        self,
        inner: Executor,
        broker: BrokerKeeper,
        registry: Registry,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self._inner = inner
        self._broker = broker
        self._registry = registry
        self._variables = variables or {}

    @property
    def is_ready(self) -> bool:
        """Whether the inner one is."""
        return self._inner.is_ready

    @property
    def children(self) -> Mapping[str, int]:
        """Those of the inner one."""
        return self._inner.children

    async def start(self) -> None:
        """Start the inner one; the broker starts with the first run that needs it."""
        await self._inner.start()

    async def launch(self, assignment: Assignment, open_streams: OpenStreams) -> RunningCommand:
        """Let the run in to the broker if it needs the network, then start it."""
        # A queue may bring commands that are unknown here, from a server of another version.
        command = find_command(self._registry, assignment.stage, assignment.command)
        if not command.connects(assignment.args):
            return await self._inner.launch(assignment, open_streams)
        broker = await self._broker.admit(assignment.allow_hosts)
        assignment = replace(assignment, broker=broker, variables=self._variables)
        try:
            running = await self._inner.launch(assignment, open_streams)
        except BaseException:
            self._broker.revoke(broker)
            raise
        running.ended.add_done_callback(lambda _: self._broker.revoke(broker))
        return running

    def end_orphans(self) -> None:
        """Let the inner one do it."""
        self._inner.end_orphans()

    async def close(self) -> None:
        """End every process, then the broker."""
        await self._inner.close()
        await self._broker.close()
