"""Objects are read like files over HTTP: whole, in ranges, resumed, checked, told plainly."""

import os
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from http_server import Fault, HttpServer
from s3_server import S3Server

from zyra.core.errors import TransferError, UsageError
from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob
from zyra.core.urls import split_url
from zyra.transfer.download import download
from zyra.transfer.failures import RefusedByServer, ServerBusy, SourceChanged
from zyra.transfer.object_access import Access
from zyra.transfer.object_client import ObjectClient
from zyra.transfer.ranges import fetch_bytes, fetch_ranges
from zyra.transfer.receive import Remote
from zyra.transfer.sources import local_copy

BODY = os.urandom(3_000_000)
MODIFIED = "Wed, 21 Oct 2015 07:28:00 GMT"
ANYWHERE = NetworkPolicy(unrestricted=True)
ODD_KEYS = ["a/b.nc", "with space", "per%20cent", "question?x=1", "hash#1", "plus+", "ü/ö"]


@pytest.fixture
def s3_job(s3: S3Server, job: StreamJob) -> StreamJob:
    return replace(job, network=ANYWHERE, variables=s3.variables)


@pytest.fixture
def objects(server: HttpServer, pauses) -> ObjectClient:
    """A client of a store that is an HTTP server with faults."""
    variables = {"AWS_ENDPOINT_URL": server.url("")}
    access = Access(ANYWHERE, variables, unsigned=True)
    return ObjectClient(access, retries=pauses.retries())


@pytest.fixture
def put(server: HttpServer) -> Callable[..., str]:
    def stored(body: bytes = BODY, etag: str = '"v1"', **options: object) -> str:
        server.put("/bucket/key", body, etag=etag, last_modified=MODIFIED, **options)
        return "s3://bucket/key"

    return stored


@pytest.mark.parametrize("key", ODD_KEYS)
def test_a_key_is_taken_as_it_stands(s3, s3_job, key):
    url = s3.put("odd", key, b"data")
    assert fetch_bytes(url, s3_job, 10) == b"data"


def test_a_whole_object_is_a_temporary_file_with_its_suffix(s3, s3_job):
    with local_copy(s3.put("bucket", "f/a.grib2", BODY), s3_job) as path:
        assert path.read_bytes() == BODY
        assert path.suffix == ".grib2"


def test_an_empty_object_is_read(s3, s3_job):
    assert fetch_bytes(s3.put("bucket", "empty", b""), s3_job, 10) == b""


def test_ranges_of_an_object_arrive_in_order(s3, s3_job):
    url, target = s3.put("bucket", "big", BODY), BytesIO()
    fetch_ranges(url, [(5, 10), (10, 20), (2_000_000, 2_100_000), (1, 2)], target, s3_job)
    assert target.getvalue() == BODY[5:20] + BODY[2_000_000:2_100_000] + BODY[1:2]


def test_only_the_bytes_of_the_ranges_travel(server, objects, put, job):
    url, target = put(), BytesIO()
    fetch_ranges(url, [(100, 200), (1_000, 1_300), (1_300, 1_400)], target, job, client=objects)
    assert server.body_bytes == 100 + 400
    assert server.asked("If-Match") == [None, '"v1"']


def test_a_download_that_breaks_off_goes_on_where_it_was(server, objects, put, job, tmp_path):
    url = put()
    server.resource("/bucket/key").faults += [
        Fault(stop_after=1_000_000, reset=True),
        Fault(stop_after=500_000),
        Fault(status=503),
        Fault(status=429),
    ]
    assert download(Remote(objects, url), str(tmp_path / "a"), job) == len(BODY)
    assert (tmp_path / "a").read_bytes() == BODY
    assert server.body_bytes < len(BODY) + 1_500_000
    assert server.asked("If-Match")[-1] == '"v1"'


def test_an_object_that_changes_during_a_download_is_read_anew(server, objects, put, job, tmp_path):
    url = put()
    resource = server.resource("/bucket/key")

    def change() -> None:
        resource.body, resource.etag = BODY[::-1], '"v2"'

    resource.faults += [Fault(stop_after=1_000_000), Fault(before=change)]
    download(Remote(objects, url), str(tmp_path / "a"), job)
    assert (tmp_path / "a").read_bytes() == BODY[::-1]


def test_an_object_that_changes_between_ranges_is_refused(server, objects, put, job):
    url = put()
    resource = server.resource("/bucket/key")

    def change() -> None:
        resource.body, resource.etag = BODY[::-1], '"v2"'

    resource.faults += [Fault(), Fault(before=change)]
    with pytest.raises(SourceChanged):
        fetch_ranges(url, [(0, 10), (20, 30)], BytesIO(), job, client=objects)


def test_nothing_stands_under_the_name_when_a_download_fails(server, objects, put, job, tmp_path):
    url = put()
    server.resource("/bucket/key").faults += [Fault(stop_after=1000)] + 5 * [Fault(status=503)]
    with pytest.raises(ServerBusy, match="503"):
        download(Remote(objects, url), str(tmp_path / "a"), job)
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_there_is_one_clear_line(s3, s3_job):
    s3.put("bucket", "a", b"x")
    for url, code in (("s3://bucket/none", "NoSuchKey"), ("s3://no-bucket/a", "NoSuchBucket")):
        with (
            pytest.raises(RefusedByServer, match=f"^{url}: 404 {code}$"),
            local_copy(url, s3_job),
        ):
            pass


def test_strangers_are_denied_what_is_not_public_and_told_of_credentials(s3, s3_job):
    s3.put("bucket", "a", b"x")
    s3.send("PUT", "/bucket/private", b"secret", acl="private")
    with (
        pytest.raises(RefusedByServer, match="403") as caught,
        local_copy("s3://bucket/private", s3_job, unsigned=True),
    ):
        pass
    assert "--unsigned" in (caught.value.hint or "")
    assert fetch_bytes("s3://bucket/a", s3_job, 10, unsigned=True) == b"x"
    assert fetch_bytes("s3://bucket/private", s3_job, 10) == b"secret"


