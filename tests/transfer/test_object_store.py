"""Buckets are listed and written."""

import hashlib
import json
import os
import re
from dataclasses import replace
from io import BytesIO
from urllib.parse import quote

import pytest
from http_server import HttpServer
from s3_server import PAGE, S3Server
from sink_server import Answer, SinkServer

from zyra.core.errors import TransferError, UsageError
from zyra.core.network import NetworkPolicy
from zyra.transfer.failures import RefusedByServer
from zyra.transfer.object_store import PART_BYTES, Bucket, open_bucket
from zyra.transfer.retries import Retries

KEYS = [
    "gfs.20240801/a.idx", "gfs.20240801/a.grib2", "gfs.20240801/deep/b.grib2",
    "gfs.20240802/a.grib2", "gfs.txt", "other/a.grib2",
]  # fmt: skip


@pytest.fixture
def bucket(s3: S3Server, job) -> Bucket:
    for key in KEYS:
        s3.put("listed", key, key.encode())
    job = replace(job, network=NetworkPolicy(unrestricted=True), variables=s3.variables)
    return open_bucket("s3://listed/", job, retries=Retries(first_pause_s=0.01))


@pytest.mark.parametrize(
    ("prefix", "pattern", "expected"),
    [
        ("", "", KEYS),
        ("gfs.20240801/", "", KEYS[:3]),
        ("gfs.20240801", "", KEYS[:3]),
        ("gfs.202408", r"\.grib2$", [KEYS[1], KEYS[2], KEYS[3]]),
        ("gfs.", "", KEYS[:5]),
        ("gfs.20240801/deep/b", "", [KEYS[2]]),
        ("none", "", []),
    ],
)
def test_a_listing_takes_any_beginning_and_a_pattern_for_the_rest(
    bucket, prefix, pattern, expected
):
    assert sorted(found.key for found in bucket.objects(prefix, pattern=pattern)) == sorted(
        expected
    )


def test_a_listing_tells_what_is_needed_to_fetch_and_to_compare(bucket):
    (found,) = bucket.objects("other/")
    assert (found.url, found.size) == ("s3://listed/other/a.grib2", len(KEYS[5]))
    assert found.etag == f'"{hashlib.md5(KEYS[5].encode()).hexdigest()}"'
    assert bucket.describe("other/a.grib2") == found


def test_more_objects_than_one_answer_holds_are_all_listed(s3, bucket):
    for number in range(2 * PAGE + 1):
        s3.send("PUT", f"/listed/many/{number}", b"")
    assert len(list(bucket.objects("many/"))) == 2 * PAGE + 1


def test_folders_are_the_next_parts_of_the_keys(bucket):
    assert bucket.folders("gfs.") == ["gfs.20240801/", "gfs.20240802/"]
    assert bucket.folders("gfs.20240801/") == ["gfs.20240801/deep/"]


def test_a_bucket_that_is_not_there_is_one_clear_line(bucket, s3, job):
    job = replace(job, network=NetworkPolicy(unrestricted=True), variables=s3.variables)
    with pytest.raises(RefusedByServer, match=r"^s3://none/: 404 NoSuchBucket$"):
        list(open_bucket("s3://none/", job).objects())


def test_what_is_described_has_to_be_there(bucket):
    with pytest.raises(RefusedByServer, match="404"):
        bucket.describe("none")


def test_a_file_is_written_with_its_headers(bucket, s3, tmp_path):
    (tmp_path / "a").write_bytes(b"picture")
    bucket.upload(
        "maps/a b.png",
        tmp_path / "a",
        content_type="image/png",
        cache_control="max-age=60",
        metadata={"model": "gfs"},
    )
    body, headers = s3.get("listed", "maps/a b.png")
    assert body == b"picture"
    assert headers["content-type"] == "image/png"
    assert headers["cache-control"] == "max-age=60"
    assert headers["x-amz-meta-model"] == "gfs"


def test_a_large_file_goes_in_parts_and_tells_how_far_it_is(bucket, s3, tmp_path):
    body = os.urandom(2 * PART_BYTES + 5)
    (tmp_path / "a").write_bytes(body)
    reports: list[tuple[int, int | None]] = []
    etag = bucket.upload("big", tmp_path / "a", report=lambda *report: reports.append(report))
    assert s3.get("listed", "big")[0] == body
    assert re.fullmatch(r'"[0-9a-f]{32}-3"', etag)
    assert reports[-1] == (len(body), len(body))


def test_a_stream_of_unknown_length_is_written(bucket, s3):
    body = os.urandom(3_000_000)
    bucket.upload("stream", BytesIO(body))
    assert s3.get("listed", "stream")[0] == body


