import gzip
import os
from pathlib import Path
from threading import Thread

import pytest
from http_server import Fault, HttpServer

from zyra.core.errors import OutputError, TransferError, TransientTransferError
from zyra.core.stream_job import StreamJob
from zyra.transfer.download import download, progress_in_bytes
from zyra.transfer.failures import RefusedByServer
from zyra.transfer.http import HttpClient
from zyra.transfer.receive import Remote

BODY = os.urandom(3_000_000)
LONG_AGO = "Thu, 01 Jan 2026 00:00:00 GMT"


@pytest.fixture
def fetch(client: HttpClient, job: StreamJob, tmp_path: Path):
    def fetched(url: str, target: str | None = None) -> bytes:
        path = tmp_path / "got.bin"
        download(Remote(client, url), target or str(path), job, report=progress_in_bytes(job))
        return path.read_bytes() if target is None else b""

    return fetched


def test_a_file_arrives_byte_for_byte(server: HttpServer, fetch):
    assert fetch(server.put("/a.bin", BODY)) == BODY


def test_an_empty_file_arrives(server: HttpServer, fetch):
    assert fetch(server.put("/a.bin", b"")) == b""


def test_a_chunked_answer_arrives(server: HttpServer, fetch):
    assert fetch(server.put("/a.bin", BODY, chunked=True)) == BODY


@pytest.mark.parametrize("reset", [True, False])
@pytest.mark.parametrize("proof", [{"etag": '"v1"'}, {"last_modified": LONG_AGO}])
def test_a_broken_transfer_goes_on_where_it_stopped(server: HttpServer, fetch, reset, proof):
    url = server.put("/a.bin", BODY, **proof)
    server.resource("/a.bin").faults.append(Fault(stop_after=1_000_000, reset=reset))
    assert fetch(url) == BODY
    first, second = server.asked("Range")
    assert first is None
    assert second is not None
    assert 0 < int(second.removeprefix("bytes=").removesuffix("-")) <= 1_000_000


def test_an_orderly_close_loses_no_byte_already_received(server: HttpServer, fetch):
    url = server.put("/a.bin", BODY, etag='"v1"')
    server.resource("/a.bin").faults.append(Fault(stop_after=1_234_567))
    assert fetch(url) == BODY
    assert server.asked("Range") == [None, "bytes=1234567-"]
    assert server.asked("If-Range") == [None, '"v1"']
    assert server.body_bytes == len(BODY)


def test_a_chunked_answer_that_breaks_off_goes_on(server: HttpServer, fetch):
    url = server.put("/a.bin", BODY, etag='"v1"', chunked=True)
    server.resource("/a.bin").faults.append(Fault(stop_after=1_000_000))
    assert fetch(url) == BODY


@pytest.mark.parametrize("proof", [{}, {"etag": 'W/"v1"'}])
def test_without_proof_of_sameness_the_file_is_read_anew(server: HttpServer, fetch, proof):
    url = server.put("/a.bin", BODY, **proof)
    server.resource("/a.bin").faults.append(Fault(stop_after=1000))
    assert fetch(url) == BODY
    assert server.asked("Range") == [None, None]


def test_a_file_that_changed_meanwhile_is_read_anew(server: HttpServer, fetch):
    url = server.put("/a.bin", BODY, etag='"v1"')
    changed = BODY[::-1][:2_000_000]
    resource = server.resource("/a.bin")

    def change() -> None:
        resource.body, resource.etag = changed, '"v2"'

    resource.faults.extend([Fault(stop_after=1_000_000), Fault(before=change)])
    assert fetch(url) == changed


def test_a_server_that_ignores_if_range_does_not_mix_two_versions(server: HttpServer, fetch):
    url = server.put("/a.bin", BODY, etag='"v1"')
    other = {"ETag": '"v2"'}
    server.resource("/a.bin").faults.extend([Fault(stop_after=1000), Fault(headers=other)])
    assert fetch(url) == BODY
    assert server.asked("Range") == [None, "bytes=1000-", None]


@pytest.mark.parametrize(
    "content_range",
    ["bytes 0-2998999/3000000", "bytes 1000-998/3000000", "bytes=1000-2999999/3000000", ""],
)
def test_a_wrong_content_range_is_refused(server: HttpServer, fetch, tmp_path, content_range):
    url = server.put("/a.bin", BODY, etag='"v1"')
    wrong = Fault(headers={"Content-Range": content_range})
    server.resource("/a.bin").faults.extend([Fault(stop_after=1000), wrong])
    with pytest.raises(TransferError):
        fetch(url)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_always_cut_short_fails_and_leaves_nothing(
    server: HttpServer, fetch, tmp_path, pauses
):
    url = server.put("/a.bin", BODY, headers={"Content-Length": str(len(BODY) + 5)})
    server.resource("/a.bin").faults.extend([Fault(stop_after=len(BODY))] * 9)
    with pytest.raises(TransientTransferError, match="cut short"):
        fetch(url)
    assert list(tmp_path.iterdir()) == []
    assert pauses.seconds == [1, 2, 4, 8]


