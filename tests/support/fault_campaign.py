"""Transfers to which faults happen by chance, but always the same; none may leave a wrong file.

    outcome = run_campaign("ftp", faults=50, seed=4, folder=folder, job=job)
    outcome.whole, outcome.refused, outcome.wrong

Each round serves a file in one of three versions and injects up to six faults. What then stands
under the final name has to be one of the versions, or nothing.
"""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ftp_server import FtpServer
from http_server import Fault, HttpServer, Resource
from sftp_server import PASSWORD, USER, SftpServer

from zyra.core.errors import TransferError
from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob
from zyra.transfer.client import Client
from zyra.transfer.connections import Dialer
from zyra.transfer.download import download
from zyra.transfer.ftp_files import FtpClient
from zyra.transfer.http import HttpClient
from zyra.transfer.logins import Login
from zyra.transfer.object_access import Access
from zyra.transfer.object_client import ObjectClient
from zyra.transfer.receive import Remote
from zyra.transfer.retries import Retries
from zyra.transfer.sftp_files import SftpClient

KINDS = ("http", "s3", "ftp", "sftp")
ANYWHERE = NetworkPolicy(unrestricted=True)
MODIFIED = "Wed, 21 Oct 2015 07:28:00 GMT"
LONG_AGO = 1_000_000_000
VERSIONS = (os.urandom(300_000), os.urandom(300_000), os.urandom(250_000))
IMPATIENT_S = 0.2
MOST_FAULTS = 6

Inject = Callable[[random.Random, int], None]


@dataclass(frozen=True)
class Source:
    """A served file.

    Attributes:
        begin: Puts version 0 in its place.
        inject: Lets so many things go wrong with the transfers that follow.
    """

    client: Client
    url: str
    begin: Callable[[], None]
    inject: Inject


@dataclass
class Outcome:
    """What became of the transfers of a campaign."""

    faults: int = 0
    whole: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)


def run_campaign(kind: str, *, faults: int, seed: int, folder: Path, job: StreamJob) -> Outcome:
    """Transfer until so many faults have been injected."""
    chance, outcome = random.Random(seed), Outcome()
    targets = folder / "fetched"
    with source_of(kind, folder) as source:
        while outcome.faults < faults:
            count = min(chance.randrange(1, MOST_FAULTS + 1), faults - outcome.faults)
            source.begin()
            source.inject(chance, count)
            target = targets / str(outcome.faults)
            outcome.faults += count
            transfer(source, target, outcome, job)
    left = {path.name for path in targets.iterdir() if not path.name.isdecimal()}
    outcome.wrong += sorted(left)
    return outcome


def transfer(source: Source, target: Path, outcome: Outcome, job: StreamJob) -> None:
    try:
        download(Remote(source.client, source.url), str(target), job)
    except TransferError:
        outcome.refused += 1
        outcome.wrong += [target.name] if target.exists() else []
    else:
        outcome.whole += 1
        outcome.wrong += [] if target.read_bytes() in VERSIONS else [target.name]


@contextmanager
def source_of(kind: str, folder: Path) -> Iterator[Source]:
    makers = {"http": over_http, "s3": over_http, "ftp": over_ftp, "sftp": over_sftp}
    with ExitStack() as stack:
        yield makers[kind](stack, folder, kind)


def patient() -> Retries:
    # More tries than faults: a busy machine's own time-outs shall not end a transfer.
    return Retries(attempts=5 * MOST_FAULTS, pause=lambda _: None)


