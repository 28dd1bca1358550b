"""What `zyra doctor` says of the settings: which of them let more people in than they should."""

import ipaddress
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from zyra.cli.findings import FAIL, OK, WARN, Finding
from zyra.core.settings import Settings

SHORTEST_KEY = 20  # characters: with 62 of them to choose from 119 bits
PRIVATE = stat.S_IRWXG | stat.S_IRWXO
NAME = "settings"


def settings_findings(settings: Settings) -> list[Finding]:
    """Everything in the settings that is not safe; one finding that all is well otherwise."""
    found = [*_callers(settings), *_files(settings), *_network(settings), *_user()]
    return found or [Finding(NAME, OK, "none of them is known to be unsafe")]


def _callers(settings: Settings) -> Iterator[Finding]:
    if settings.api_key is not None and len(settings.api_key) < SHORTEST_KEY:
        detail = f"it has {len(settings.api_key)} characters and could be guessed"
        remedy = "make a key with `zyra keys create`, or take `openssl rand -base64 32`"
        yield Finding("ZYRA_API_KEY", WARN, detail, remedy)
    if "*" in settings.cors_origins:
        remedy = "name the pages that may call, https://console.example.org"
        yield Finding("ZYRA_CORS_ORIGINS", WARN, "every page of the web may call", remedy)


def _files(settings: Settings) -> Iterator[Finding]:
    private = {"ZYRA_STATE_DIR": settings.state_dir, "ZYRA_SECRETS_DIR": settings.secrets_dir}
    for name, folder in private.items():
        if folder is not None and folder.is_dir() and folder.stat().st_mode & PRIVATE:
            detail = f"{folder} holds secrets, and others on this machine can open it"
            yield Finding(name, WARN, detail, f"chmod 700 {folder}")
    own = (settings.state_dir, settings.results_dir, settings.upload_dir, settings.secrets_dir)
    for root in settings.data_roots:
        inside = [str(path) for path in own if path is not None and _holds(root, path)]
        if inside:
            detail = f"runs of every caller can read {root}, in which {', '.join(inside)} lies"
            yield Finding("ZYRA_DATA_ROOTS", FAIL, detail, "name a folder that holds data only")


def _network(settings: Settings) -> Iterator[Finding]:
    for entry in settings.allow_hosts:
        try:
            is_all = ipaddress.ip_network(entry, strict=False).prefixlen == 0
        except ValueError:
            continue  # a name
        if is_all:
            detail = f"{entry}: runs reach every address, this machine's own services included"
            yield Finding("ZYRA_ALLOW_HOSTS", FAIL, detail, "name the hosts that runs need")
    redis = urlsplit(settings.redis_url or "")
    if redis.hostname and redis.password is None and not _is_loopback(redis.hostname):
        detail = f"{redis.hostname} takes orders of anybody who reaches it: the URL has no password"
        remedy = "set `requirepass`, and write rediss://:PASSWORD@HOST:6379/0"
        yield Finding("ZYRA_REDIS_URL", WARN, detail, remedy)
    if settings.redis_url is not None and settings.plan_key is None:
        detail = "unset: jobs whose arguments hold secrets are refused"
        yield Finding("ZYRA_PLAN_KEY", WARN, detail, "give every server and worker the same one")


def _user() -> Iterator[Finding]:
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        remedy = "run the service as a user of its own, as deploy/systemd does"
        yield Finding("user", WARN, "root: a fault in the service would be one of root", remedy)


def _holds(root: Path, path: Path) -> bool:
    return path.resolve().is_relative_to(root.resolve())


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
