"""`zyra keys` and `zyra audit`, as a person uses them."""

import re
from pathlib import Path

import pytest

from zyra.access.audit import AuditLog
from zyra.cli.main import main


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ZYRA_STATE_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def made_key(capsys: pytest.CaptureFixture[str], *more: str) -> str:
    arguments = ["keys", "create", "--name", "n8n", "--scopes", "run:process,jobs:read", *more]
    assert main(arguments) == 0
    return capsys.readouterr().out.strip()


def key_id_of(text: str) -> str:
    return text.split("_")[1]


def test_a_key_is_written_to_stdout_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert re.fullmatch(r"zyra_[0-9a-f]{16}_[A-Za-z0-9_-]{43}", made_key(capsys))


def test_the_list_shows_everything_but_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    text = made_key(capsys, "--expires", "never")
    assert main(["keys", "list"]) == 0
    line = capsys.readouterr().out.splitlines()[1]
    assert line.split() == [key_id_of(text), "n8n", "active", "never", "jobs:read,run:process"]


def test_a_revoked_key_is_listed_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    key_id = key_id_of(made_key(capsys))
    assert main(["keys", "revoke", key_id]) == 0
    main(["keys", "list"])
    assert " revoked " in capsys.readouterr().out


def test_a_rotated_key_keeps_its_id(capsys: pytest.CaptureFixture[str]) -> None:
    old = made_key(capsys)
    assert main(["keys", "rotate", key_id_of(old), "--grace", "none"]) == 0
    new = capsys.readouterr().out.strip()
    assert key_id_of(new) == key_id_of(old)
    assert new != old


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["create", "--name", "x", "--scopes", "run:proces"], "no scope 'run:proces'"),
        (["create", "--name", " ", "--scopes", "admin"], "needs a name"),
        (["create", "--name", "x", "--scopes", "admin", "--expires", "soon"], "not a period"),
        (["revoke", "nope"], "there is no key 'nope'"),
    ],
)
def test_what_cannot_be_done_is_told(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["keys", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_whole_audit_log_is_said_to_be(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_log(state)
    assert main(["audit", "verify"]) == 0
    assert "is whole" in capsys.readouterr().out


def test_a_broken_audit_log_is_shown(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_log(state)
    path.write_text(path.read_text().replace("maria", "mario"))
    assert main(["audit", "verify"]) == 1
    assert ":1: was changed" in capsys.readouterr().out


def write_log(folder: Path) -> Path:
    log = AuditLog(folder / "audit.jsonl")
    log.write({"caller": "maria", "action": "run"})
    log.close()
    return folder / "audit.jsonl"
