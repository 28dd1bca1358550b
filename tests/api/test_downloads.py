"""Outputs and streams leave the service whole, in ranges, zipped, or not again."""

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from serving import Server

from zyra.jobs.isolation.sandbox import landlock_version

TEXT = "0123456789"


@pytest.fixture(scope="module")
def saved(client: httpx.Client) -> str:
    """A job that left the main file, one below a folder, and one in another script."""
    args = {"text": TEXT, "output": "main.txt", "others": ["maps/t.bin", "Zürich ☂.txt"]}
    answer = client.post("/cli/visualize/save", json=args).json()
    return f"/jobs/{answer['job_id']}"


def test_a_download_has_the_headers_of_a_file(client: httpx.Client, saved: str) -> None:
    answer = client.get(f"{saved}/download")
    assert answer.text == TEXT
    assert answer.headers["content-type"] == "text/plain"
    assert answer.headers["content-length"] == "10"
    assert answer.headers["etag"] == f'"{hashlib.sha256(TEXT.encode()).hexdigest()}"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith('attachment; filename="main.txt"')


@pytest.mark.parametrize("name", ["hrrr_t06z_f01_tmp.grib2", "eraint_uvz.nc"])
def test_data_arrives_intact_as_a_file_of_no_known_type(
    client: httpx.Client, data: Path, name: str
) -> None:
    body = (data / name).read_bytes()
    file_id = client.put(f"/upload/{name}", content=body).json()["file_id"]
    told = client.get(f"/files/{file_id}/content")
    plain = client.get(f"/files/{file_id}/content", params={"as": "file"})
    assert told.headers["content-type"] in ("application/x-grib", "application/x-netcdf")
    assert plain.headers["content-type"] == "application/octet-stream"
    assert plain.headers["content-disposition"] == told.headers["content-disposition"]
    assert (plain.content, told.content) == (body, body)


def test_outputs_and_streams_come_as_files_of_no_known_type(
    client: httpx.Client, saved: str
) -> None:
    for path in ("download", "stdout", "stderr"):
        answer = client.get(f"{saved}/{path}", params={"as": "file"})
        assert answer.headers["content-type"] == "application/octet-stream"
    assert client.get(f"{saved}/download", params={"as": "text"}).status_code == 422


def test_a_name_of_any_script_is_offered(client: httpx.Client, saved: str) -> None:
    answer = client.get(f"{saved}/download", params={"file": "Zürich ☂.txt"})
    exact = quote("Zürich ☂.txt", safe="")
    given = answer.headers["content-disposition"]
    assert given == f"attachment; filename=\"Z_rich _.txt\"; filename*=UTF-8''{exact}"


def test_every_href_of_the_manifest_answers(client: httpx.Client, saved: str) -> None:
    artifacts = client.get(f"{saved}/manifest").json()["artifacts"]
    assert {a["name"] for a in artifacts} == {"main.txt", "maps/t.bin", "Zürich ☂.txt"}
    for artifact in artifacts:
        content = client.get(artifact["href"]).content
        assert len(content) == artifact["size"]
        assert hashlib.sha256(content).hexdigest() == artifact["sha256"]


def test_head_has_the_headers_and_no_body(client: httpx.Client, saved: str) -> None:
    head, get = client.head(f"{saved}/download"), client.get(f"{saved}/download")
    for name in ("date", "x-request-id"):
        del head.headers[name], get.headers[name]
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == get.headers


@pytest.mark.parametrize(
    ("wanted", "part", "content_range"),
    [
        ("bytes=0-3", "0123", "bytes 0-3/10"),
        ("bytes=4-", "456789", "bytes 4-9/10"),
        ("bytes=-3", "789", "bytes 7-9/10"),
        ("bytes=-99", TEXT, "bytes 0-9/10"),
        ("bytes=8-99", "89", "bytes 8-9/10"),
        ("Bytes=9-9", "9", "bytes 9-9/10"),
    ],
)
def test_one_range_is_sent(
    client: httpx.Client, saved: str, wanted: str, part: str, content_range: str
) -> None:
    answer = client.get(f"{saved}/download", headers={"Range": wanted})
    assert (answer.status_code, answer.text) == (206, part)
    assert answer.headers["content-range"] == content_range
    assert answer.headers["content-length"] == str(len(part))


@pytest.mark.parametrize("wanted", ["bytes=10-", "bytes=99-100", "bytes=-0", "bytes=0-1,3-4"])
def test_other_ranges_are_416(client: httpx.Client, saved: str, wanted: str) -> None:
    answer = client.get(f"{saved}/download", headers={"Range": wanted})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == "bytes */10"
    assert answer.json()["status"] == 416


@pytest.mark.parametrize("wanted", ["bytes=3-1", "bytes=-", "bytes=a-b", "lines=1-2", "bytes"])
def test_a_range_that_is_not_understood_is_ignored(
    client: httpx.Client, saved: str, wanted: str
) -> None:
    answer = client.get(f"{saved}/download", headers={"Range": wanted})
    assert (answer.status_code, answer.text) == (200, TEXT)


