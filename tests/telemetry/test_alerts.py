"""The alerts, by Prometheus' own test of rules: hours pass in an instant."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitoring import ALERTS_FILE, RULES
from programs import needed

BY_NAME = {rule["alert"]: rule for rule in RULES}
SERVICE = {"job": "zyra"}
SERVER = {"job": "zyra", "instance": "a:8000"}
# Series of a service that is well, a value a minute in promtool's way: first, step, how often.
# What is told of the whole service is told by each server.
WELL = {
    'up{job="zyra",instance="a:8000"}': "1x90",
    'zyra_store_up{job="zyra",instance="a:8000"}': "1x90",
    'zyra_queue_oldest_seconds{job="zyra",instance="a:8000"}': "290x90",
    'zyra_jobs{job="zyra",instance="a:8000",status="queued"}': "7x90",
    'zyra_jobs{job="zyra",instance="a:8000",status="running"}': "2x90",
    'zyra_runs_total{job="zyra",instance="a:8000",outcome="success"}': "0+94x90",
    'zyra_runs_total{job="zyra",instance="b:8000",outcome="success"}': "0+94x90",
    'zyra_runs_total{job="zyra",instance="a:8000",outcome="error"}': "0+2x90",
    'zyra_runs_total{job="zyra",instance="a:8000",outcome="lost"}': "0+4x90",
    'zyra_runs_total{job="zyra",instance="b:8000",outcome="lost"}': "0+4x90",
    'zyra_http_requests_total{job="zyra",instance="a:8000",status="200"}': "0+60x90",
    'zyra_http_requests_total{job="zyra",instance="a:8000",status="422"}': "0+60x90",
    'zyra_disk_free_bytes{job="zyra",instance="a:8000",folder="state"}': "6e9x90",
    'zyra_sandbox_level{job="zyra",instance="a:8000",level="full"}': "1x90",
}


@dataclass(frozen=True)
class Case:
    """What goes wrong, and the alert that tells it.

    Attributes:
        series: What is other than in a service that is well.
        minute: The first for which the alert is sent.
        labels: Of the alert, beside its urgency.
        summary: Its text.
    """

    series: dict[str, str]
    minute: int
    labels: dict[str, str]
    summary: str


CASES = {
    "ZyraIsAway": Case(
        {'up{job="zyra",instance="a:8000"}': "1x4 0x90"},
        5 + 2,
        SERVER,
        "a:8000 does not answer",
    ),
    "ZyraStoreIsAway": Case(
        {'zyra_store_up{job="zyra",instance="a:8000"}': "1x4 0x90"},
        5 + 1,
        SERVICE,
        "The store of jobs of zyra does not answer, new runs get 503",
    ),
    "ZyraQueueWaits": Case(
        {'zyra_queue_oldest_seconds{job="zyra",instance="a:8000"}': "0+60x90"},
        6 + 5,
        SERVICE,
        "The first queued job of zyra has waited for 11m 0s",
    ),
    "ZyraHasNoWorker": Case(
        {'zyra_jobs{job="zyra",instance="a:8000",status="running"}': "2x4 0x90"},
        5 + 5,
        SERVICE,
        "Jobs of zyra are queued and none runs",
    ),
    "ZyraRunsFail": Case(
        {
            'zyra_runs_total{job="zyra",instance="a:8000",outcome="lost"}': "0+24x90",
            'zyra_runs_total{job="zyra",instance="b:8000",outcome="lost"}': "0+24x90",
        },
        1 + 15,
        SERVICE,
        "20% of the runs of zyra crash, get lost or lack memory",
    ),
    "ZyraHasFaults": Case(
        {'zyra_http_requests_total{job="zyra",instance="a:8000",status="500"}': "0x4 1x90"},
        5 + 1,
        SERVICE,
        "zyra answers 500",
    ),
    "ZyraDiskFills": Case(
        {'zyra_disk_free_bytes{job="zyra",instance="a:8000",folder="state"}': "6e9x4 1048576x90"},
        5 + 10,
        SERVER | {"folder": "state"},
        "a:8000 has 1MiB left for state",
    ),
    "ZyraSandboxIsWeak": Case(
        {'zyra_sandbox_level{job="zyra",instance="a:8000",level="partial"}': "1x90"},
        0 + 1,
        SERVER | {"level": "partial"},
        "a:8000 confines runs at level partial only",
    ),
}


@pytest.mark.parametrize("name", BY_NAME)
def test_an_alert_is_sent_when_what_is_wrong_has_lasted(name: str, tmp_path: Path) -> None:
    case, rule = CASES[name], BY_NAME[name]
    sent = {
        "exp_labels": rule["labels"] | case.labels,
        "exp_annotations": rule["annotations"] | {"summary": case.summary},
    }
    told = {case.minute - 1: {name: []}, case.minute: {name: [sent]}}
    assert faults(WELL | case.series, told, tmp_path) == ""


def test_a_service_that_is_well_sends_no_alert(tmp_path: Path) -> None:
    none: dict[str, list[Any]] = {name: [] for name in BY_NAME}
    assert faults(WELL, dict.fromkeys((5, 30, 90), none), tmp_path) == ""


def faults(series: dict[str, str], told: dict[int, dict[str, list[Any]]], folder: Path) -> str:
    """What promtool finds different: of each minute and alert those that are to be sent."""
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "alert_rule_test": [
            {"eval_time": f"{minute}m", "alertname": name, "exp_alerts": alerts}
            for minute, by_name in told.items()
            for name, alerts in by_name.items()
        ],
    }
    file = folder / "test.yml"
    rules = {"rule_files": [str(ALERTS_FILE)], "evaluation_interval": "1m", "tests": [test]}
    file.write_text(yaml.safe_dump(rules), encoding="utf-8")
    command = [needed("promtool", "promtool"), "test", "rules", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_how_urgent_it_is_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert re.fullmatch(r"\d+[smh]", rule["for"])
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["remedy"]
