"""A session that does not come about is told in the right words, and tried again if that helps."""

import socket
from pathlib import Path
from threading import Event

import paramiko
import pytest
from raw_server import HOST, RawServer, Talk, listen, reset
from sftp_server import PASSWORD, USER, Door, SftpServer

from zyra.core.errors import TransferError, TransientTransferError
from zyra.core.network import NetworkPolicy
from zyra.transfer.connections import Dialer
from zyra.transfer.logins import Login
from zyra.transfer.sftp_files import SftpClient

LOOPBACK = Dialer(NetworkPolicy.allowing([HOST]))
ME = Login(USER, PASSWORD)
GREETING = b"SSH-2.0-test\r\n"


def saying(text: bytes) -> Talk:
    def say(connection: socket.socket) -> None:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        listen(connection)

    return say


def saying_and_waiting(text: bytes) -> Talk:
    def say(connection: socket.socket) -> None:
        connection.sendall(text)
        listen(connection)

    return say


def failure(talk: Talk, *, timeout_s: float = 60.0) -> TransferError:
    with (
        RawServer(talk) as server,
        SftpClient(LOOPBACK, ME, timeout_s=timeout_s) as client,
        pytest.raises(TransferError) as caught,
    ):
        client.entries(f"sftp://{USER}@{HOST}:{server.port}/")
    return caught.value


@pytest.mark.parametrize(
    "talk",
    [
        saying(b""),
        reset,
        saying(b"SSH-"),
        saying(b"Exceeded MaxStartups\r\n"),
        saying(GREETING),
        saying(GREETING + b"\0\0"),
    ],
)
def test_a_server_that_hangs_up_before_it_is_done_may_be_tried_again(talk):
    error = failure(talk)
    assert isinstance(error, TransientTransferError)
    assert "the connection broke off" in error.message


@pytest.mark.parametrize("text", [b"", b"SSH-", GREETING])
def test_a_server_that_falls_silent_may_be_tried_again(text):
    error = failure(saying_and_waiting(text), timeout_s=0.2)
    assert isinstance(error, TransientTransferError)
    assert "timed out" in error.message


@pytest.mark.parametrize(
    "text",
    [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-1.5-old\r\n", b"\xff\xfe\n", b"hello\n" * 100],
)
def test_what_is_not_ssh_is_not_tried_again(text):
    error = failure(saying(text))
    assert not isinstance(error, TransientTransferError)
    assert "not a proper SSH answer" in error.message
    assert error.hint == "is this an SSH port?"


class HangsUp(Door):
    def check_auth_password(self, username: str, password: str) -> int:
        self.transport.sock.shutdown(socket.SHUT_RDWR)
        return paramiko.AUTH_FAILED


class SendsAway(Door):
    def check_auth_password(self, username: str, password: str) -> int:
        self.transport.auth_handler._disconnect_no_more_auth()
        return paramiko.AUTH_FAILED


class HasNoFiles(Door):
    def check_channel_subsystem_request(self, channel: paramiko.Channel, name: str) -> bool:
        return False


class HasNoRoom(Door):
    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_FAILED_RESOURCE_SHORTAGE


def failed_login(folder: Path, door: type[Door], timeout_s: float = 60.0) -> TransferError:
    with (
        SftpServer(folder, door=door) as server,
        SftpClient(LOOPBACK, ME, host_key=server.fingerprint, timeout_s=timeout_s) as client,
        pytest.raises(TransferError) as caught,
    ):
        client.entries(server.url(""))
    return caught.value


@pytest.mark.parametrize("door", [HangsUp, HasNoRoom])
def test_a_login_that_breaks_off_is_not_called_denied(tmp_path, door):
    error = failed_login(tmp_path, door)
    assert isinstance(error, TransientTransferError)
    assert "the connection broke off" in error.message


def test_a_login_without_an_answer_is_not_called_denied(tmp_path):
    over = Event()

    class FallsSilent(Door):
        def check_auth_password(self, username: str, password: str) -> int:
            over.wait()
            return paramiko.AUTH_FAILED

    error = failed_login(tmp_path, FallsSilent, timeout_s=2.0)
    over.set()
    assert isinstance(error, TransientTransferError)
    assert "timed out" in error.message


@pytest.mark.parametrize(
    ("door", "words"), [(SendsAway, "No more auth methods"), (HasNoFiles, "no SFTP here")]
)
def test_who_is_sent_away_is_told_why(tmp_path, door, words):
    error = failed_login(tmp_path, door)
    assert not isinstance(error, TransientTransferError)
    assert words in error.message
