"""What holds for each kind of object store, on a real server of each.

`s3://` and `gs://` are asked of moto, since Google's XML API has the words of S3; `az://` of
Azurite.
"""

import json
import os
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import pytest
from azurite_server import AzuriteServer
from s3_server import S3Server

from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob
from zyra.transfer.download import download
from zyra.transfer.failures import RefusedByServer
from zyra.transfer.object_client import object_client_of
from zyra.transfer.object_store import PART_BYTES, Bucket, open_bucket
from zyra.transfer.ranges import fetch_bytes, fetch_ranges
from zyra.transfer.receive import Remote
from zyra.transfer.retries import Retries

# Of an account that shows a token without asking Google for it.
ACCOUNT = {"client_email": "", "private_key": "", "private_key_id": "", "disable_oauth": True}
ANYWHERE = NetworkPolicy(unrestricted=True)


@pytest.fixture(scope="module")
def azurite() -> Iterator[AzuriteServer]:
    with AzuriteServer() as running:
        running.make("maps", public=True)
        running.make("closed")
        yield running


@pytest.fixture(params=["s3", "gs", "az"])
def scheme(request) -> str:
    return request.param


@pytest.fixture
def known(request, job: StreamJob, scheme: str) -> StreamJob:
    """A job whose variables name the server, and who asks it."""
    if scheme == "az":
        return replace(
            job, network=ANYWHERE, variables=request.getfixturevalue("azurite").variables
        )
    s3: S3Server = request.getfixturevalue("s3")
    s3.send("PUT", "/maps")
    google = {"GOOGLE_BASE_URL": s3.endpoint, "GOOGLE_SERVICE_ACCOUNT_KEY": json.dumps(ACCOUNT)}
    return replace(job, network=ANYWHERE, variables=s3.variables if scheme == "s3" else google)


@pytest.fixture
def bucket(known: StreamJob, scheme: str) -> Iterator[Bucket]:
    with open_bucket(f"{scheme}://maps/", known, retries=Retries(1)) as opened:
        yield opened


@pytest.mark.parametrize("key", ["a b.png", "deep/ü+%20.png"])
def test_a_file_comes_back_as_it_went(bucket, known, scheme, tmp_path, key):
    (tmp_path / "a").write_bytes(b"picture")
    bucket.upload(key, tmp_path / "a", content_type="image/png", cache_control="max-age=60")
    assert fetch_bytes(f"{scheme}://maps/{key}", known, 10) == b"picture"
    assert bucket.describe(key).size == len(b"picture")


def test_a_large_file_goes_in_parts_and_comes_whole_or_in_ranges(bucket, known, scheme, tmp_path):
    body = os.urandom(2 * PART_BYTES + 5)
    (tmp_path / "a").write_bytes(body)
    bucket.upload("big", tmp_path / "a")
    with object_client_of(known) as client:
        download(Remote(client, f"{scheme}://maps/big"), str(tmp_path / "b"), known)
    assert (tmp_path / "b").read_bytes() == body
    target = BytesIO()
    fetch_ranges(f"{scheme}://maps/big", [(5, 10), (PART_BYTES, PART_BYTES + 9)], target, known)
    assert target.getvalue() == body[5:10] + body[PART_BYTES : PART_BYTES + 9]


def test_a_stream_of_unknown_length_is_written(bucket, known, scheme):
    bucket.upload("stream", BytesIO(b"from a pipe"))
    assert fetch_bytes(f"{scheme}://maps/stream", known, 100) == b"from a pipe"


def test_a_listing_takes_any_beginning(bucket):
    keys = ["gfs.1/a", "gfs.1/deep/b", "gfs.2/a", "gfs.txt"]
    for key in keys:
        bucket.upload(key, BytesIO(b"data"))
    assert sorted(found.key for found in bucket.objects("gfs.")) == keys
    assert sorted(found.key for found in bucket.objects("gfs.1/")) == keys[:2]
    assert bucket.folders("gfs.") == ["gfs.1/", "gfs.2/"]


def test_what_is_not_there_is_one_clear_line(bucket, known, scheme):
    with pytest.raises(RefusedByServer, match=rf"^{scheme}://maps/none: 404 "):
        bucket.describe("none")
    with (
        pytest.raises(RefusedByServer, match=rf"^{scheme}://maps/none: 404 "),
        object_client_of(known) as client,
        client.get(f"{scheme}://maps/none"),
    ):
        pass


def test_strangers_are_denied_what_is_not_public_by_azure(azurite, job):
    job = replace(job, network=ANYWHERE, variables=azurite.variables)
    for container in ("maps", "closed"):
        with open_bucket(f"az://{container}/", job) as opened:
            opened.upload("a", BytesIO(b"data"))
    assert fetch_bytes("az://maps/a", job, 10, unsigned=True) == b"data"
    with (
        pytest.raises(RefusedByServer, match=r"^az://closed/a: 40[134] "),
        object_client_of(job, unsigned=True) as client,
        client.get("az://closed/a"),
    ):
        pass


def test_a_wrong_key_is_denied_by_azure(azurite, job):
    wrong = {"AZURE_STORAGE_ACCOUNT_KEY": b64encode(os.urandom(32)).decode()}
    job = replace(job, network=ANYWHERE, variables=azurite.variables | wrong)
    with (
        open_bucket("az://closed/", job, retries=Retries(1)) as opened,
        pytest.raises(RefusedByServer, match=r"^az://closed/a: 403 ") as caught,
    ):
        opened.upload("a", BytesIO(b"data"))
    assert "check the credentials" in (caught.value.hint or "")
