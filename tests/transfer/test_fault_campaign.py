"""Two hundred faults, by chance but always the same: no wrong file ever stands under its name."""

import os
import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from http_server import Fault, HttpServer, Resource

from zyra.core.errors import TransferError
from zyra.core.network import NetworkPolicy
from zyra.transfer.client import Client
from zyra.transfer.download import download
from zyra.transfer.http import HttpClient
from zyra.transfer.object_access import Access
from zyra.transfer.object_client import ObjectClient
from zyra.transfer.receive import Remote
from zyra.transfer.retries import Retries

FAULTS = 200
ANYWHERE = NetworkPolicy(unrestricted=True)
MODIFIED = "Wed, 21 Oct 2015 07:28:00 GMT"
VERSIONS = [os.urandom(300_000), os.urandom(300_000), os.urandom(250_000)]


def changing(resource: Resource, version: int) -> Callable[[], None]:
    def change() -> None:
        resource.body, resource.etag = VERSIONS[version], f'"v{version}"'

    return change


def some_fault(chance: random.Random, resource: Resource) -> Fault:
    place = chance.randrange(1, 250_000)
    return chance.choice(
        [
            Fault(stop_after=place),
            Fault(stop_after=place, reset=True),
            Fault(stop_after=0, reset=True),
            Fault(status=503, headers={"Retry-After": "1"}),
            Fault(status=429),
            Fault(status=500),
            Fault(stop_after=place, headers={"Content-Length": str(place + 10_000)}),
            Fault(before=changing(resource, chance.randrange(3))),
            Fault(before=changing(resource, chance.randrange(3)), stop_after=place),
        ]
    )


def client_of(kind: str, server: HttpServer) -> tuple[Client, str]:
    retries = Retries(pause=lambda _: None)
    if kind == "http":
        return HttpClient(ANYWHERE, retries=retries), server.url("/bucket/key")
    access = Access(ANYWHERE, {"AWS_ENDPOINT_URL": server.url("")}, unsigned=True)
    return ObjectClient(access, retries=retries), "s3://bucket/key"


@pytest.mark.parametrize("kind", ["http", "s3"])
def test_no_fault_leaves_a_wrong_file(server: HttpServer, job, tmp_path, kind):
    chance = random.Random(4)
    job = replace(job, network=ANYWHERE)
    injected = whole = 0
    client, url = client_of(kind, server)
    with client:
        while injected < FAULTS // 2:
            server.put("/bucket/key", VERSIONS[0], etag='"v0"', last_modified=MODIFIED)
            resource = server.resource("/bucket/key")
            faults = [some_fault(chance, resource) for _ in range(chance.randrange(1, 7))]
            resource.faults.extend(faults)
            target = tmp_path / str(injected)
            injected += len(faults)
            try:
                download(Remote(client, url), str(target), job)
            except TransferError:
                assert not target.exists()
            else:
                assert target.read_bytes() in VERSIONS
                whole += 1
    assert {path.name for path in tmp_path.iterdir()} <= {str(n) for n in range(injected)}
    assert whole > 10
