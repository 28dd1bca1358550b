import os
from io import BytesIO
from pathlib import Path
from threading import Event, Thread

import pytest
from http_server import Fault, HttpServer

from zyra.core.errors import LimitExceeded, TransferError, UsageError
from zyra.transfer.failures import SourceChanged
from zyra.transfer.ranges import fetch_bytes, fetch_ranges, merged
from zyra.transfer.receive import Span

DATA = Path(__file__).parents[1] / "data"
BODY = os.urandom(200_000)
RANGES = [(100, 200), (5_000, 6_000), (6_000, 6_500), (50, 60), (199_000, None)]
CUT = b"".join(BODY[start:end] for start, end in RANGES)


@pytest.fixture
def cut(client, job):
    def fetched(url: str, ranges=RANGES) -> bytes:
        target = BytesIO()
        count = fetch_ranges(url, ranges, target, job, client=client)
        assert count == len(target.getvalue())
        return target.getvalue()

    return fetched


def test_adjacent_ranges_travel_together():
    assert merged([(0, 10), (10, 20), (30, 40), (40, None)]) == [Span(0, 20), Span(30, None)]


@pytest.mark.parametrize("wrong", [(5, 5), (6, 5), (-1, 5)])
def test_an_empty_or_negative_range_is_refused(wrong):
    with pytest.raises(UsageError):
        merged([wrong])


def test_ranges_arrive_in_the_order_given_and_nothing_else_travels(server: HttpServer, cut):
    assert cut(server.put("/a.bin", BODY)) == CUT
    assert server.body_bytes == len(CUT)
    assert sorted(filter(None, server.asked("Range"))) == sorted(
        ["bytes=100-199", "bytes=5000-6499", "bytes=50-59", "bytes=199000-"]
    )


def test_messages_of_an_idx_are_the_bytes_of_the_messages(server: HttpServer, cut):
    body = (DATA / "gfswave_atlocn_0p16_f001.grib2").read_bytes()
    index = (DATA / "gfswave_atlocn_0p16_f001.grib2.idx").read_text().splitlines()
    starts = [int(line.split(":")[1]) for line in index]
    message = cut(server.put("/wave.grib2", body), [(starts[1], starts[2])])
    assert message.startswith(b"GRIB")
    assert message.endswith(b"7777")
    assert server.body_bytes == starts[2] - starts[1]


def test_a_server_without_ranges_is_read_once_and_cut(server: HttpServer, cut):
    assert cut(server.put("/a.bin", BODY, ranges=False)) == CUT


def test_a_range_that_breaks_off_goes_on(server: HttpServer, cut):
    url = server.put("/a.bin", BODY, etag='"v1"')
    server.resource("/a.bin").faults.append(Fault(stop_after=40_000))
    assert cut(url, [(1_000, 90_000)]) == BODY[1_000:90_000]
    assert server.asked("Range") == ["bytes=1000-89999", "bytes=41000-89999"]


def test_many_ranges_come_four_side_by_side(server: HttpServer, cut):
    gate = Event()
    url = server.put("/a.bin", BODY)
    cut(url, [(0, 1)])
    server.resource("/a.bin").gate = gate
    got: list[bytes] = []
    ranges = [(start, start + 10) for start in range(0, 4_000, 100)]
    reader = Thread(target=lambda: got.append(cut(url, ranges)))
    reader.start()
    gate.set()
    reader.join(20)
    assert got == [b"".join(BODY[start:end] for start, end in ranges)]
    assert server.most_at_once <= 4


@pytest.mark.parametrize("ranged", [True, False])
@pytest.mark.parametrize("wrong", [(300_000, None), (300_000, 300_010), (199_990, 200_010)])
def test_a_range_beyond_the_end_is_refused(server: HttpServer, cut, wrong, ranged):
    with pytest.raises(TransferError, match=r"200000|beyond"):
        cut(server.put("/a.bin", BODY, ranges=ranged), [wrong])


def test_a_file_that_changes_between_ranges_is_refused(server: HttpServer, cut):
    url = server.put("/a.bin", BODY, etag='"v1"')
    resource = server.resource("/a.bin")

    def change() -> None:
        resource.body, resource.etag = BODY[::-1], '"v2"'

    resource.faults.extend([Fault(), Fault(before=change)])
    with pytest.raises(SourceChanged):
        cut(url, [(0, 10), (20, 30), (40, 50)])


def test_ranges_of_an_encoded_file_are_refused(server: HttpServer, cut):
    url = server.put("/a.bin", BODY, headers={"Content-Encoding": "gzip"})
    with pytest.raises(TransferError, match="encoded"):
        cut(url, [(0, 10)])


def test_no_ranges_ask_nothing(server: HttpServer, cut):
    assert cut(server.put("/a.bin", BODY), []) == b""
    assert server.requests == []


def test_a_small_file_is_given_whole(server: HttpServer, client, job):
    assert fetch_bytes(server.put("/a.idx", b"1:0:d="), job, 100, client=client) == b"1:0:d="


def test_a_small_file_that_is_missing_is_none(server: HttpServer, client, job):
    assert fetch_bytes(server.url("/a.idx"), job, 100, client=client) is None


def test_a_small_file_that_is_large_is_refused(server: HttpServer, client, job):
    with pytest.raises(LimitExceeded, match="100 bytes"):
        fetch_bytes(server.put("/a.idx", BODY), job, 100, client=client)
