"""Prometheus itself on the loopback address, by the files in deploy/ but for addresses and times.

with prometheus_reading(service.address, key, folder) as prometheus:
    moment = prometheus.when("sum(zyra_runs_total) == 4")
    prometheus.ask("sum by (status) (zyra_jobs)", moment)
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import yaml

from _gunicorn import wait_until
from _held_port import HOST, held_port
from monitoring import ALERTS_FILE, SCRAPES_FILE
from programs import needed

# So often the service is asked and every rule is looked at.
OFTEN = "1s"
PATIENCE_S = 60

Labels = dict[str, str]


@dataclass(frozen=True)
class Prometheus:
    """A Prometheus that reads a service."""

    client: httpx.Client

    def ask(self, expression: str, at: float | None = None) -> list[tuple[Labels, float]]:
        """The series of an expression, now or as they were at a time (seconds since 1970)."""
        found = self.told("query", query=expression, **({} if at is None else {"time": at}))
        return [(row["metric"], float(row["value"][1])) for row in found["result"]]

    def when(self, condition: str) -> float:
        """The moment of the newest look at the service, as soon as the condition holds for it.

        Whatever is asked for that moment comes from that look and those before: none that comes
        later, or fails, changes the answers.
        """
        moments: list[float] = []

        def holds() -> bool:
            found = self.ask(f"timestamp(up) and on () ({condition})")
            moments.extend(moment for _, moment in found)
            return bool(moments)

        wait_until(holds, condition, PATIENCE_S)
        return moments[0]

    def told(self, what: str, **asked: str | float) -> Any:
        """What a part of its HTTP API answers."""
        answer = self.client.get(f"/api/v1/{what}", params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def is_ready(self) -> bool:
        """Whether it answers questions."""
        try:
            return self.client.get("/-/ready").status_code == 200
        except httpx.TransportError:
            return False


@contextmanager
def prometheus_reading(address: str, key: str, folder: Path) -> Iterator[Prometheus]:
    """Start one that reads the metrics of a service; its files lie below `folder`."""
    (folder / "zyra.key").write_text(key, encoding="utf-8")
    program = needed("Prometheus", "prometheus")
    with held_port() as port, (folder / "prometheus.log").open("wb") as log:
        command = [
            program,
            f"--config.file={_configured(urlsplit(address).netloc, folder)}",
            f"--web.listen-address={HOST}:{port}",
            f"--storage.tsdb.path={folder / 'data'}",
        ]
        base = f"http://{HOST}:{port}"
        with (
            subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as process,
            httpx.Client(base_url=base, trust_env=False, timeout=PATIENCE_S) as client,
        ):
            try:
                prometheus = Prometheus(client)
                wait_until(
                    lambda: process.poll() is not None or prometheus.is_ready(),
                    "Prometheus is ready or has given up",
                    PATIENCE_S,
                )
                assert process.poll() is None, (folder / "prometheus.log").read_text()
                yield prometheus
            finally:
                process.terminate()


def _configured(target: str, folder: Path) -> Path:
    """Our configuration with its part for a key, another target, and less patience."""
    text = SCRAPES_FILE.read_text(encoding="utf-8")
    config = yaml.safe_load(
        re.sub(r"^    # (?=authorization:|  )", "    ", text, flags=re.MULTILINE)
    )
    for often in ("scrape_interval", "scrape_timeout", "evaluation_interval"):
        config["global"][often] = OFTEN
    (job,) = config["scrape_configs"]
    job["static_configs"] = [{"targets": [target]}]
    job["authorization"]["credentials_file"] = str(folder / "zyra.key")
    shutil.copy(ALERTS_FILE, folder)
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return folder / "prometheus.yml"
