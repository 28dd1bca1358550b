"""The servers on this machine: no run reaches them, whichever process of the service runs it.

A server without keys trusts who connects from its own machine. A worker, or another server,
beside it would connect from there on behalf of its runs, if it did not know of it.
"""

import os
import platform
import time
import uuid
from contextlib import suppress
from pathlib import Path

from zyra.jobs.isolation.egress_own import listening_ports
from zyra.jobs.ports import Listeners
from zyra.jobs.requests import ServiceUnavailable

KNOWN_S = 30.0
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_NAMESPACE = "/proc/self/ns/net"


class Neighbours:
    """Tells the others where this process listens, and knows where they do.

    Args:
        listeners: Where it is noted for all processes of the service.
    """

    LOOK_EVERY_S = 1.0

    def __init__(self, listeners: Listeners) -> None:
        self._listeners = listeners
        self._network = network_of_this_process()
        self._own_id = uuid.uuid4().hex
        self._known: set[int] | None = None
        self._told: list[int] = []
        self._tell_again = float("inf")

    async def announce(self) -> None:
        """Note the ports of this server when they changed, and before they are forgotten."""
        ports, now = listening_ports(), time.monotonic()
        if ports != self._told or now > self._tell_again:
            await self._listeners.announce(self._network, self._own_id, ports, KNOWN_S)
            self._told, self._tell_again = ports, now + KNOWN_S / 2

    async def ports(self) -> list[int]:
        """Ports that no run of this process may reach on this machine.

        Raises:
            ServiceUnavailable: It cannot be asked, and never could.
        """
        # Own ports are looked up each time: a server is built before it begins to listen.
        return sorted({*listening_ports(), *await self._ports_of_others()})

    async def _ports_of_others(self) -> set[int]:
        with suppress(ServiceUnavailable):
            self._known = await self._listeners.others(self._network, self._own_id)
        if self._known is None:
            raise ServiceUnavailable("it is not known where the servers of the service listen")
        return self._known


def network_of_this_process() -> str:
    """What is equal for processes that reach each other by the loopback address.

    On Linux the network namespace, whose number holds until the machine is started again.
    """
    try:
        return f"{_BOOT.read_text().strip()}-{os.stat(_NAMESPACE).st_ino}"  # noqa: PTH116
    except FileNotFoundError:
        return platform.node()
