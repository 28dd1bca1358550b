"""The units for systemd: understood by it, and confined alike."""

import shutil
import subprocess
from pathlib import Path

import pytest

from source_tree import ROOT

UNITS = {name: ROOT / f"deploy/systemd/{name}.service" for name in ("zyra-api", "zyra-worker")}
CONFINING = ("Protect", "Private", "Restrict", "SystemCall", "NoNew", "Capability", "Lock")


def settings_of(name: str) -> dict[str, str]:
    lines = UNITS[name].read_text().splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {key: value for key, _, value in pairs}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
@pytest.mark.parametrize("name", UNITS)
def test_systemd_has_nothing_to_say_of_a_unit(name: str, tmp_path: Path) -> None:
    # It looks whether the program is there, which is so on the machine of the service only.
    unit = tmp_path / UNITS[name].name
    unit.write_text(UNITS[name].read_text().replace("/srv/zyra/bin/", "/bin/true /srv/zyra/bin/"))
    command = ["systemd-analyze", "verify", "--man=no", str(unit)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    own = [line for line in found.stderr.splitlines() if unit.name in line]
    assert own == []


def test_service_and_workers_are_confined_alike() -> None:
    api, worker = (
        {key: value for key, value in settings_of(name).items() if key.startswith(CONFINING)}
        for name in UNITS
    )
    assert api == worker
    assert api["NoNewPrivileges"] == "yes"
    assert "landlock_restrict_self seccomp" in api["SystemCallFilter"]


def test_answers_get_their_time_before_a_stop_is_forced() -> None:
    settings: dict[str, int] = {}
    exec((ROOT / "deploy/gunicorn.conf.py").read_text(), settings)
    assert int(settings_of("zyra-api")["TimeoutStopSec"]) > settings["graceful_timeout"]
