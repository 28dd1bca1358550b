"""The egress broker as the service sees it: started when first needed, and again when it dies.

The listening socket belongs to the service, so a new broker takes over the port of the old
one: runs that may connect to that port only go on, with their tokens.
"""

import asyncio
import json
import logging
import secrets
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from zyra.core.egress import HOST, Broker
from zyra.jobs.isolation.egress_grants import digest_of
from zyra.jobs.isolation.environment import child_environment
from zyra.jobs.requests import ServiceUnavailable

LOOK_AGAIN_S = 2.0
_PIECE_BYTES = 1 << 16
_STARTS = 3  # in a row that end before the broker has answered once

logger = logging.getLogger(__name__)


class EgressBroker:
    """Lets runs in and out of a broker process.

    Args:
        own: Hosts and ports of the service's own parts, which no run reaches.
        own_ports: Finds the ports of this machine on which servers of the service listen.
        look_again_s: While runs go on, they are looked for so often.
    """

    def __init__(
        self,
        own: Sequence[tuple[str, int]],
        own_ports: Callable[[], Awaitable[Sequence[int]]],
        look_again_s: float = LOOK_AGAIN_S,
    ) -> None:
        self._own = own
        self._own_ports = own_ports
        self._look_again_s = look_again_s
        self._refused: Sequence[int] = ()
        self._looking: asyncio.Task[None] | None = None
        self._listener: socket.socket | None = None
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._admitted: dict[str, Sequence[str]] = {}
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._heard = b""
        self._unsaid = b""
        self._failed_starts = 0

    @property
    def pid(self) -> int | None:
        """Process id of the broker, when it runs."""
        return self._process.pid if self._process else None

    async def admit(self, allow_hosts: Sequence[str]) -> Broker:
        """Let a run in, which may reach what is public and `allow_hosts`.

        Raises:
            ChildProcessError: The broker cannot be started.
            ServiceUnavailable: It is not known where the service itself listens.
        """
        self._refuse(await self._own_ports())
        token = secrets.token_urlsafe(32)
        digest = digest_of(token)
        self._admitted[digest] = allow_hosts
        self._waiting[digest] = asyncio.get_running_loop().create_future()
        if self._looking is None:
            self._looking = asyncio.ensure_future(self._look_again())
        if self._control is None:
            self._start()
        else:
            self._order_admission(digest, allow_hosts)
        try:
            await self._waiting[digest]
        except BaseException:
            self._admitted.pop(digest, None)
            raise
        finally:
            self._waiting.pop(digest, None)
        return Broker(self._port(), token)

    def revoke(self, broker: Broker) -> None:
        """Let a run in no more, and cut off its connections."""
        digest = digest_of(broker.token)
        if self._admitted.pop(digest, None) is not None:
            self._order({"revoke": digest})

    async def close(self) -> None:
        """End the broker."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
            self._looking = None
        self._hang_up()
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        if self._process is not None:
            await asyncio.to_thread(self._process.wait)
            self._process = None

    def _start(self) -> None:
        if self._listener is None:
            self._listener = socket.create_server((HOST, 0))
        ours, theirs = socket.socketpair()
        passed = (self._listener.fileno(), theirs.fileno())
        self._process = subprocess.Popen(  # noqa: S603 - returns at once; our own module
            [
                *(sys.executable, "-m", "zyra.jobs.isolation.egress_broker"),
                *map(str, passed),
                json.dumps(self._own),
            ],
            env=child_environment(),
            stdin=subprocess.DEVNULL,
            pass_fds=passed,
            start_new_session=True,  # a terminal interrupts the service only, which ends it
        )
        theirs.close()
        ours.setblocking(False)
        self._control, self._heard = ours, b""
        asyncio.get_running_loop().add_reader(ours, self._receive)
        self._order({"refuse": self._refused})
        for digest, allow_hosts in self._admitted.items():
            self._order_admission(digest, allow_hosts)
        self._order({"serve": True})

    def _order_admission(self, digest: str, allow_hosts: Sequence[str]) -> None:
        self._order({"admit": digest, "allow_hosts": allow_hosts})

    def _refuse(self, ports: Sequence[int]) -> None:
        if ports != self._refused:
            self._refused = ports
            self._order({"refuse": ports})

    async def _look_again(self) -> None:
        """See servers that begin to listen while runs go on."""
        while True:
            await asyncio.sleep(self._look_again_s)
            if self._admitted:
                with suppress(ServiceUnavailable):  # then what is known goes on to hold
                    self._refuse(await self._own_ports())

    def _port(self) -> int:
        return int(self._listener.getsockname()[1]) if self._listener else 0

    def _order(self, order: dict[str, object]) -> None:
        if self._control is not None:
            self._unsaid += json.dumps(order).encode() + b"\n"
            self._say_on()

    def _say_on(self) -> None:
        """Send what the broker can take; the rest when it can take more."""
        if self._control is None:
            return
        try:
            self._unsaid = self._unsaid[self._control.send(self._unsaid) :]
        except BlockingIOError:
            pass
        except (BrokenPipeError, ConnectionResetError):
            return  # it died just now; `_receive` sees it and the next one is told everything
        if self._unsaid:
            asyncio.get_running_loop().add_writer(self._control, self._say_on)
        else:
            asyncio.get_running_loop().remove_writer(self._control)

    def _receive(self) -> None:
        """Take what the broker says; when it is gone, start another while runs need one."""
        if self._control is None:
            return
        try:
            piece = self._control.recv(_PIECE_BYTES)
        except BlockingIOError:
            return
        except ConnectionResetError:
            piece = b""
        if not piece:
            self._broker_is_gone()
            return
        self._failed_starts = 0
        *lines, self._heard = (self._heard + piece).split(b"\n")
        for line in lines:
            waiting = self._waiting.get(json.loads(line)["admitted"])
            if waiting is not None and not waiting.done():
                waiting.set_result(None)

    def _broker_is_gone(self) -> None:
        self._hang_up()
        if self._process is not None:
            logger.error("the egress broker ended with code %s", self._process.wait())
            self._process = None
        self._failed_starts += 1
        if self._failed_starts >= _STARTS:
            self._failed_starts = 0
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(ChildProcessError("the egress broker cannot start"))
        elif self._admitted:
            self._start()

    def _hang_up(self) -> None:
        if self._control is not None:
            asyncio.get_running_loop().remove_reader(self._control)
            asyncio.get_running_loop().remove_writer(self._control)
            self._control.close()
            self._control, self._unsaid = None, b""