def test_an_empty_file_is_written(bucket, s3, tmp_path):
    (tmp_path / "a").touch()
    bucket.upload("nothing", tmp_path / "a")
    assert s3.get("listed", "nothing")[0] == b""


def test_a_store_that_denies_writing_is_one_clear_line(bucket, s3, job, tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    job = replace(job, network=NetworkPolicy(unrestricted=True), variables=s3.variables)
    with pytest.raises(RefusedByServer, match="404 NoSuchBucket"):
        open_bucket("s3://none/", job).upload("a", tmp_path / "a")


def test_an_endpoint_that_is_gone_fails_at_once(job, tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    variables = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    job = replace(job, network=NetworkPolicy(unrestricted=True), variables=variables)
    # Were it tried again, this would take a day.
    bucket = open_bucket("s3://b/", job, unsigned=True, retries=Retries(2, first_pause_s=86_400))
    with pytest.raises(TransferError, match="cannot connect"):
        bucket.upload("a", tmp_path / "a")


def test_a_store_behind_a_proxy_is_reached_though_we_cannot(job, monkeypatch):
    with HttpServer() as proxy:
        dated = {"ETag": '"1"', "Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT"}
        proxy.put("http://nothing.invalid/b/a", b"data", headers=dated)
        for name in ("HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, proxy.url(""))
        variables = {"AWS_ENDPOINT_URL": "http://nothing.invalid"}
        job = replace(job, network=NetworkPolicy(unrestricted=True), variables=variables)
        with open_bucket("s3://b/", job, unsigned=True) as bucket:
            assert bucket.describe("a").size == 4


def test_a_store_without_room_is_one_clear_line(job, tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    with SinkServer() as full:
        full.answers.append(Answer(507, body=b"<Error><Code>XMinioStorageFull</Code></Error>"))
        variables = {"AWS_ENDPOINT_URL": full.url("")}
        job = replace(job, network=NetworkPolicy(unrestricted=True), variables=variables)
        bucket = open_bucket("s3://b/", job, unsigned=True, retries=Retries(1))
        with pytest.raises(RefusedByServer, match="507 XMinioStorageFull") as caught:
            bucket.upload("a", tmp_path / "a")
    assert caught.value.hint == "the store has no room"


def test_only_urls_of_object_stores_have_buckets(job):
    with pytest.raises(UsageError):
        open_bucket("https://host/a", job)


@pytest.mark.parametrize("unsigned", [True, False])
@pytest.mark.parametrize("key", ["odd//b", "odd/../b", "odd/./b", "odd/b//", "odd/c\x01"])
def test_an_odd_key_does_not_hide_the_others(s3, job, key, unsigned):
    names = [f"odd/good {number}+ü/a" for number in range(PAGE + 1)]
    for each in (*names, key):
        s3.put("odd", each, b"x")
    job = replace(job, network=NetworkPolicy(unrestricted=True), variables=s3.variables)
    with open_bucket("s3://odd/", job, unsigned=unsigned) as bucket:
        found = {each.key: each for each in bucket.objects("odd/")}
        for name in names:
            assert found.pop(name) == bucket.describe(name)
    assert list(found) == [key]
    assert "is not a usable URL" in found[key].problem
    s3.send("DELETE", f"/odd/{quote(key)}")


def test_a_listing_that_an_odd_key_ends_is_told_where_only_the_library_can_ask(job):
    entry = "<Contents><Key>a//b</Key><Size>1</Size><ETag>1</ETag></Contents>"
    dated = entry.replace("<Size>", "<LastModified>2024-08-01T00:00:00Z</LastModified><Size>")
    with SinkServer() as store:
        store.answers.append(Answer(body=f"<ListBucketResult>{dated}</ListBucketResult>".encode()))
        account = {"client_email": "", "private_key": "", "private_key_id": ""}
        variables = {
            "GOOGLE_BASE_URL": store.url(""),
            "GOOGLE_SERVICE_ACCOUNT_KEY": json.dumps(account | {"disable_oauth": True}),
        }
        job = replace(job, network=NetworkPolicy(unrestricted=True), variables=variables)
        with (
            open_bucket("gs://odd/", job) as bucket,
            pytest.raises(TransferError, match="the key 'a//b', of which a part"),
        ):
            list(bucket.objects())


@pytest.mark.parametrize("key", ["a//b", "a/../b", "a/b//", "/b"])
def test_a_url_with_such_a_key_is_refused(job, key):
    with pytest.raises(UsageError, match=r"a part of the key is empty, \. or \.\."):
        open_bucket(f"s3://bucket/{key}", job)
