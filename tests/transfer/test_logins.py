"""Who a person is to a server: the argument, the URL, the file ~/.netrc, in this order."""

from pathlib import Path

import pytest

from zyra.core.errors import UsageError
from zyra.core.urls import split_url
from zyra.transfer.logins import NOBODY, Login, login_for, netrc_login

NETRC = "machine a.example login me password s3cret\nmachine b.example login you password other\n"


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    (tmp_path / ".netrc").write_text(NETRC)
    return {"HOME": str(tmp_path)}


@pytest.mark.parametrize(
    ("url", "given", "login"),
    [
        ("ftp://a.example/", NOBODY, ("me", "s3cret")),
        ("ftp://me@a.example/", NOBODY, ("me", "s3cret")),
        ("ftp://else@a.example/", NOBODY, ("else", None)),
        ("ftp://u:p@a.example/", NOBODY, ("u", "p")),
        ("ftp://u:p@a.example/", Login("x", "y"), ("x", "y")),
        ("ftp://u:p@a.example/", Login("x"), ("x", None)),
        ("ftp://u@a.example/", Login(password="y"), ("u", "y")),
        ("ftp://c.example/", NOBODY, (None, None)),
    ],
)
def test_the_nearest_word_counts(variables, url, given, login):
    found = login_for(split_url(url), given, variables)
    assert (found.user, found.password) == login


def test_without_a_home_there_is_no_netrc():
    assert netrc_login("a.example", {}) is None


def test_another_file_may_be_named(tmp_path):
    (tmp_path / "mine").write_text(NETRC)
    assert netrc_login("b.example", {"NETRC": str(tmp_path / "mine")}) == ("you", "other")


def test_a_damaged_netrc_is_told_without_its_secrets(tmp_path):
    (tmp_path / ".netrc").write_text("machine a.example login me password s3cret nonsense")
    with pytest.raises(UsageError, match="netrc") as caught:
        netrc_login("a.example", {"HOME": str(tmp_path)})
    assert "s3cret" not in caught.value.message


def test_a_login_shows_no_secret():
    assert "s3cret" not in repr(Login("me", "s3cret", passphrase="s3cret"))
