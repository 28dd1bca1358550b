"""A broker in this process, an HTTP server, a listener that nobody should reach."""

import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from http_server import HttpServer

from zyra.core.egress import Broker
from zyra.jobs.isolation.egress_broker import BrokerServer
from zyra.jobs.isolation.egress_grants import digest_of
from zyra.jobs.isolation.egress_own import OwnPlaces

sys.path.insert(0, str(Path(__file__).parent))

from broker_talk import LOOPBACK, Resolver


@pytest.fixture
def resolver() -> Resolver:
    return Resolver()


@pytest.fixture
def serve(resolver: Resolver) -> Iterator[Callable[..., tuple[BrokerServer, Broker]]]:
    """Start a broker that lets `loopback` reach 127.0.0.1 and `public` no private address."""
    listeners = []

    def started(
        refused_ports: tuple[int, ...] = (), head_s: float = 5.0
    ) -> tuple[BrokerServer, Broker]:
        listener = socket.create_server((LOOPBACK, 0))
        listeners.append(listener)
        own = OwnPlaces(resolve=resolver, ports=refused_ports)
        running = BrokerServer(listener, own, resolve=resolver, head_s=head_s)
        running.grants.admit(digest_of("loopback"), [LOOPBACK])
        running.grants.admit(digest_of("public"), [])
        Thread(target=running.serve, daemon=True).start()
        return running, Broker(listener.getsockname()[1], "loopback")

    yield started
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@pytest.fixture
def broker(serve) -> Broker:
    return serve()[1]


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with HttpServer() as running:
        yield running


@pytest.fixture
def canary() -> Iterator[socket.socket]:
    with socket.create_server((LOOPBACK, 0)) as listener:
        listener.setblocking(False)
        yield listener
