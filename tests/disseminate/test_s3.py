"""Files are uploaded to a real S3 server (moto's)."""

import hashlib
import os
from io import BytesIO

import pytest
from pydantic import ValidationError

from zyra.core.errors import InputNotFound, OutputError, TransferError, UsageError
from zyra.disseminate.commands.s3 import S3Args
from zyra.disseminate.s3 import run
from zyra.transfer.failures import RefusedByServer
from zyra.transfer.object_store import PART_BYTES

BUCKET = "delivered"


@pytest.fixture
def upload(ran, s3):
    s3.send("PUT", f"/{BUCKET}")
    ran.variables = s3.variables

    def uploaded(**args):
        run(S3Args.model_validate(args), ran.job())
        return ran

    return uploaded


def test_a_file_is_written_with_the_type_of_its_content(upload, s3, tree):
    upload(input=str(tree / "a.png"), url=f"s3://{BUCKET}/maps/latest")
    body, headers = s3.get(BUCKET, "maps/latest")
    assert body == (tree / "a.png").read_bytes()
    assert headers["content-type"] == "image/png"


def test_headers_and_metadata_are_kept_with_the_object(upload, s3, tree):
    upload(
        input=str(tree / "a.png"),
        url=f"s3://{BUCKET}/a",
        content_type="image/x-map",
        cache_control="max-age=300",
        metadata=["model=gfs", "cycle=00=UTC"],
    )
    _, headers = s3.get(BUCKET, "a")
    assert headers["content-type"] == "image/x-map"
    assert headers["cache-control"] == "max-age=300"
    assert headers["x-amz-meta-model"] == "gfs"
    assert headers["x-amz-meta-cycle"] == "00=UTC"


@pytest.mark.parametrize(
    ("where", "key"),
    [
        ({"url": f"s3://{BUCKET}"}, "a.png"),
        ({"url": f"s3://{BUCKET}/maps/"}, "maps/a.png"),
        ({"bucket": BUCKET}, "a.png"),
        ({"bucket": BUCKET, "key": "b/c.png"}, "b/c.png"),
        ({"bucket": BUCKET, "key": "b/"}, "b/a.png"),
        ({"output": f"s3://{BUCKET}/an odd?key#1.png"}, "an odd?key#1.png"),
    ],
)
def test_the_key_is_the_one_given_or_the_file_s_name(upload, s3, tree, where, key):
    upload(input=str(tree / "a.png"), **where)
    assert s3.get(BUCKET, key)[0] == (tree / "a.png").read_bytes()


@pytest.mark.parametrize("source", [{"input": "-"}, {"read_stdin": True}])
def test_stdin_is_written_with_the_type_of_the_key(upload, s3, ran, source):
    ran.stdin = BytesIO(b"a,b\n")
    upload(url=f"s3://{BUCKET}/table.csv", **source)
    body, headers = s3.get(BUCKET, "table.csv")
    assert (body, headers["content-type"]) == (b"a,b\n", "text/csv")


def test_stdin_needs_a_key(upload):
    with pytest.raises(UsageError, match="stdin needs a name"):
        upload(input="-", url=f"s3://{BUCKET}/maps/")


def test_a_large_file_goes_in_parts_with_progress(upload, s3, ran, tmp_path):
    data = os.urandom(2 * PART_BYTES + 1)
    (tmp_path / "big").write_bytes(data)
    upload(input=str(tmp_path / "big"), url=f"s3://{BUCKET}/big")
    body, headers = s3.get(BUCKET, "big")
    assert hashlib.sha256(body).digest() == hashlib.sha256(data).digest()
    assert headers["etag"].endswith('-3"')
    assert ran.reports[-1] == (1.0, "16.8 of 16.8 MB")


def test_a_folder_is_written_with_all_that_is_complete_in_it(upload, s3, tree, ran):
    for number in range(30):
        (tree / f"{number}.txt").write_text(str(number))
    upload(input=str(tree), url=f"s3://{BUCKET}/tree")
    assert s3.get(BUCKET, "tree/deep/b.txt")[0] == b"second"
    assert s3.get(BUCKET, "tree/29.txt")[0] == b"29"
    assert ran.told.count("wrote ") == 32
    assert ran.reports[-1][0] == 1.0


def test_only_what_has_changed_is_written(upload, tree, ran):
    where = {"input": str(tree), "url": f"s3://{BUCKET}/sync/"}
    upload(**where)
    (tree / "a.png").write_bytes(b"another size")
    os.utime(tree / "deep" / "b.txt", (1_000_000_000, 1_000_000_000))
    upload(**where, overwrite="changed")
    assert f"wrote s3://{BUCKET}/sync/a.png" in ran.told
    assert f"left s3://{BUCKET}/sync/deep/b.txt as it is" in ran.told


def test_an_object_that_is_there_can_be_refused(upload, s3, tree):
    s3.put(BUCKET, "kept", b"old")
    with pytest.raises(OutputError, match=f"s3://{BUCKET}/kept is there already"):
        upload(input=str(tree / "a.png"), url=f"s3://{BUCKET}/kept", overwrite="refuse")
    assert s3.get(BUCKET, "kept")[0] == b"old"


def test_a_missing_bucket_is_one_clear_line(upload, tree):
    with pytest.raises(RefusedByServer, match=r"^s3://none/a: 404 NoSuchBucket$"):
        upload(input=str(tree / "a.png"), url="s3://none/a")


def test_a_missing_file_is_one_clear_line(upload, tmp_path):
    with pytest.raises(InputNotFound, match="cannot read"):
        upload(input=str(tmp_path / "none"), url=f"s3://{BUCKET}/a")


def test_without_credentials_nothing_is_signed(upload, s3, tree, ran):
    ran.variables = {"AWS_ENDPOINT_URL": s3.endpoint}
    upload(input=str(tree / "a.png"), url=f"s3://{BUCKET}/public", unsigned=True)
    assert s3.get(BUCKET, "public")[0] == (tree / "a.png").read_bytes()


def test_a_store_that_is_not_there_is_one_clear_line(upload, tree, ran):
    ran.variables |= {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    args = {"input": str(tree / "a.png"), "url": f"s3://{BUCKET}/a", "overwrite": "skip"}
    with pytest.raises(TransferError, match="cannot connect"):
        upload(**args)


def test_only_object_stores_are_written_to(upload, tree):
    with pytest.raises(UsageError, match="not in an object store"):
        upload(input=str(tree / "a.png"), url="https://host/a")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"input": "a"}, "give url, or bucket and key"),
        ({"input": "a", "url": "s3://b/", "bucket": "b"}, "either url or bucket"),
        ({"input": "a", "url": "s3://b/", "key": "k"}, "key needs bucket"),
        ({"url": "s3://b/"}, "give input or inputs"),
        ({"input": "a", "read_stdin": True, "url": "s3://b/"}, "only once"),
        ({"read_stdin": True, "bucket": "b"}, "give key"),
        ({"input": "a", "url": "s3://b/", "metadata": ["x"]}, "not NAME=VALUE"),
        ({"input": "a", "url": "s3://b/", "metadata": ["Content-Type=x"]}, "header's name"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(args, message):
    with pytest.raises(ValidationError, match=message):
        S3Args.model_validate(args)
