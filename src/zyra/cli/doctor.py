"""`zyra doctor`: look at everything that running commands needs, and say what to do."""

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

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
from zyra.cli.findings import FAIL, OK, WARN, Finding
from zyra.cli.serve import port_number
from zyra.core.errors import ZyraError
from zyra.core.exit_codes import DONE, FAILED
from zyra.core.loading import load
from zyra.core.settings import GIB, Settings, load_settings
from zyra.jobs.isolation.level import Level, level_here
from zyra.jobs.requests import Caller, RunRequest
from zyra.wiring import build_service, check_storage

LINK = "zyra.jobs.redis.connection:Link"
LOW_DISK_BYTES = 5 * GIB
SELF_TEST_S = 60.0

REDIS, STORAGE = "ZYRA_REDIS_URL", "ZYRA_STORAGE_URL"


def main(arguments: list[str]) -> int:
    """Print what was found; exit with 1 if anything fails."""
    options = parser().parse_args(arguments)
    findings = asyncio.run(examine(load_settings(), options.host, options.port))
    sys.stdout.write(_as_json(findings) if options.json else _as_table(findings))
    return FAILED if any(finding.state == FAIL for finding in findings) else DONE


def parser() -> argparse.ArgumentParser:
    """What the tool takes."""
    own = argparse.ArgumentParser(
        prog="zyra doctor", description="Check what this machine needs to run commands."
    )
    own.add_argument("--json", action="store_true", help="as JSON")
    own.add_argument("--host", default="127.0.0.1", help="where the service is to listen")
    own.add_argument("--port", type=port_number, default=8000, help="and on which port")
    return own


async def examine(settings: Settings, host: str = "127.0.0.1", port: int = 8000) -> list[Finding]:
    """Every finding, in the order in which a reader wants them."""
    folders = {
        "UPLOAD_DIR": settings.upload_dir,
        "RESULTS_DIR": settings.results_dir,
        "STATE_DIR": settings.state_dir,
    }
    return [
        python_finding(),
        *(library_finding(name, dotted) for name, dotted in LIBRARIES.items()),
        definitions_finding(),
        *(extra_finding(extra, settings) for extra in EXTRAS),
        *(folder_finding(name, path) for name, path in folders.items()),
        clock_finding(Path(tempfile.gettempdir())),
        sandbox_finding(level_here()),
        port_finding(host, port),
        *settings_findings(settings),
        await redis_finding(settings),
        await storage_finding(settings),
        await _self_test(settings),
    ]


def folder_finding(setting: str, path: Path) -> Finding:
    """Whether a folder can be written, or made, and has room."""
    existing = next(folder for folder in (path, *path.absolute().parents) if folder.exists())
    name = f"ZYRA_{setting}"
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        remedy = f"give this user the right to write {existing}, or set {name} to another folder"
        return Finding(name, FAIL, f"{path} cannot be written", remedy)
    free = shutil.disk_usage(existing).free
    detail = f"{path}, {free / GIB:.1f} GiB free"
    if free < LOW_DISK_BYTES:
        return Finding(name, WARN, detail, "make room, or set a shorter ZYRA_RESULTS_TTL_S")
    return Finding(name, OK, detail)


def sandbox_finding(level: Level) -> Finding:
    """How far the kernel keeps a run within its room."""
    filters = "seccomp" if level.seccomp else "no seccomp"
    if level.name == "full":
        kept = "own files, no network past the broker, no signals"
        return Finding("sandbox", OK, f"Landlock {level.landlock}, {filters}: {kept}")
    if level.files:
        kept = "own files, no network past the broker" if level.network else "own files"
        remedy = "Linux 6.7 limits TCP too, 6.12 signals; seccomp needs x86_64 or aarch64"
        return Finding("sandbox", WARN, f"Landlock {level.landlock}, {filters}: {kept}", remedy)
    return Finding(
        "sandbox",
        WARN,
        f"no Landlock, {filters}: a run is kept within its files by checks of its arguments only",
        "use Linux 5.13 or later with Landlock enabled before serving others",
    )


async def redis_finding(settings: Settings) -> Finding:
    """Whether Redis answers, and remembers over a crash."""
    if settings.redis_url is None:
        return Finding(REDIS, OK, "not used: jobs run on this machine")
    try:
        link = load(LINK)(settings.redis_url)
        try:
            is_durable = await link.is_durable()
        finally:
            await link.close()
    except ZyraError as error:
        return Finding(REDIS, FAIL, error.message, "start it, or correct ZYRA_REDIS_URL")
    if is_durable:
        return Finding(REDIS, OK, "answers, with append-only file")
    return Finding(
        REDIS,
        WARN,
        "runs without append-only file: accepted jobs are lost when it is killed",
        "set `appendonly yes` in its configuration",
    )


async def storage_finding(settings: Settings) -> Finding:
    """Whether the bucket of uploads and results can be written."""
    if settings.storage_url is None:
        return Finding(STORAGE, OK, "not used: uploads and results are in the folders above")
    try:
        await check_storage(settings)
    except ZyraError as error:
        return Finding(STORAGE, FAIL, error.message, error.hint or "")
    return Finding(STORAGE, OK, f"{settings.storage_url} can be written")


async def _self_test(settings: Settings) -> Finding:
    """Run a small command as a service would: in a process of its own, with its limits."""
    with tempfile.TemporaryDirectory() as folder:
        names = ("upload_dir", "results_dir", "state_dir")
        apart = dict.fromkeys(("redis_url", "storage_url", "otlp_endpoint"))
        apart |= {name: Path(folder, name) for name in names}
        service = build_service(settings.model_copy(update=apart))
        request = RunRequest(
            "disseminate", "local", {"input": "-", "path": "copy.txt"}, stdin="zyra"
        )
        await service.start()
        try:
            record = await service.run(Caller("doctor"), request, wait_s=SELF_TEST_S)
        except (ZyraError, OSError) as error:
            return Finding("run of a command", FAIL, str(error), "see the message")
        finally:
            await service.close()
    if record.ok:
        return Finding("run of a command", OK, f"took {record.duration_s or 0:.2f} s")
    detail = f"{record.status}: {record.message} {record.stderr.text}".strip()
    return Finding("run of a command", FAIL, detail, "see the message; the limits may be too low")


def _as_table(findings: list[Finding]) -> str:
    width = max(len(finding.name) for finding in findings)
    lines = []
    for finding in findings:
        lines.append(f"{finding.state:<5} {finding.name:<{width}}  {finding.detail}")
        if finding.remedy:
            lines.append(f"{'':5} {'':{width}}  -> {finding.remedy}")
    return "\n".join(lines) + "\n"


def _as_json(findings: list[Finding]) -> str:
    return json.dumps([asdict(finding) for finding in findings], indent=1) + "\n"
