"""`zyra doctor` tells what is wrong and what to do."""

import json
import socket
from pathlib import Path

import pytest
from redis_server import RedisServer, free_port

from zyra.cli.doctor import (
    examine,
    folder_finding,
    main,
    redis_finding,
    sandbox_finding,
    storage_finding,
)
from zyra.core.settings import Settings
from zyra.jobs.isolation.level import Level

pytestmark = pytest.mark.anyio


def settings_in(folder: Path, **given: object) -> Settings:
    names = ("upload_dir", "results_dir", "state_dir")
    return Settings(**{name: folder / name for name in names}, **given)


async def test_a_healthy_machine_runs_a_command_and_has_nothing_to_remedy(tmp_path: Path) -> None:
    findings = await examine(settings_in(tmp_path))
    assert list(tmp_path.iterdir()) == []  # the self-test has folders of its own
    assert [f for f in findings if f.state == "fail" or (f.remedy and f.state == "ok")] == []
    assert "run of a command" in {finding.name for finding in findings}


def test_a_folder_that_cannot_be_made_fails_with_its_setting(tmp_path: Path) -> None:
    (tmp_path / "upload_dir").write_text("a file")
    finding = folder_finding("UPLOAD_DIR", tmp_path / "upload_dir" / "below")
    assert finding.state == "fail"
    assert "ZYRA_UPLOAD_DIR" in finding.remedy


@pytest.mark.parametrize(("append_only", "state"), [(True, "ok"), (False, "warn")])
async def test_a_redis_without_append_only_file_is_warned_of(
    tmp_path: Path, append_only: bool, state: str
) -> None:
    (tmp_path / "redis").mkdir()
    with RedisServer(tmp_path / "redis", append_only=append_only) as server:
        finding = await redis_finding(settings_in(tmp_path, redis_url=server.url))
    assert finding.state == state
    assert ("appendonly yes" in finding.remedy) == (state == "warn")


async def test_a_redis_that_is_not_there_fails(tmp_path: Path) -> None:
    url = f"redis://:hidden@127.0.0.1:{free_port()}/0"
    finding = await redis_finding(settings_in(tmp_path, redis_url=url))
    assert (finding.state, "hidden" in finding.detail) == ("fail", False)


async def test_an_address_that_is_none_fails(tmp_path: Path) -> None:
    finding = await redis_finding(settings_in(tmp_path, redis_url="localhost:6379"))
    assert finding.state == "fail"


async def test_a_bucket_that_is_away_fails_with_its_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{silent.getsockname()[1]}",
            "AWS_ACCESS_KEY_ID": "a",
            "AWS_SECRET_ACCESS_KEY": "b",
        }.items():
            monkeypatch.setenv(name, value)
        finding = await storage_finding(settings_in(tmp_path, storage_url="s3://a-bucket/below"))
    assert (finding.state, "s3://a-bucket/below" in finding.detail) == ("fail", True)


def test_what_was_found_is_printed_as_json(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        monkeypatch.setenv("ZYRA_REDIS_URL", f"redis://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setenv("ZYRA_STATE_DIR", str(tmp_path))
        assert main(["--json"]) == 1
    findings = {finding["name"]: finding for finding in json.loads(capsys.readouterr().out)}
    assert findings["ZYRA_REDIS_URL"]["state"] == "fail"
    assert findings["python"]["state"] == "ok"


@pytest.mark.parametrize(("landlock", "state"), [(7, "ok"), (3, "warn"), (0, "warn")])
def test_the_sandbox_is_told_by_what_the_kernel_can_do(landlock, state):
    assert sandbox_finding(Level(landlock, seccomp=True)).state == state
