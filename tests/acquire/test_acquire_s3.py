"""acquire s3 against a real S3 server on the loopback address."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError
from s3_server import S3Server

from zyra.acquire.commands.s3 import S3Args
from zyra.acquire.s3 import store_variables
from zyra.core.errors import SelectionError, TransferError, UsageError

KEYS = ("gfs.20240801/00/a.f000", "gfs.20240801/00/a.f003", "gfs.20240802/00/a.f000", "readme.txt")


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with S3Server() as running:
        for key in KEYS:
            running.put("bucket", key, key.encode())
        yield running


@pytest.fixture(autouse=True)
def _known(s3, ran) -> None:
    ran.variables.update(s3.variables)


def there(folder: Path) -> set[str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)) for path in files if not path.name.startswith(".")}


@pytest.mark.parametrize(
    "place",
    [{"url": "s3://bucket/readme.txt"}, {"input": "s3://bucket/readme.txt"},
     {"bucket": "bucket", "key": "readme.txt"}, {"bucket": "s3://bucket", "key": "readme.txt"}],
)  # fmt: skip
def test_one_object_goes_to_stdout(fetched, place):
    assert fetched("s3", **place).stdout.getvalue() == b"readme.txt"


def test_public_objects_need_no_credentials(fetched, ran, s3):
    del ran.variables["AWS_ACCESS_KEY_ID"]
    args = {"url": "s3://bucket/readme.txt", "unsigned": True, "endpoint_url": s3.endpoint}
    assert fetched("s3", **args).lines == ["readme.txt"]


def test_a_bucket_is_listed(fetched):
    assert sorted(fetched("s3", bucket="bucket", list=True).lines) == [
        f"s3://bucket/{key}" for key in KEYS
    ]


@pytest.mark.parametrize(
    ("filters", "chosen"),
    [
        ({"url": "s3://bucket/gfs.20240801/"}, KEYS[:2]),
        ({"url": "s3://bucket/gfs.2024080"}, KEYS[:3]),
        ({"url": "s3://bucket/", "pattern": "f000$"}, (KEYS[0], KEYS[2])),
        ({"url": "s3://bucket/", "pattern": "^gfs"}, KEYS[:3]),
        ({"url": "s3://bucket/", "pattern": "^a"}, KEYS[:3]),
        ({"url": "s3://bucket/", "since": "2024-08-02"}, KEYS[2:3]),
        ({"url": "s3://bucket/", "since_period": "P1D"}, ()),
    ],
)
def test_keys_are_chosen_by_beginning_pattern_and_date(fetched, filters, chosen):
    lines = fetched("s3", **filters, list=True).lines
    assert sorted(lines) == [f"s3://bucket/{key}" for key in chosen]


def test_objects_keep_their_folders_below_the_prefix(fetched, tmp_path):
    fetched("s3", url="s3://bucket/gfs.20240801/", output_dir=str(tmp_path))
    assert there(tmp_path) == {"00/a.f000", "00/a.f003"}


def test_a_sync_fetches_what_changed(fetched, ran, s3, tmp_path):
    s3.put("moving", "a/x.bin", b"first")
    s3.put("moving", "a/y.bin", b"other")
    for body in (b"first", b"again"):
        s3.put("moving", "a/x.bin", body)
        fetched("s3", bucket="moving", key="a/", sync_dir=str(tmp_path))
    told = [line for line in ran.stderr.getvalue().decode().splitlines() if "changed" in line]
    assert [line.split()[0] for line in told] == ["2", "1"]
    assert (tmp_path / "x.bin").read_bytes() == b"again"


@pytest.mark.parametrize(
    ("url", "message"),
    [("s3://bucket/none", "404"), ("s3://none/readme.txt", "404 NoSuchBucket")],
)
def test_what_is_not_there_is_told(fetched, tmp_path, url, message):
    with pytest.raises(TransferError, match=message):
        fetched("s3", url=url, output=str(tmp_path / "out"))
    assert list(tmp_path.iterdir()) == []


def test_a_prefix_without_objects_is_told(fetched, tmp_path):
    with pytest.raises(SelectionError, match="no file"):
        fetched("s3", url="s3://bucket/none/", output_dir=str(tmp_path))


def test_a_store_that_is_not_there_is_told(fetched, ran):
    ran.variables["AWS_ENDPOINT_URL"] = "http://127.0.0.1:1"
    with pytest.raises(TransferError, match="cannot connect"):
        fetched("s3", url="s3://bucket/readme.txt")


def test_other_schemes_are_refused(fetched):
    with pytest.raises(UsageError, match="s3, gs and az"):
        fetched("s3", url="https://bucket.example/readme.txt")


def test_what_is_given_goes_before_the_environment(ran):
    ran.variables.update({"AWS_SESSION_TOKEN": "old", "AWS_REGION": "eu-west-1"})
    given = ["access_key_id=me", "secret_access_key=s3cret"]
    args = S3Args(url="s3://b/k", credential=given, region="us-west-2", requester_pays=True)
    variables = store_variables(args, ran.job())
    assert variables["AWS_ACCESS_KEY_ID"] == "me"
    assert variables["AWS_REGION"] == "us-west-2"
    assert variables["AWS_REQUEST_PAYER"] == "true"
    assert "AWS_SESSION_TOKEN" not in variables


def test_requests_may_be_paid_for(fetched):
    assert fetched("s3", url="s3://bucket/readme.txt", requester_pays=True).lines == ["readme.txt"]


def test_a_profile_is_used_instead_of_the_variables(fetched, ran, s3, tmp_path):
    (tmp_path / "credentials").write_text(
        "[mine]\naws_access_key_id = k\naws_secret_access_key = s\nregion = us-east-1\n"
        f"endpoint_url = {s3.endpoint}\n"
    )
    ran.variables.clear()
    ran.variables["AWS_SHARED_CREDENTIALS_FILE"] = str(tmp_path / "credentials")
    assert fetched("s3", url="s3://bucket/readme.txt", profile="mine").lines == ["readme.txt"]


@pytest.mark.parametrize(
    "credential", [["token=x"], ["access_key_id=x"], ["access_key_id=x", "other=y"]]
)
def test_credentials_of_no_use_are_refused_without_them(ran, credential):
    with pytest.raises(UsageError) as caught:
        store_variables(S3Args(url="s3://b/k", credential=credential), ran.job())
    assert "=x" not in caught.value.message


@pytest.mark.parametrize(
    "args",
    [
        {},
        {"key": "k"},
        {"url": "s3://b/k", "bucket": "b"},
        {"url": "s3://b/k", "unsigned": True, "profile": "p"},
        {"url": "s3://b/k", "unsigned": True, "credential": ["access_key_id=x"]},
        {"url": "s3://b/k", "credential_file": "f"},
    ],
)
def test_arguments_that_do_not_fit_together_are_refused(args):
    with pytest.raises(ValidationError):
        S3Args.model_validate(args)


def test_the_marker_of_an_empty_folder_is_no_object(fetched, s3, tmp_path):
    s3.put("markers", "maps/", b"")
    s3.put("markers", "maps/a.png", b"a")
    s3.put("markers", "maps/empty.txt", b"")
    fetched("s3", url="s3://markers/", output_dir=str(tmp_path))
    assert there(tmp_path) == {"maps/a.png", "maps/empty.txt"}