def test_an_unchanged_file_is_not_sent_again(client: httpx.Client, saved: str) -> None:
    headers = client.get(f"{saved}/download").headers
    for condition in (
        {"If-None-Match": headers["etag"]},
        {"If-None-Match": f'"other", W/{headers["etag"]}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": headers["last-modified"]},
    ):
        answer = client.get(f"{saved}/download", headers=condition)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == headers["etag"]


@pytest.mark.parametrize(
    "condition",
    [
        {"If-None-Match": '"other"'},
        {"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"},
        {"If-Modified-Since": "yesterday"},
        {"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00"},
        {"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 +9999"},
    ],
)
def test_a_changed_file_is_sent(client: httpx.Client, saved: str, condition: Any) -> None:
    assert client.get(f"{saved}/download", headers=condition).status_code == 200


def test_if_range_guards_the_range(client: httpx.Client, saved: str) -> None:
    headers = client.get(f"{saved}/download").headers
    for validator, status in (
        (headers["etag"], 206),
        (headers["last-modified"], 206),
        ('"other"', 200),
        (f"W/{headers['etag']}", 200),
    ):
        wanted = {"Range": "bytes=0-3", "If-Range": validator}
        assert client.get(f"{saved}/download", headers=wanted).status_code == status


def test_all_outputs_come_as_one_zip(client: httpx.Client, saved: str) -> None:
    answer = client.get(f"{saved}/download", params={"zip": "1"})
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {"main.txt", "maps/t.bin", "Zürich ☂.txt"}
        assert archive.read("maps/t.bin") == TEXT.encode()


@pytest.mark.parametrize(
    "query",
    [
        "file=../stdout",
        "file=..%2fstdout",
        "file=%2e%2e/stdout",
        "file=/etc/passwd",
        "file=maps/../main.txt",
        "file=main.txt%00",
        "file=",
        "file=%ff",
        "file=maps",
    ],
)
def test_only_outputs_can_be_downloaded(client: httpx.Client, saved: str, query: str) -> None:
    assert client.get(f"{saved}/download?{query}").status_code == 404


def test_zip_and_file_contradict_each_other(client: httpx.Client, saved: str) -> None:
    answer = client.get(f"{saved}/download", params={"zip": "1", "file": "main.txt"})
    assert answer.status_code == 422


def test_a_job_without_outputs_has_no_download(client: httpx.Client, run: Any) -> None:
    job_id = run("process", "echo", text="x")["job_id"]
    assert client.get(f"/jobs/{job_id}/download").status_code == 404
    assert client.get(f"/jobs/{job_id}/download?zip=1").status_code == 404


def test_stdout_is_served_byte_for_byte(client: httpx.Client, run: Any) -> None:
    content = bytes(range(256)) * 5_000
    file_id = client.put("/upload/a.bin", content=content).json()["file_id"]
    answer = run("process", "echo", bytes_of=f"file_id:{file_id}")
    assert answer["stdout"] == ""
    assert [output["name"] for output in answer["outputs"]] == ["stdout.bin"]
    stdout = client.get(f"/jobs/{answer['job_id']}/stdout")
    assert stdout.content == content
    assert stdout.headers["content-type"] == "application/octet-stream"
    part = client.get(f"/jobs/{answer['job_id']}/stdout", headers={"Range": "bytes=-4"})
    assert part.content == content[-4:]


def test_stderr_is_served_as_text(client: httpx.Client, run: Any) -> None:
    answer = run("process", "fail")
    stderr = client.get(f"/jobs/{answer['job_id']}/stderr")
    assert stderr.text == answer["stderr"]
    assert stderr.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("query", ["", "?zip=1", "?file=main.txt"])
def test_a_removed_result_is_410(client: httpx.Client, run: Any, server: Any, query: str) -> None:
    job_id = run("visualize", "save", text="x")["job_id"]
    next((server.folder / "results" / job_id).rglob("main.txt")).unlink()
    answer = client.get(f"/jobs/{job_id}/download{query}")
    assert answer.status_code == 410
    assert str(server.folder) not in answer.text


@pytest.mark.parametrize("name", ["page.html", "picture.svg", "page.xhtml"])
def test_what_a_run_wrote_cannot_act_as_a_page_of_the_service(
    client: httpx.Client, run: Any, name: str
) -> None:
    job_id = run("visualize", "save", text="<script>alert(1)</script>", output=name)["job_id"]
    headers = client.get(f"/jobs/{job_id}/download").headers
    assert headers["content-disposition"].startswith("attachment")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"


def test_an_output_that_became_a_link_is_gone(
    client: httpx.Client, run: Any, server: Server
) -> None:
    job_id = run("visualize", "save", text="x", output="a.txt")["job_id"]
    path = server.folder / "results" / job_id / "outputs" / "a.txt"
    path.unlink()
    path.symlink_to("/etc/hostname")
    for query in ("", "?zip=1", "?file=a.txt"):
        assert client.get(f"/jobs/{job_id}/download{query}").status_code == 410
    body = {"stage": "process", "command": "echo", "args": {"bytes_of": f"job_id:{job_id}/a.txt"}}
    assert client.post("/cli/run", json=body).json().get("stdout", "") == ""


def test_ready_says_how_far_the_kernel_keeps_runs(client: httpx.Client) -> None:
    sandbox = client.get("/ready").json()["sandbox"]
    assert sandbox["landlock"] == landlock_version()
    assert sandbox["level"] in {"full", "partial", "none"}
    assert sandbox["files"] == (landlock_version() > 0)
