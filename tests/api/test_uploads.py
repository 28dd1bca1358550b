"""Uploads arrive whole, byte for byte, or not at all."""

import hashlib
import socket
from typing import Any

import httpx
import pytest

BYTES = bytes(range(256)) * 9_000  # 2.3 MB: several batches


def kept(server: Any) -> set[str]:
    """Names of the files that the service keeps of uploads."""
    return {path.name for path in (server.folder / "uploads").iterdir()}


@pytest.mark.parametrize("content", [b"", b"x", b"\r\n--\r\n", BYTES])
def test_both_ways_keep_every_byte(client: httpx.Client, content: bytes) -> None:
    form = client.post("/upload", files={"file": ("a.bin", content)})
    raw = client.put("/upload/a.bin", content=content)
    for answer in (form, raw):
        assert answer.status_code == 201
        upload = answer.json()
        assert upload["sha256"] == hashlib.sha256(content).hexdigest()
        assert upload["size"] == len(content)
        assert answer.headers["location"] == upload["href"]
        assert client.get(f"{upload['href']}/content").content == content


def test_an_upload_is_an_input(client: httpx.Client) -> None:
    file_id = client.put("/upload/a.txt", content=b"forecast").json()["file_id"]
    answer = client.post("/cli/process/echo", json={"bytes_of": f"file_id:{file_id}"})
    assert answer.json()["stdout"] == "forecast"


def test_an_upload_of_json_is_not_mixed_up_with_its_description(client: httpx.Client) -> None:
    upload = client.put("/upload/a.json", content=b'{"own": 1}').json()
    assert client.get(f"{upload['href']}/content").json() == {"own": 1}
    assert client.get(upload["href"]).json()["size"] == 10


def test_the_media_type_is_that_of_the_content(client: httpx.Client, data: Any) -> None:
    content = (data / "lambert.grib1").read_bytes()
    answer = client.put("/upload/what.txt", content=content)
    assert answer.json()["media_type"] == "application/x-grib"


def test_an_upload_is_listed_described_and_removed(client: httpx.Client) -> None:
    upload = client.put("/upload/gone.txt", content=b"x").json()
    assert client.get("/files").json()["files"][0] == upload
    assert client.get(upload["href"]).json() == upload
    head = client.head(upload["href"])
    assert (head.status_code, head.content) == (200, b"")
    assert client.delete(upload["href"]).status_code == 204
    assert client.get(upload["href"]).status_code == 404
    assert client.delete(upload["href"]).status_code == 404


def test_a_right_digest_is_accepted(client: httpx.Client) -> None:
    headers = {"X-Expected-SHA256": hashlib.sha256(b"x").hexdigest().upper()}
    assert client.put("/upload/a", content=b"x", headers=headers).status_code == 201


@pytest.mark.parametrize("digest", [hashlib.sha256(b"other").hexdigest(), "abc", ""])
def test_a_wrong_digest_keeps_nothing(client: httpx.Client, server: Any, digest: str) -> None:
    before = kept(server)
    headers = {"X-Expected-SHA256": digest}
    answer = client.put("/upload/a", content=b"x", headers=headers)
    assert answer.status_code == 422
    assert kept(server) == before


@pytest.mark.parametrize("way", ["form", "raw", "chunks"])
def test_too_large_a_file_is_413_and_nothing_is_kept(
    client: httpx.Client, server: Any, way: str
) -> None:
    before = kept(server)
    content = bytes((8 << 20) + 1)
    match way:
        case "form":
            answer = client.post("/upload", files={"file": ("a", content)})
        case "raw":
            answer = client.put("/upload/a", content=content)
        case _:
            answer = client.put("/upload/a", content=iter([content[: 4 << 20]] * 3))
    assert answer.status_code == 413
    assert kept(server) == before


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ([("other", ("a", b"x"))], 422),
        ([("file", ("a", b"x")), ("file", ("b", b"y"))], 422),
        ([("file", ("a", b"x")), ("note", ("b", b"y"))], 422),
    ],
)
def test_a_form_has_the_one_field_file(client: httpx.Client, fields: Any, status: int) -> None:
    answer = client.post("/upload", files=fields)
    assert answer.status_code == status
    assert answer.json()["errors"][0]["loc"] == ["file"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"no form at all", 400),
        (b"--B\r\nContent-Disposition: form-data; name=file\r\n\r\nabc", 400),
        (b"--B--\r\n", 422),
        (b"--B\r\n\r\nx\r\n--B--\r\n", 422),
        (b"--B\r\nContent-Disposition: form-data; name=file\r\n\r\nabc\r\n--B--\r\n", 201),
        (b'--B\r\ncontent-disposition: form-data; name="file"\r\n\r\n\r\n--B--epilogue', 201),
    ],
)
def test_broken_forms_are_refused(client: httpx.Client, body: bytes, status: int) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=B"}
    assert client.post("/upload", content=body, headers=headers).status_code == status


@pytest.mark.parametrize("boundary", ["", "; boundary=", "; boundary=" + "x" * 71])
def test_a_form_needs_a_boundary(client: httpx.Client, boundary: str) -> None:
    headers = {"Content-Type": f"multipart/form-data{boundary}"}
    assert client.post("/upload", content=b"x", headers=headers).status_code == 400


def test_names_are_kept_without_their_folders(client: httpx.Client) -> None:
    form = client.post("/upload", files={"file": ("../../etc/Zürich ☂.nc", b"x")})
    raw = client.put("/upload/Z%C3%BCrich%20%E2%98%82.nc", content=b"x")
    assert form.json()["filename"] == raw.json()["filename"] == "Zürich ☂.nc"


def test_an_upload_that_breaks_off_leaves_nothing(client: httpx.Client, server: Any) -> None:
    before = kept(server)
    head = "PUT /upload/a HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4000000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port)) as caller:
        caller.sendall(head.encode() + bytes(1_500_000))
    # The server handles what happened on its one loop in turn: after these it has seen the end.
    for _ in range(20):
        client.get("/health")
    assert kept(server) == before
