"""The examples run as they are written, on a service started as the documentation says."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from serving_zyra import serving

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
FORECAST = ROOT / "tests/data/gfs_2p5deg_f120_all_fields.grib2"
LEVELS = ["250", "500", "700", "850"]

Example = Callable[[str], "subprocess.CompletedProcess[str]"]
pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service with folders of its own."""
    with serving(tmp_path_factory.mktemp("service")) as service:
        yield service.address


@pytest.fixture(params=["curl", "python"])
def example(request: pytest.FixtureRequest, address: str, tmp_path: Path) -> Example:
    """Runs the example of that name, with curl or in Python, in a folder of its own."""

    def run(name: str) -> "subprocess.CompletedProcess[str]":
        script = next((EXAMPLES / request.param).glob(f"{name}.*"))
        program = ["bash"] if request.param == "curl" else [sys.executable]
        done = subprocess.run(
            [*program, str(script), str(FORECAST)],
            cwd=tmp_path,
            env=os.environ | {"ZYRA": address},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    return run


def test_a_command_is_run_with_and_without_waiting(example: Example) -> None:
    lines = example("run").stdout.splitlines()
    assert lines[0] == "exit code 0"
    assert any("850 hPa" in line for line in lines)
    assert lines[-1] == "succeeded: t850.png"


def test_an_upload_is_named_in_arguments_and_its_result_too(example: Example) -> None:
    said = example("upload").stdout
    size = FORECAST.stat().st_size
    assert f"uploaded {FORECAST.name}, {size} bytes" in said
    assert "mean" in said


def test_a_download_is_whole_resumed_spared_and_packed(example: Example, tmp_path: Path) -> None:
    lines = example("download").stdout.splitlines()
    assert lines[-1].split()[0::2] == ["all.nc", "intact"]
    assert "304" in lines
    whole = (tmp_path / "all.nc").read_bytes()
    assert whole[:4] == b"\x89HDF"
    assert (tmp_path / "part.nc").read_bytes() == whole


def test_a_job_is_followed_live_to_its_exit_code(example: Example) -> None:
    done = example("follow")
    assert all(f"{level} hPa" in done.stdout for level in LEVELS)
