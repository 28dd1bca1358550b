"""`zyra doctor` looks at Python, libraries, the port, the clock and at unsafe settings."""

import os
import socket
from importlib.metadata import version
from pathlib import Path

import pytest

from zyra.cli.doctor_machine import (
    EXTRAS,
    LIBRARIES,
    clock_finding,
    definitions_finding,
    extra_finding,
    library_finding,
    port_finding,
    python_finding,
)
from zyra.cli.doctor_settings import settings_findings
from zyra.core.settings import Settings


def states(settings: Settings) -> dict[str, str]:
    """Of the settings that something is said about; who runs the tests does not matter."""
    return {f.name: f.state for f in settings_findings(settings) if f.name != "user"}


def safe(folder: Path, **given: object) -> Settings:
    names = ("upload_dir", "results_dir", "state_dir")
    return Settings(**{name: folder / name for name in names}, **given)


def test_this_python_will_do() -> None:
    assert python_finding().state == "ok"


@pytest.mark.parametrize("name", LIBRARIES)
def test_each_library_is_loaded_and_told_with_its_version(name: str) -> None:
    finding = library_finding(name, LIBRARIES[name])
    assert (finding.state, finding.detail) == ("ok", version(name))


def test_a_library_that_is_not_there_fails_with_the_remedy() -> None:
    finding = library_finding("not-there", "not_there:at_all")
    assert (finding.state, finding.remedy) == ("fail", "pip install not-there")


def test_a_library_that_cannot_be_loaded_fails_and_says_why() -> None:
    finding = library_finding("numpy", "numpy:there_is_no_such_thing")
    assert finding.state == "fail"
    assert "there_is_no_such_thing" in finding.detail


def test_the_tables_of_eccodes_are_there() -> None:
    assert definitions_finding().state == "ok"


@pytest.mark.parametrize("extra", EXTRAS)
def test_each_extra_is_told(extra: str) -> None:
    assert extra_finding(extra, Settings()).state == "ok"


def test_a_port_that_is_taken_is_warned_of() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        finding = port_finding("127.0.0.1", taken.getsockname()[1])
    assert finding.state == "warn"
    assert "--port" in finding.remedy
    assert port_finding("127.0.0.1", 0).state == "ok"


def test_the_clock_is_right(tmp_path: Path) -> None:
    assert clock_finding(tmp_path).state == "ok"
    assert list(tmp_path.iterdir()) == []


def test_a_clock_that_was_never_set_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zyra.cli.doctor_machine.time.time", lambda: 1000.0)
    assert clock_finding(tmp_path).state == "fail"


def test_safe_settings_are_ok(tmp_path: Path) -> None:
    (tmp_path / "state_dir").mkdir(mode=0o700)
    assert set(states(safe(tmp_path)).values()) <= {"ok"}


@pytest.mark.parametrize(
    ("given", "name", "state"),
    [
        ({"api_key": "short"}, "ZYRA_API_KEY", "warn"),
        ({"cors_origins": "*"}, "ZYRA_CORS_ORIGINS", "warn"),
        ({"allow_hosts": "0.0.0.0/0"}, "ZYRA_ALLOW_HOSTS", "fail"),
        ({"allow_hosts": "::/0"}, "ZYRA_ALLOW_HOSTS", "fail"),
        ({"redis_url": "redis://10.0.0.5:6379/0"}, "ZYRA_REDIS_URL", "warn"),
        ({"redis_url": "redis://127.0.0.1:6379/0"}, "ZYRA_PLAN_KEY", "warn"),
        ({"data_roots": "/"}, "ZYRA_DATA_ROOTS", "fail"),
    ],
)
def test_an_unsafe_setting_is_told(
    tmp_path: Path, given: dict[str, str], name: str, state: str
) -> None:
    assert states(safe(tmp_path, **given))[name] == state


def test_a_password_of_redis_is_enough(tmp_path: Path) -> None:
    assert "ZYRA_REDIS_URL" not in states(safe(tmp_path, redis_url="redis://:pw@10.0.0.5/0"))


def test_a_folder_of_secrets_that_others_can_open_is_told(tmp_path: Path) -> None:
    (tmp_path / "state_dir").mkdir()
    os.chmod(tmp_path / "state_dir", 0o755)  # noqa: PTH101 - as a person would
    assert states(safe(tmp_path))["ZYRA_STATE_DIR"] == "warn"
