from io import BytesIO

import pytest

from zyra.core.errors import DataError, InputNotFound, UsageError
from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob
from zyra.transfer.credentials import request_headers, secret_resolver

JOB = StreamJob(BytesIO(), BytesIO(), BytesIO(), NetworkPolicy())


def headers(header=(), auth=None, credential=(), file=None) -> dict[str, str]:
    return request_headers(header, auth, credential, secret_resolver(file, JOB))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"header": ["Accept: text/csv", "X-A:b:c "]}, {"Accept": "text/csv", "X-A": "b:c"}),
        ({"auth": "bearer:abc"}, {"Authorization": "Bearer abc"}),
        ({"auth": "Bearer:a:b"}, {"Authorization": "Bearer a:b"}),
        ({"auth": "header:X-Key:a:b"}, {"X-Key": "a:b"}),
        # RFC 7617, section 2: the example of user Aladdin.
        (
            {"auth": "basic:Aladdin:open sesame"},
            {"Authorization": "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
        ),
        (
            {"credential": ["user=Aladdin", "password=open sesame"]},
            {"Authorization": "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
        ),
        ({"credential": ["token=abc"]}, {"Authorization": "Bearer abc"}),
        ({"credential": ["header.X-Api-Key=a=b"]}, {"X-Api-Key": "a=b"}),
        ({"credential": ["header:X-A=b", "header_X-B=c"]}, {"X-A": "b", "X-B": "c"}),
        (
            {"credential": ["key=abc"], "header": ["X-A: {key}/{other}"]},
            {"X-A": "abc/{other}"},
        ),
        (
            {"credential": ["token=abc"], "header": ["Authorization: Token {token}"]},
            {"Authorization": "Token abc"},
        ),
    ],
)
def test_credentials_become_headers(given, expected):
    assert headers(**given) == expected


def test_secrets_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("ZYRA_TEST_TOKEN", "abc")
    assert headers(auth="bearer:$ZYRA_TEST_TOKEN") == {"Authorization": "Bearer abc"}
    assert headers(credential=["header.X=${ZYRA_TEST_TOKEN}"]) == {"X": "abc"}


def test_user_and_password_can_be_one_secret(monkeypatch):
    monkeypatch.setenv("ZYRA_TEST_LOGIN", "Aladdin:open sesame")
    # The example of RFC 7617, section 2.
    wanted = {"Authorization": "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}
    assert headers(auth="basic:$ZYRA_TEST_LOGIN") == wanted


def test_a_variable_that_is_not_set_is_named(monkeypatch):
    monkeypatch.delenv("ZYRA_TEST_TOKEN", raising=False)
    with pytest.raises(UsageError, match="ZYRA_TEST_TOKEN is not set"):
        headers(auth="bearer:$ZYRA_TEST_TOKEN")


def test_secrets_come_from_a_credential_file(tmp_path):
    path = tmp_path / "secrets.env"
    path.write_text("# mine\nexport TOKEN='a b'\nRAW=$HOME\n")
    assert headers(credential=["token=@TOKEN"], file=str(path)) == {"Authorization": "Bearer a b"}
    assert headers(credential=["header.X=@RAW"], file=str(path)) == {"X": "$HOME"}
    with pytest.raises(UsageError, match="no value for OTHER"):
        headers(credential=["token=@OTHER"], file=str(path))


def test_a_credential_file_that_cannot_be_read_is_refused(tmp_path):
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError):
        headers(file=str(tmp_path / "binary"))
    with pytest.raises(InputNotFound):
        headers(file=str(tmp_path / "none"))


@pytest.mark.parametrize(
    "given",
    [
        {"header": ["no colon s3cret"]},
        {"header": ["bad name: s3cret"]},
        {"header": [": s3cret"]},
        {"header": ["X: s3cret\r\nHost: evil"]},
        {"header": ["X: s3cret☃"]},
        {"header": ["Host: s3cret"]},
        {"header": ["Range: bytes=0-1"]},
        {"header": ["A: s3cret", "a: s3cret"]},
        {"header": ["Authorization: s3cret"], "auth": "bearer:s3cret"},
        {"auth": "s3cret"},
        {"auth": "digest:s3cret:x"},
        {"auth": "bearer:"},
        {"auth": "basic:s3cret"},
        {"auth": "header:s3cret"},
        {"auth": "bearer:@s3cret"},
        {"credential": ["s3cret"]},
        {"credential": ["=s3cret"]},
        {"credential": ["token="]},
        {"credential": ["token=s3cret", "token=s3cret"]},
        {"credential": ["user=s3cret"]},
        {"credential": ["password=s3cret"]},
        {"credential": ["user=a", "username=s3cret", "password=s3cret"]},
        {"credential": ["unused=s3cret"]},
    ],
)
def test_what_is_malformed_or_without_effect_is_refused_without_telling_the_secret(given):
    with pytest.raises(UsageError) as caught:
        headers(**given)
    if "@" not in str(given):
        assert "s3cret" not in caught.value.message + (caught.value.hint or "")