def over_http(stack: ExitStack, _folder: Path, kind: str) -> Source:
    server = stack.enter_context(HttpServer())
    client: HttpClient | ObjectClient = HttpClient(ANYWHERE, retries=patient())
    url = server.url("/bucket/key")
    if kind == "s3":
        access = Access(ANYWHERE, {"AWS_ENDPOINT_URL": server.url("")}, unsigned=True)
        client, url = ObjectClient(access, retries=patient()), "s3://bucket/key"

    chance_of_framing = random.Random(kind)

    def begin() -> None:
        server.put(
            "/bucket/key",
            VERSIONS[0],
            etag='"v0"',
            last_modified=MODIFIED,
            chunked=kind == "http" and chance_of_framing.random() < 0.3,
        )

    def inject(chance: random.Random, count: int) -> None:
        resource = server.resource("/bucket/key")
        resource.faults.extend(http_fault(chance, resource) for _ in range(count))

    return Source(stack.enter_context(client), url, begin, inject)


def http_fault(chance: random.Random, resource: Resource) -> Fault:
    place = chance.randrange(1, 250_000)
    return chance.choice(
        [
            Fault(stop_after=place),
            Fault(stop_after=place, reset=True),
            Fault(stop_after=0, reset=True),
            Fault(head_bytes=chance.randrange(60)),
            Fault(status=503, headers={"Retry-After": "1"}),
            Fault(status=429),
            Fault(status=500),
            Fault(stop_after=place, headers={"Content-Length": str(place + 10_000)}),
            Fault(before=changing(resource, chance.randrange(3))),
            Fault(before=changing(resource, chance.randrange(3)), stop_after=place),
        ]
    )


def changing(resource: Resource, version: int) -> Callable[[], None]:
    def change() -> None:
        resource.body, resource.etag = VERSIONS[version], f'"v{version}"'

    return change


def over_ftp(stack: ExitStack, folder: Path, _kind: str) -> Source:
    served = serving_folder(folder)
    server = stack.enter_context(FtpServer(served))
    client = FtpClient(Dialer(ANYWHERE), retries=patient(), timeout_s=IMPATIENT_S)

    def inject(chance: random.Random, count: int) -> None:
        server.inject(*(ftp_fault(chance, folder) for _ in range(count)))

    return Source(
        stack.enter_context(client), server.url("file.bin"), lambda: put(served, 0, 0), inject
    )


def ftp_fault(chance: random.Random, folder: Path) -> dict[str, Any]:
    kinds = ["reset", "truncate", "busy", "change", "size", "stall"]
    version = chance.randrange(3)
    return {
        "kind": chance.choices(kinds, weights=[4, 4, 2, 3, 2, 1])[0],
        "after": chance.randrange(0, 250_000),
        "by": chance.choice([-1000, 1000]),
        "version": str(folder / f"v{version}.bin"),
        "time": LONG_AGO + chance.randrange(1, 10**6),
    }


def over_sftp(stack: ExitStack, folder: Path, _kind: str) -> Source:
    served = serving_folder(folder)
    server = stack.enter_context(SftpServer(served))
    client = SftpClient(
        Dialer(ANYWHERE),
        Login(USER, PASSWORD),
        host_key=server.fingerprint,
        retries=patient(),
        timeout_s=IMPATIENT_S,
    )

    def inject(chance: random.Random, count: int) -> None:
        server.faults.clear()
        server.faults.extend(sftp_fault(chance, served) for _ in range(count))

    return Source(
        stack.enter_context(client), server.url("file.bin"), lambda: put(served, 0, 0), inject
    )


def sftp_fault(chance: random.Random, served: Path) -> dict[str, Any]:
    version, age = chance.randrange(3), chance.randrange(1, 10**6)
    return {
        "kind": chance.choices(["reset", "truncate", "change", "stall"], weights=[4, 4, 3, 1])[0],
        "after": chance.randrange(0, 250_000),
        "do": lambda: put(served, version, age),
    }


def serving_folder(folder: Path) -> Path:
    served = folder / "served"
    served.mkdir()
    for number, body in enumerate(VERSIONS):
        (folder / f"v{number}.bin").write_bytes(body)
    return served


def put(served: Path, version: int, age: int) -> None:
    """Write a version in place, as a careless uploader does."""
    file = served / "file.bin"
    file.write_bytes(VERSIONS[version])
    os.utime(file, (LONG_AGO + age, LONG_AGO + age))