def test_no_credentials_at_all_are_named_as_the_reason(s3, s3_job):
    nobody = {
        "AWS_ENDPOINT_URL": s3.endpoint,
        "AWS_METADATA_ENDPOINT": "http://127.0.0.1:1/169.254.169.254",  # never the real one
    }
    with pytest.raises(TransferError, match="no credentials"):
        fetch_bytes("s3://bucket/a", replace(s3_job, variables=nobody), 10)


@pytest.mark.parametrize(
    ("endpoint", "reason"),
    [
        ("http://127.0.0.1:1", "cannot connect: Connection refused"),
        ("http://no-such-host.invalid", "no such host|name service does not answer"),
    ],
)
def test_an_endpoint_that_is_not_there_is_named_with_the_reason(s3_job, endpoint, reason):
    variables = dict(s3_job.variables) | {"AWS_ENDPOINT_URL": endpoint}
    with pytest.raises(TransferError, match=reason):
        fetch_bytes("s3://bucket/a", replace(s3_job, variables=variables), 10)


@pytest.mark.parametrize(
    "url",
    [
        "s3://bucket",
        "s3://bucket/",
        "s3:///key",
        "s3://b\\c/key",
        "s3://bucket/a//b",
        "s3://bucket//a",
        "s3://bucket/a/../b",
        "s3://bucket/folder/",
    ],
)
def test_a_url_that_names_no_object_is_refused(s3_job, url):
    with pytest.raises(UsageError):
        fetch_bytes(url, s3_job, 10)


@pytest.mark.parametrize("endpoint", ["ftp://127.0.0.1", "127.0.0.1:9000", "http://"])
def test_a_wrong_endpoint_is_refused(s3_job, endpoint):
    variables = dict(s3_job.variables) | {"AWS_ENDPOINT_URL": endpoint}
    with pytest.raises(UsageError):
        fetch_bytes("s3://bucket/a", replace(s3_job, variables=variables), 10)


@pytest.mark.parametrize("scheme", ["gs", "az"])
def test_other_stores_are_read_at_their_endpoints(server, job, scheme):
    server.put("/bucket/key", b"data", etag='"1"', last_modified=MODIFIED)
    variables = {
        "GOOGLE_BASE_URL": server.url(""),
        "AZURE_STORAGE_ENDPOINT": server.url(""),
        "AZURE_STORAGE_ACCOUNT_NAME": "account",
    }
    job = replace(job, network=ANYWHERE, variables=variables)
    assert fetch_bytes(f"{scheme}://bucket/key", job, 10, unsigned=True) == b"data"


def test_a_bucket_in_another_region_is_asked_there(server, objects, put, job):
    url = put(b"data")
    server.put("/bucket", status=403, headers={"x-amz-bucket-region": "eu-central-1"})
    server.resource("/bucket/key").faults.append(Fault(status=301))
    assert fetch_bytes(url, job, 10, client=objects) == b"data"
    assert [request.path for request in server.requests] == [
        "/bucket/key",
        "/bucket",
        "/bucket/key",
    ]


def test_a_bucket_whose_region_nobody_tells_is_an_error_with_the_remedy(server, objects, put, job):
    url = put(b"data")
    server.resource("/bucket/key").faults.append(Fault(status=301))
    with pytest.raises(TransferError, match="another region") as caught:
        fetch_bytes(url, job, 10, client=objects)
    assert caught.value.hint == "set AWS_REGION"


def test_the_region_of_a_bucket_is_part_of_its_address_at_aws():
    access, url = Access(ANYWHERE, {}, unsigned=True), split_url("s3://bucket/key")
    assert access.endpoint(url).host == "s3.us-east-1.amazonaws.com"
    assert access.moves_to("bucket", "eu-central-1")
    assert access.endpoint(url).host == "s3.eu-central-1.amazonaws.com"
    assert not access.moves_to("bucket", "eu-central-1")


def test_the_keys_of_a_profile_open_what_is_private(s3, s3_job, tmp_path):
    s3.put("bucket", "a", b"x")
    s3.send("PUT", "/bucket/locked", b"secret", acl="private")
    (tmp_path / "credentials").write_text(
        "[default]\naws_access_key_id = wrong\n[forecast]\n"
        "aws_access_key_id = a-key\naws_secret_access_key = a-secret\n"
    )
    (tmp_path / "config").write_text(
        f"[profile forecast]\nregion = eu-north-1\nendpoint_url = {s3.endpoint}\n"
    )
    variables = {
        "AWS_PROFILE": "forecast",
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
    }
    assert fetch_bytes("s3://bucket/locked", replace(s3_job, variables=variables), 10) == b"secret"


def test_a_profile_that_is_not_there_is_named(s3_job, tmp_path):
    variables = {"AWS_PROFILE": "none", "HOME": str(tmp_path)}
    with pytest.raises(UsageError, match="no AWS profile 'none'"):
        fetch_bytes("s3://bucket/a", replace(s3_job, variables=variables), 10)


def test_a_profile_whose_keys_are_elsewhere_is_told_with_the_remedy(s3_job, tmp_path):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("[profile work]\nsso_session = corp\n")
    variables = {"AWS_PROFILE": "work", "HOME": str(tmp_path)}
    with pytest.raises(UsageError, match="not in its file") as caught:
        fetch_bytes("s3://bucket/a", replace(s3_job, variables=variables), 10)
    assert "aws configure export-credentials --profile work" in (caught.value.hint or "")
