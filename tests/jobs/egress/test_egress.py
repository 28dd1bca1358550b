"""Runs of the service connect through the broker, within its policy, and in no other way."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import connecting
import psutil
import pytest
from broker_talk import dialer, is_reached
from elsewhere import Elsewhere

from zyra.core.errors import AddressRefused
from zyra.core.settings import Settings
from zyra.jobs.embedded.sqlite_listeners import SqliteListeners
from zyra.jobs.isolation.egress import EgressBroker
from zyra.jobs.isolation.neighbours import Neighbours, network_of_this_process
from zyra.jobs.isolation.sandbox import landlock_version
from zyra.jobs.isolation.seccomp import has_seccomp
from zyra.jobs.records import JobRecord
from zyra.jobs.requests import Caller, RequestRefused, RunRequest, ServiceUnavailable
from zyra.jobs.service import JobService
from zyra.registry import CLI_REGISTRY, all_commands
from zyra.wiring import build_service

ME = Caller("me")
BROKER = "zyra.jobs.isolation.egress_broker"
pytestmark = pytest.mark.anyio
confined = pytest.mark.skipif(landlock_version() < 4, reason="Landlock limits no TCP here")

Run = Callable[..., Awaitable[JobRecord]]


@pytest.fixture(scope="module")
async def service(anyio_backend, tmp_path_factory) -> AsyncIterator[JobService]:
    folder = tmp_path_factory.mktemp("service")
    settings = Settings(
        upload_dir=folder / "uploads",
        results_dir=folder / "results",
        state_dir=folder / "state",
        concurrency=2,
        allow_hosts=("127.0.0.1",),
    )
    service = build_service(settings, connecting.REGISTRY, "connecting:REGISTRY")
    await service.start()
    yield service
    await service.close()


@pytest.fixture
def run(service) -> Run:
    async def run_command(name: str, **args: object) -> JobRecord:
        return await service.run(ME, RunRequest("acquire", name, args))

    return run_command


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    with Elsewhere() as running:
        yield running


def url_of(canary: socket.socket) -> str:
    return f"http://127.0.0.1:{canary.getsockname()[1]}/"


def broker_processes() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children()
        if child.status() != psutil.STATUS_ZOMBIE and BROKER in child.cmdline()
    ]


async def test_our_client_reaches_what_the_policy_allows(run, elsewhere):
    record = await run("get", url=elsewhere.url("/a"))
    assert (record.stdout.text, record.exit_code) == ("data", 0)


async def test_a_program_reaches_it_through_the_broker(run, elsewhere):
    assert (await run("curl", url=elsewhere.url("/a"), through=True)).stdout.text == "0 data"


@confined
async def test_a_program_reaches_nothing_past_the_broker(run, canary):
    could_not_connect = 7
    record = await run("curl", url=url_of(canary))
    assert int(record.stdout.text.split()[0]) == could_not_connect
    assert not is_reached(canary)


@confined
async def test_calls_of_c_reach_nothing_past_the_broker(run, canary):
    record = await run("connect", port=canary.getsockname()[1])
    assert record.stdout.text == ""
    assert not is_reached(canary)


async def test_the_service_itself_is_reached_by_nobody(run, canary):
    """This process is the service: a keyless caller on the loopback address would be trusted."""
    record = await run("get", url=url_of(canary))
    assert record.exit_code == 1
    assert "a part of the service itself" in record.stderr.text
    assert (await run("curl", url=url_of(canary), through=True)).stdout.text != "0 data"
    assert not is_reached(canary)


async def test_other_servers_beside_the_service_are_reached_by_nobody(run, elsewhere, service):
    others = SqliteListeners(service.store)
    await others.announce(network_of_this_process(), "another", [elsewhere.port], 30)
    record = await run("get", url=elsewhere.url("/a"))
    assert "a part of the service itself" in record.stderr.text
    assert (await run("curl", url=elsewhere.url("/a"), through=True)).stdout.text != "0 data"
    await others.announce(network_of_this_process(), "another", [], 30)
    assert (await run("get", url=elsewhere.url("/a"))).ok


async def test_a_server_that_begins_to_listen_while_a_run_goes_on_is_refused_too(elsewhere):
    ports: list[int] = []

    async def own_ports() -> list[int]:
        return list(ports)

    def dial_and_leave() -> None:
        dialer(broker, broker.token).dial("127.0.0.1", elsewhere.port, 10).close()

    def dial_until_refused() -> None:
        while True:
            dial_and_leave()

    keeper = EgressBroker((), own_ports, look_again_s=0.01)
    broker = await keeper.admit(["127.0.0.1"])
    await asyncio.to_thread(dial_and_leave)
    ports.append(elsewhere.port)
    with pytest.raises(AddressRefused, match="part of the service"):
        await asyncio.to_thread(dial_until_refused)
    await keeper.close()


async def test_a_run_that_needs_the_network_waits_for_nobody_who_was_known_before():
    """Redis may be away for a moment; what was known of the servers goes on to hold."""
    away = Away()
    neighbours = Neighbours(away)
    with pytest.raises(ServiceUnavailable):
        await neighbours.ports()
    away.known = {8000}
    assert 8000 in await neighbours.ports()
    away.known = None
    assert 8000 in await neighbours.ports()


class Away:
    """Listeners that can be asked now and then."""

    def __init__(self) -> None:
        self.known: set[int] | None = None

    async def announce(self, *_: object) -> None:
        """Take nothing."""

    async def others(self, network: str, server: str) -> set[int]:
        if self.known is None:
            raise ServiceUnavailable("away")
        return self.known


async def test_what_the_policy_forbids_is_told_as_such(run, elsewhere, service):
    with pytest.raises(RequestRefused):
        await run("get", url=elsewhere.url("/a", host="127.0.0.2"))


async def test_a_port_where_nobody_listens_is_one_clear_line(run):
    with Elsewhere() as gone:
        url = gone.url("/a")
    record = await run("get", url=url)
    assert record.exit_code == 1
    assert f"error: {url}: cannot connect: " in record.stderr.text
    assert "Traceback" not in record.stderr.text


async def test_runs_go_on_when_the_broker_is_killed(run, elsewhere):
    running = asyncio.ensure_future(run("get", url=elsewhere.url("/gate")))
    assert await asyncio.to_thread(elsewhere.next_request) == "/gate"
    (broker,) = broker_processes()
    broker.kill()
    elsewhere.release()
    record = await running
    assert (record.stdout.text, record.exit_code) == ("data", 0)
    (another,) = broker_processes()
    assert another.pid != broker.pid


async def test_a_broker_that_starts_is_told_more_than_a_socket_holds():
    async def own_ports() -> tuple[int, ...]:
        return ()

    keeper = EgressBroker((), own_ports)
    hosts = [f"host-{number}.example.org" for number in range(1000)]
    try:
        admitted = await asyncio.gather(*(keeper.admit(hosts) for _ in range(40)))
        assert len({broker.token for broker in admitted}) == 40
    finally:
        await keeper.close()


async def test_the_token_of_a_run_is_in_no_environment_and_on_no_command_line(run, elsewhere):
    running = asyncio.ensure_future(run("get", url=elsewhere.url("/gate")))
    assert await asyncio.to_thread(elsewhere.next_request) == "/gate"
    seen = [
        " ".join([*process.cmdline(), *process.environ().values()])
        for process in psutil.Process().children(recursive=True)
        if process.status() != psutil.STATUS_ZOMBIE
    ]
    elsewhere.release()
    await running
    assert len(seen) > 2
    assert not any("run:" in text or "http://" in text for text in seen)


async def test_there_is_no_broker_before_it_is_needed_nor_after_the_service(tmp_path, elsewhere):
    settings = Settings(
        upload_dir=tmp_path / "u", results_dir=tmp_path / "r", state_dir=tmp_path / "s",
        allow_hosts=("127.0.0.1",),
    )  # fmt: skip
    before = broker_processes()
    service = build_service(settings, connecting.REGISTRY, "connecting:REGISTRY")
    await service.start()
    assert broker_processes() == before
    request = RunRequest("acquire", "get", {"url": elsewhere.url("/a")})
    assert (await service.run(ME, request)).ok
    assert len(broker_processes()) == len(before) + 1
    await service.close()
    assert broker_processes() == before


@pytest.mark.skipif(not has_seccomp(), reason="this kernel filters no system calls")
async def test_a_run_on_a_file_has_no_broker_and_no_socket_at_all(service):
    record = await service.run(ME, RunRequest("process", "surroundings", {"input": "-"}))
    assert record.stdout.text == "no broker, no sockets"


async def test_the_same_command_has_a_broker_when_it_is_given_a_url(service):
    given = {"input": "http://127.0.0.1:9/x"}
    record = await service.run(ME, RunRequest("process", "surroundings", given))
    assert record.stdout.text == "a broker, sockets"


def test_only_what_moves_files_has_a_network_without_being_given_a_url():
    always = {f"{c.stage} {c.name}" for c in all_commands(CLI_REGISTRY) if c.network}
    # Its items, which are a file, name the hosts that it asks.
    assert {name for name in always if name.startswith(("process", "visualize"))} == {
        "process enrich-datasets"
    }
