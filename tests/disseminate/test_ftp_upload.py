"""Files are uploaded to real FTP, FTPS and SFTP servers, whatever breaks off."""

import os
import re
import ssl
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
import trustme
from ftp_server import HOST, PASSWORD, USER, FtpServer
from pydantic import ValidationError
from sftp_server import SftpServer

from zyra.core.errors import (
    AddressRefused,
    DataError,
    InputNotFound,
    OutputError,
    TransferError,
    UsageError,
)
from zyra.core.kinds import Kind, kinds_of
from zyra.core.network import NetworkPolicy
from zyra.disseminate.commands.ftp import FtpArgs
from zyra.disseminate.ftp import run
from zyra.transfer.connections import Dialer
from zyra.transfer.ftp_files import FtpClient
from zyra.transfer.logins import Login
from zyra.transfer.retries import Retries
from zyra.transfer.sftp_files import SftpClient

LOOPBACK = NetworkPolicy.allowing([HOST])
BODY = os.urandom(3_000_000)
ME = Login(USER, PASSWORD)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the servers serve."""
    (tmp_path / "served").mkdir()
    return tmp_path / "served"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "map.png").write_bytes(BODY)
    return tmp_path / "map.png"


@pytest.fixture
def ftp(folder: Path) -> Iterator[FtpServer]:
    with FtpServer(folder) as running:
        yield running


@pytest.fixture
def sftp(folder: Path) -> Iterator[SftpServer]:
    with SftpServer(folder) as running:
        yield running


@pytest.fixture
def upload(ran):
    def uploaded(**args):
        given = {"user": USER, "password": PASSWORD} | args
        run(FtpArgs.model_validate(given), ran.job())

    return uploaded


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture(params=["ftp", "sftp"])
def patient(request, told, pauses):
    """A server, a client of it that never really waits, and the URL of a file on it."""
    server = request.getfixturevalue(request.param)
    options = {
        "retries": Retries(pause=pauses.append, jitter=lambda: 1.0),
        "tell": told.append,
    }
    if request.param == "ftp":
        client, inject = FtpClient(Dialer(LOOPBACK), ME, **options), server.inject
    else:
        host_key = {"host_key": server.fingerprint}
        client, inject = (
            SftpClient(Dialer(LOOPBACK), ME, **host_key, **options),
            server.faults.append,
        )
    with client:
        yield client, inject, server.url("map.png")


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


@pytest.mark.parametrize("form", ["ftp://{}/{}", "{}/{}"])
def test_a_file_goes_to_an_ftp_server(upload, ftp, folder, source, form):
    upload(input=str(source), path=form.format(f"{HOST}:{ftp.port}", "map.png"))
    assert (folder / "map.png").read_bytes() == BODY
    assert names(folder) == ["map.png"]


def test_a_file_goes_to_an_sftp_server(upload, sftp, folder, source):
    upload(input=str(source), path=sftp.url("map.png"), host_key=sftp.fingerprint)
    assert (folder / "map.png").read_bytes() == BODY
    assert names(folder) == ["map.png"]


def test_a_file_goes_encrypted_to_an_ftps_server(folder, source, tmp_path):
    authority = trustme.CA()
    authority.issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "pem"))
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    with (
        FtpServer(folder, certificate=tmp_path / "pem") as server,
        FtpClient(Dialer(LOOPBACK), ME, trust=lambda: trust) as client,
    ):
        client.upload(server.url("map.png", "ftps"), source)
    assert (folder / "map.png").read_bytes() == BODY


@pytest.mark.parametrize("path", ["", "maps/"])
def test_into_a_folder_a_file_goes_under_its_name(upload, ftp, folder, source, path):
    upload(input=str(source), path=ftp.url(path), make_dirs=True)
    assert (folder / path / "map.png").read_bytes() == BODY


def test_stdin_goes_to_a_name(upload, ftp, folder, ran):
    ran.stdin = BytesIO(b"from stdin")
    upload(input="-", path=ftp.url("a.txt"))
    assert (folder / "a.txt").read_bytes() == b"from stdin"


def test_stdin_needs_a_name(upload, ftp):
    with pytest.raises(UsageError, match="stdin needs a name"):
        upload(input="-", path=ftp.url("maps/"))


def test_a_folder_goes_with_its_folders(upload, ftp, folder, tree):
    upload(input=str(tree), path=ftp.url("frames"))
    assert names(folder) == ["frames", "frames/a.png", "frames/deep", "frames/deep/b.txt"]


def test_folders_are_made_only_when_asked(upload, ftp, folder, source):
    with pytest.raises(TransferError, match="550") as caught:
        upload(input=str(source), path=ftp.url("a/b/map.png"))
    assert "--make-dirs" in caught.value.hint
    upload(input=str(source), path=ftp.url("a/b/map.png"), make_dirs=True)
    assert (folder / "a" / "b" / "map.png").read_bytes() == BODY


def test_what_is_there_is_replaced(upload, ftp, folder, source):
    (folder / "map.png").write_bytes(b"old")
    upload(input=str(source), path=ftp.url("map.png"))
    assert (folder / "map.png").read_bytes() == BODY


@pytest.mark.parametrize(("rule", "is_kept"), [("skip", True), ("changed", False)])
def test_what_is_there_is_kept_as_the_rule_says(upload, ftp, folder, source, rule, is_kept):
    (folder / "map.png").write_bytes(b"old")
    upload(input=str(source), path=ftp.url("map.png"), overwrite=rule)
    assert ((folder / "map.png").read_bytes() == b"old") == is_kept


def test_what_is_there_can_be_refused(upload, sftp, folder, source):
    (folder / "map.png").write_bytes(b"old")
    with pytest.raises(OutputError, match=r"map\.png is there already"):
        upload(
            input=str(source),
            path=sftp.url("map.png"),
            host_key=sftp.fingerprint,
            overwrite="refuse",
        )


@pytest.mark.parametrize("times", [1, 3])
def test_an_upload_goes_on_where_it_broke_off(patient, folder, source, told, times):
    client, inject, url = patient
    for _ in range(times):
        inject({"kind": "store-reset", "after": 800_000})
    assert client.upload(url, source) == len(BODY)
    assert (folder / "map.png").read_bytes() == BODY
    assert names(folder) == ["map.png"]
    assert sum("trying again" in line for line in told) == times


def test_another_run_goes_on_where_the_last_one_ended(patient, folder, source):
    client, inject, url = patient
    for _ in range(5):
        inject({"kind": "store-reset", "after": 1})
    with pytest.raises(TransferError, match="broke off"):
        client.upload(url, source)
    (part,) = folder.iterdir()
    assert re.fullmatch(r"\.part-[0-9a-f]{16}", part.name)
    part.write_bytes(b"\0" * 1_000_000)  # to see that it is gone on with
    client.upload(url, source)
    assert (folder / "map.png").read_bytes() == b"\0" * 1_000_000 + BODY[1_000_000:]
    assert names(folder) == ["map.png"]


def test_a_file_that_changed_meanwhile_is_sent_anew(patient, folder, source):
    client, inject, url = patient
    inject(*[{"kind": "store-reset", "after": 1_000_000}])
    sent = []

    def report(position: int, _: int | None) -> None:
        if position > 500_000 and not sent:
            sent.append(position)
            os.utime(source, (1_000_000_000, 1_000_000_000))

    with pytest.raises(DataError, match="changed while it was sent"):
        client.upload(url, source, report=report)
    assert not (folder / "map.png").exists()


def test_a_server_that_cannot_go_on_gets_all_anew(folder, source, told):
    with (
        FtpServer(folder, unknown=["REST"]) as server,
        FtpClient(
            Dialer(LOOPBACK), ME, retries=Retries(pause=lambda _: None), tell=told.append
        ) as client,
    ):
        server.inject({"kind": "store-reset", "after": 800_000})
        client.upload(server.url("map.png"), source)
    assert (folder / "map.png").read_bytes() == BODY


def test_a_server_without_room_is_told_of(patient, folder, source):
    client, inject, url = patient
    for _ in range(5):
        inject({"kind": "store-full", "after": 1})
    with pytest.raises(TransferError, match=r"transfer aborted|Failure"):
        client.upload(url, source)
    assert not (folder / "map.png").exists()


def test_a_wrong_password_is_one_clear_line_without_it(upload, ftp, source, ran):
    with pytest.raises(TransferError, match="530") as caught:
        upload(input=str(source), path=ftp.url("map.png"), password="a-wrong-secret")
    assert "a-wrong-secret" not in f"{caught.value.message}{caught.value.hint}{ran.told}"


def test_who_may_not_write_is_told_so(ran, ftp, source):
    with pytest.raises(TransferError, match="550"):
        run(FtpArgs(input=str(source), path=ftp.url("map.png")), ran.job())


def test_a_password_may_be_a_credential(ran, ftp, folder, source, tmp_path):
    (tmp_path / "keys").write_text(f"FTP='{PASSWORD}'\n")
    args = {"credential": [f"user={USER}", "password=@FTP"], "credential_file": f"{tmp_path}/keys"}
    run(FtpArgs.model_validate({"input": str(source), "path": ftp.url("a")} | args), ran.job())
    assert (folder / "a").read_bytes() == BODY


def test_an_address_that_a_server_names_is_not_connected_to(upload, folder, source):
    with FtpServer(folder, masquerade="10.0.0.1", epsv=False) as server:
        upload(input=str(source), path=server.url("map.png"))
    assert (folder / "map.png").read_bytes() == BODY


@pytest.mark.parametrize("scheme", ["ftp", "ftps", "sftp"])
def test_a_private_address_is_refused(upload, source, scheme):
    with pytest.raises(AddressRefused):
        upload(input=str(source), path=f"{scheme}://127.0.0.2/a")


def test_a_missing_file_is_one_clear_line(upload, ftp, tmp_path):
    with pytest.raises(InputNotFound, match="cannot read"):
        upload(input=str(tmp_path / "none"), path=ftp.url("a"))


def test_other_servers_are_refused(upload, source):
    with pytest.raises(UsageError, match="not an FTP server"):
        upload(input=str(source), path="https://host/a")


def test_passwords_are_known_to_be_secret():
    kinds = kinds_of(FtpArgs)
    assert [kinds[name] for name in ("password", "credential")] == [Kind.SECRET] * 2


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"private_key": "k"}, "for sftp:// URLs"),
        ({"host_key": "SHA256:" + "A" * 43}, "for sftp:// URLs"),
        ({"host_key": "MD5:00"}, "match pattern"),
        ({"credential_file": "keys"}, "name an @KEY"),
        ({"inputs": ["b"]}, "only once"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(args, message):
    with pytest.raises(ValidationError, match=message):
        FtpArgs.model_validate({"input": "a", "path": "ftp://host/a"} | args)