def test_a_length_that_is_no_number_is_refused(server: HttpServer, fetch):
    url = server.put("/a.bin", BODY, headers={"Content-Length": "many"})
    server.resource("/a.bin").faults.append(Fault(stop_after=10))
    with pytest.raises(TransferError, match="Content-Length"):
        fetch(url)


def test_much_progress_between_failures_is_not_given_up_on(server: HttpServer, fetch):
    body = os.urandom(12_000_000)
    url = server.put("/a.bin", body, etag='"v1"')
    server.resource("/a.bin").faults.extend([Fault(stop_after=1_500_000)] * 7)
    assert fetch(url) == body


def test_an_existing_file_survives_a_failed_download(server: HttpServer, fetch, tmp_path):
    (tmp_path / "got.bin").write_bytes(b"old")
    with pytest.raises(RefusedByServer, match="404 Not Found"):
        fetch(server.url("/none"))
    assert (tmp_path / "got.bin").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_gzip_that_was_not_asked_for_is_undone_even_when_it_breaks_off(server: HttpServer, fetch):
    packed = gzip.compress(BODY[:500_000]) + gzip.compress(BODY[500_000:])
    url = server.put("/a.bin", packed, etag='"v1"', headers={"Content-Encoding": "gzip"})
    server.resource("/a.bin").faults.append(Fault(stop_after=700_000))
    assert fetch(url) == BODY
    assert server.asked("Accept-Encoding") == ["identity", "identity"]


def test_a_stored_gz_file_stays_packed_whatever_the_server_calls_it(server: HttpServer, fetch):
    packed = gzip.compress(BODY)
    url = server.put("/a.grib2.gz", packed, headers={"Content-Encoding": "x-gzip"})
    assert fetch(url) == packed


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(gzip.compress(BODY)[:-9], "gzip"), (b"plain", "gzip"), (b"??", "br")],
)
def test_an_encoding_that_cannot_be_undone_is_refused(server: HttpServer, fetch, body, encoding):
    with pytest.raises(TransferError):
        fetch(server.put("/a.bin", body, headers={"Content-Encoding": encoding}))


def test_a_part_of_a_file_of_unknown_size_is_taken(server: HttpServer, fetch):
    url = server.put("/a.bin", BODY, etag='"v1"')
    unknown = {"Content-Range": f"bytes 1000-{len(BODY) - 1}/*"}
    server.resource("/a.bin").faults.extend([Fault(stop_after=1000), Fault(headers=unknown)])
    assert fetch(url) == BODY
    assert len(server.requests) == 2


def test_progress_is_told_in_megabytes(server: HttpServer, fetch, reports):
    fetch(server.put("/a.bin", BODY))
    assert reports[-1] == (1.0, "3.0 of 3.0 MB")


def test_stdout_gets_the_bytes_and_resumes_too(server: HttpServer, fetch, job):
    url = server.put("/a.bin", BODY, etag='"v1"')
    server.resource("/a.bin").faults.append(Fault(stop_after=1_000_000))
    fetch(url, "-")
    assert job.stdout.getvalue() == BODY


def test_stdout_never_gets_bytes_of_two_versions(server: HttpServer, fetch, job):
    url = server.put("/a.bin", BODY, etag='"v1"')
    resource = server.resource("/a.bin")

    def change() -> None:
        resource.body, resource.etag = BODY[::-1], '"v2"'

    resource.faults.extend([Fault(stop_after=1000), Fault(before=change)])
    with pytest.raises(TransferError, match="changed"):
        fetch(url, "-")
    assert job.stdout.getvalue() == BODY[:1000]


def test_a_folder_in_the_way_is_an_output_error(server: HttpServer, fetch, tmp_path):
    (tmp_path / "got.bin").mkdir()
    with pytest.raises(OutputError):
        fetch(server.put("/a.bin", BODY))


def test_a_device_takes_a_download(server: HttpServer, fetch):
    fetch(server.put("/a.bin", BODY), "/dev/null")
    assert server.body_bytes == len(BODY)


def test_a_pipe_takes_a_download_that_is_resumed(server: HttpServer, fetch, tmp_path):
    url = server.put("/a.bin", BODY, etag='"v1"')
    server.resource("/a.bin").faults.append(Fault(stop_after=1_000_000))
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    fetch(url, str(pipe))
    reader.join(10)
    assert got == [BODY]
