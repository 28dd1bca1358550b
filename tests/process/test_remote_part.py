"""Of a remote GRIB file with an index only the chosen messages travel, and the right ones."""

import os
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from http_server import Fault, HttpServer

from zyra.core.errors import DataError
from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob
from zyra.process.remote_part import index_address, local_part
from zyra.transfer.failures import SourceChanged

DATA = Path(__file__).parents[1] / "data"
WAVE = (DATA / "gfswave_atlocn_0p16_f001.grib2").read_bytes()
INDEX = (DATA / "gfswave_atlocn_0p16_f001.grib2.idx").read_bytes()
STARTS = [int(line.split(b":")[1]) for line in INDEX.splitlines()]
MODIFIED = "Wed, 21 Oct 2015 07:28:00 GMT"


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with HttpServer() as running:
        for path in ("/wave.grib2", "/bucket/wave.grib2"):
            running.put(path, WAVE, etag='"v1"', last_modified=MODIFIED)
            running.put(f"{path}.idx", INDEX, etag='"i1"', last_modified=MODIFIED)
        yield running


@pytest.fixture
def part(server) -> Callable[..., bytes]:
    variables = {"AWS_ENDPOINT_URL": server.url("")}
    job = StreamJob(
        BytesIO(), BytesIO(), BytesIO(), NetworkPolicy(unrestricted=True), variables=variables
    )

    def fetched(url: str, pattern: str) -> bytes:
        with local_part(url, pattern, job, unsigned=url.startswith("s3")) as (path, _):
            return path.read_bytes()

    return fetched


@pytest.fixture(params=["http", "s3"])
def url(request, server) -> str:
    return server.url("/wave.grib2") if request.param == "http" else "s3://bucket/wave.grib2"


def message(number: int) -> bytes:
    return WAVE[STARTS[number] : [*STARTS, len(WAVE)][number + 1]]


def test_only_the_index_and_the_messages_travel(server, part, url):
    assert part(url, ":(WIND|UGRD|VGRD):") == message(0) + message(2) + message(3)
    assert server.body_bytes == len(INDEX) + len(message(0) + message(2) + message(3))
    assert len(server.requests) == 3  # the index; 0; 2 and 3 together


def test_the_last_message_ends_with_the_file(server, part, url):
    last = len(STARTS) - 1
    name = INDEX.splitlines()[last].decode().split(":")[3]
    assert part(url, f"^{last + 1}:.*:{name}:") == message(last)
    assert server.body_bytes == len(INDEX) + len(message(last))


def test_a_file_replaced_after_its_index_is_noticed_by_its_messages(server, part, url):
    path = url.replace("s3://", "/") if url.startswith("s3") else "/wave.grib2"
    server.resource(path).body = os.urandom(10) + WAVE
    with pytest.raises(DataError, match="another message there"):
        part(url, "UGRD")


def test_a_file_of_the_next_run_is_noticed_by_its_date(server, part, url):
    path = url.replace("s3://", "/") if url.startswith("s3") else "/wave.grib2"
    later = bytearray(WAVE)
    for start in STARTS:
        later[start + 32] = 0  # the hour of the reference time, section 1
    server.resource(path).body = bytes(later)
    with pytest.raises(DataError, match="another message there"):
        part(url, "UGRD")


def test_a_file_replaced_between_two_messages_is_noticed(server, part, url):
    path = url.replace("s3://", "/") if url.startswith("s3") else "/wave.grib2"
    resource = server.resource(path)

    def change() -> None:
        resource.etag = '"v2"'

    resource.faults += [Fault(), Fault(before=change)]
    with pytest.raises(SourceChanged, match="changed while it was being read"):
        part(url, ":(WIND|UGRD):")


def test_a_server_without_ranges_is_read_whole(server, part):
    server.resource("/wave.grib2").ranges = False
    assert part(server.url("/wave.grib2"), "UGRD") == message(2)


def test_without_an_index_the_whole_file_comes(server, part, url):
    for path in ("/wave.grib2.idx", "/bucket/wave.grib2.idx"):
        server.put(path, status=404)
    assert part(url, "UGRD") == WAVE


def test_an_index_that_strangers_may_not_see_is_taken_for_missing(server, part):
    server.put("/bucket/wave.grib2.idx", status=403)
    assert part("s3://bucket/wave.grib2", "UGRD") == WAVE


@pytest.mark.parametrize(
    ("url", "index"),
    [
        ("https://host/a.grib2?token=x", "https://host/a.grib2.idx?token=x"),
        ("s3://bucket/a?b.grib2", "s3://bucket/a?b.grib2.idx"),
    ],
)
def test_the_index_is_beside_the_file(url, index):
    assert index_address(url) == index
