import pytest
from http_server import HttpServer

from zyra.core.errors import AddressRefused, InputNotFound, UsageError
from zyra.transfer.sources import is_url, local_copy, refuse_unsigned


@pytest.mark.parametrize(
    ("text", "remote"),
    [
        ("https://host/a", True),
        ("HTTP://host/a", True),
        ("s3://bucket/a", True),
        ("a.nc", False),
        ("/data/a.nc", False),
        ("-", False),
        ("C:/a.nc", False),
    ],
)
def test_a_url_is_told_from_a_path(text, remote):
    assert is_url(text) is remote


def test_a_local_file_is_given_as_it_is(tmp_path, job):
    path = tmp_path / "a.nc"
    path.write_bytes(b"x")
    with local_copy(str(path), job) as given:
        assert given == path


def test_a_missing_local_file_is_named(job):
    with pytest.raises(InputNotFound, match="nowhere"), local_copy("nowhere.nc", job):
        pass


def test_stdin_is_given_as_a_file(job):
    with local_copy("-", job) as given:
        assert given.read_bytes() == b"from stdin"


def test_a_url_is_given_as_a_temporary_file_with_its_suffix(server: HttpServer, job):
    with local_copy(server.put("/f/a.grib2?x=1.y", b"GRIB"), job) as given:
        assert given.read_bytes() == b"GRIB"
        assert given.suffix == ".grib2"
    assert not given.exists()


@pytest.mark.parametrize("url", ["telnet://host/file", "gopher://h/k", "file:///etc/x"])
def test_other_schemes_are_refused_as_usage(url, job):
    with (
        pytest.raises(UsageError, match="http, https, ftp, ftps, sftp, s3, gs and az"),
        local_copy(url, job),
    ):
        pass


def test_the_policy_of_the_job_holds(server: HttpServer, job):
    url = server.url("/a", host="127.0.0.2")
    with pytest.raises(AddressRefused), local_copy(url, job):
        pass


@pytest.mark.parametrize("source", ["https://host/a", "a.grib2", "-"])
def test_unsigned_is_refused_where_it_has_no_effect(source):
    with pytest.raises(UsageError, match="--unsigned"):
        refuse_unsigned(True, source)


def test_unsigned_is_taken_for_object_stores_and_its_absence_anywhere():
    for source in ("s3://bucket/key", "gs://bucket/key", "AZ://container/key"):
        refuse_unsigned(True, source)
    refuse_unsigned(False, "a.grib2")
