"""A secret is seen by its run alone: not in what it says, not in stores, not on the disk."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import misbehaving
import pytest

from zyra.core.settings import Settings
from zyra.jobs.plan_vault import PlanVault
from zyra.jobs.records import JobRecord, Mode, Reason, Status
from zyra.jobs.requests import Caller, RequestRefused, RunRequest, ServiceUnavailable
from zyra.jobs.sealing import seal_of_file
from zyra.jobs.service import JobService
from zyra.wiring import build_service

pytestmark = pytest.mark.anyio

CANARY = "canary-4f1d9a7c-in-the-mine"
ME = Caller("me", secrets=frozenset({"mine"}))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "mine").write_text(f"{CANARY}\n")
    (tmp_path / "secrets" / "other").write_text("of somebody else")
    (tmp_path / "secrets" / "empty").touch()
    folders = {
        name: tmp_path / "kept" / name for name in ("upload_dir", "results_dir", "state_dir")
    }
    return Settings(**folders, secrets_dir=tmp_path / "secrets", concurrency=1)


@pytest.fixture
async def service(settings: Settings, anyio_backend: str) -> AsyncIterator[JobService]:
    service = build_service(settings, misbehaving.REGISTRY, "misbehaving:REGISTRY")
    yield service
    await service.close()


async def run(service: JobService, **args: object) -> JobRecord:
    return await service.run(ME, RunRequest("process", "give-away", args))


def files_with(text: str, folder: Path) -> list[Path]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if text.encode() in path.read_bytes()]


@pytest.mark.parametrize(("given", "pieces"), [(CANARY, 1), (CANARY, 27), ("secret:mine", 5)])
async def test_what_a_run_says_of_its_secret_is_masked_however_it_is_cut(
    service: JobService, settings: Settings, given: str, pieces: int
) -> None:
    await service.start()
    record = await run(service, token=given, pieces=pieces, around="<äöü>")
    async with aclosing(service.follow(ME, record.job_id)) as frames:
        told = json.dumps([frame.json async for frame in frames])
    assert record.stdout.text == "<äöü>***<äöü>"
    assert record.stderr.text.startswith("<äöü>***<äöü>")
    assert "refused ***" in record.stderr.text
    assert record.message == "now ***"
    assert record.args["token"] == "***"
    assert CANARY not in told
    assert not files_with(CANARY, settings.state_dir.parent)


async def test_headers_and_passwords_in_urls_are_masked_too(service: JobService) -> None:
    await service.start()
    record = await run(
        service,
        header=[f"Authorization: Bearer {CANARY}", "X-Token: secret:mine"],
        source=f"https://me:{CANARY}@127.0.0.1.example/x?token={CANARY}2&plain=yes",
    )
    assert CANARY not in record.stdout.text + record.stderr.text + record.message
    assert "plain=yes" in record.stdout.text


@pytest.mark.parametrize(
    "given",
    [
        {"token": CANARY},
        {"header": [f"A: {CANARY}"]},
        {"source": f"https://me:{CANARY}@example.org/"},
    ],
)
async def test_a_job_that_waits_has_no_secret_in_clear_in_the_store(
    service: JobService, settings: Settings, given: dict[str, object]
) -> None:
    request = RunRequest("process", "give-away", given, mode=Mode.ASYNC)
    record = await service.submit(ME, request)  # the service is not started: it waits
    assert record.status is Status.QUEUED
    assert not files_with(CANARY, settings.state_dir.parent)
    assert (settings.state_dir / "plan.key").stat().st_mode & 0o077 == 0
    await service.start()
    done = await service.wait(ME, record.job_id, 20)
    assert "***" in done.stdout.text


async def test_a_named_secret_is_read_when_the_run_begins(
    service: JobService, settings: Settings
) -> None:
    request = RunRequest("process", "give-away", {"token": "secret:mine"}, mode=Mode.ASYNC)
    record = await service.submit(ME, request)
    assert settings.secrets_dir is not None
    (settings.secrets_dir / "mine").unlink()
    await service.start()
    done = await service.wait(ME, record.job_id, 20)
    assert (done.status, done.reason) == (Status.FAILED, Reason.LOST)
    assert "'mine'" in done.message


@pytest.mark.parametrize("name", ["other", "nothing", "..", "../mine", "empty", ""])
async def test_a_secret_of_others_and_one_that_is_not_there_are_refused_alike(
    service: JobService, name: str
) -> None:
    given = f"secret:{name}"
    request = RunRequest("process", "give-away", {"token": given})
    if name in ("..", "../mine", ""):  # no name of a secret, so it is a text like any other
        service.vault.check(ME, given)
        return
    with pytest.raises(RequestRefused, match=f"no secret '{name}' that you may use"):
        await service.submit(ME, request)


async def test_a_caller_with_admin_may_use_every_secret(service: JobService) -> None:
    service.vault.check(Caller("boss", secrets=frozenset({"*"})), "secret:other")


async def test_on_redis_a_secret_needs_a_key_that_all_share(tmp_path: Path) -> None:
    vault = PlanVault(None, None)
    with pytest.raises(Exception, match="without a key to encrypt it"):
        vault.check(ME, CANARY)


async def test_a_process_without_a_key_says_so_of_what_is_encrypted(tmp_path: Path) -> None:
    kept = PlanVault(None, lambda: seal_of_file(tmp_path / "key")).keep("text")
    assert "text" not in kept
    with pytest.raises(ServiceUnavailable, match="has no key"):
        PlanVault(None, None).read(kept)


async def test_the_fingerprint_of_a_request_cannot_be_made_without_the_key(
    service: JobService, settings: Settings, tmp_path: Path
) -> None:
    """Else who reads the store could find out a short secret by trying."""
    other = PlanVault(None, lambda: seal_of_file(tmp_path / "other"))
    again = PlanVault(None, lambda: seal_of_file(settings.state_dir / "plan.key"))
    made = service.vault.fingerprint("request")
    assert made == again.fingerprint("request") != again.fingerprint("request.")
    assert made not in {other.fingerprint("request"), hashlib.sha256(b"request").hexdigest()}


async def test_the_key_of_fingerprints_is_not_that_of_the_encryption(tmp_path: Path) -> None:
    digest = seal_of_file(tmp_path / "key").digest("request")
    key = base64.urlsafe_b64decode((tmp_path / "key").read_bytes())
    parts = (key, key[:16], key[16:])
    assert digest not in {hmac.new(part, b"request", "sha256").hexdigest() for part in parts}


async def test_what_another_key_encrypted_is_refused(tmp_path: Path) -> None:
    first, second = seal_of_file(tmp_path / "a"), seal_of_file(tmp_path / "b")
    sealed = first.seal("ü\udc80")
    assert seal_of_file(tmp_path / "a").unseal(sealed) == "ü\udc80"
    with pytest.raises(ServiceUnavailable, match="another key"):
        second.unseal(sealed)


async def test_processes_that_make_the_key_at_once_have_the_same(tmp_path: Path) -> None:
    made = await asyncio.gather(
        *(asyncio.to_thread(seal_of_file, tmp_path / "key") for _ in range(8))
    )
    assert {seal.unseal(made[0].seal("x")) for seal in made} == {"x"}
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
