"""A real Prometheus reads a real service by our files; it is asked what they ask."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_server import Labels, Prometheus, prometheus_reading

from _gunicorn import wait_until
from monitoring import ALERTS_FILE, DASHBOARD, PANELS, RULES, SCRAPES_FILE
from programs import needed
from serving_zyra import serving

KEPT = {
    "stage": "disseminate",
    "command": "local",
    "args": {"input": "-", "path": "kept.txt"},
    "stdin": "12 degrees",
}
UNREADABLE = {
    "stage": "process",
    "command": "convert-format",
    "args": {"input": "-", "format": "netcdf", "output": "-"},
    "stdin": "neither GRIB nor NetCDF",
}
# Three do well where one fails, in the second round as in the first: so both rates begin at the
# same share of what they are, and Prometheus tells their ratio exactly.
ROUND = (KEPT, KEPT, KEPT, UNREADABLE)
KEY = "a-key-of-tests-and-of-nothing-else"
TARGETS = [(panel["title"], target) for panel in PANELS for target in panel["targets"]]
# What Grafana puts in: four times the interval of looking or more, and the service that is chosen.
VARIABLES = {"$__rate_interval": "1m", "$job": "zyra"}


@dataclass(frozen=True)
class Observed:
    """A service after two rounds of runs.

    Attributes:
        prometheus: What has read it.
        moment: When it had read the second round.
        exposition: What the service tells.
    """

    prometheus: Prometheus
    moment: float
    exposition: bytes

    def ask(self, expression: str) -> list[tuple[Labels, float]]:
        """The series of an expression of the dashboard."""
        for name, value in VARIABLES.items():
            expression = expression.replace(name, value)
        return self.prometheus.ask(expression, self.moment)

    def value(self, expression: str) -> float:
        """What an expression of one series is."""
        ((_, value),) = self.ask(expression)
        return value


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observed]:
    folder = tmp_path_factory.mktemp("observed")
    headers = {"X-API-Key": KEY}
    with (
        serving(folder, ZYRA_API_KEY=KEY, ZYRA_STREAM_RATE_LIMIT="1/day") as service,
        httpx.Client(base_url=service.address, headers=headers, trust_env=False) as client,
    ):
        be_refused(client, run_round(client))
        wait_until(lambda: b'outcome="error"' in told(client), "the first round is told", 60)
        with prometheus_reading(service.address, key_for_metrics(folder), folder) as prometheus:
            prometheus.when(f"sum(zyra_runs_total) == {len(ROUND)}")
            run_round(client)
            moment = prometheus.when(f"sum(zyra_runs_total) == {2 * len(ROUND)}")
            yield Observed(prometheus, moment, told(client))


def run_round(client: httpx.Client) -> str:
    """Run each; the id of the last."""
    answers = [client.post("/cli/run", json=run, timeout=90) for run in ROUND]
    assert all(answer.status_code == 200 for answer in answers)
    return str(answers[-1].json()["job_id"])


def be_refused(client: httpx.Client, job_id: str) -> None:
    """Open one stream more than a caller may."""
    followed = [client.get(f"/jobs/{job_id}/events").status_code for _ in range(2)]
    assert followed == [200, 429]


def told(client: httpx.Client) -> bytes:
    return client.get("/metrics").content


def key_for_metrics(folder: Path) -> str:
    """A key that reads metrics only, made as the configuration says."""
    words = re.search(r"`zyra (keys create .*)`", SCRAPES_FILE.read_text(encoding="utf-8"))
    assert words is not None
    made = subprocess.run(
        [sys.executable, "-m", "zyra.cli.main", *words[1].split()],
        env=os.environ | {"ZYRA_STATE_DIR": str(folder / "STATE")},
        capture_output=True,
        text=True,
        check=True,
    )
    return made.stdout.strip()


def test_the_dashboard_lets_choose_the_service(observed: Observed) -> None:
    variables = {variable["name"]: variable for variable in DASHBOARD["templating"]["list"]}
    asked = re.fullmatch(r"label_values\((\w+), (\w+)\)", variables["job"]["query"]["query"])
    assert asked is not None
    choice = observed.prometheus.told(f"label/{asked[2]}/values", **{"match[]": asked[1]})
    assert choice == [VARIABLES["$job"]]


@pytest.mark.parametrize(("title", "target"), TARGETS, ids=[title for title, _ in TARGETS])
def test_a_panel_has_something_to_show(
    observed: Observed, title: str, target: dict[str, Any]
) -> None:
    series = observed.ask(target["expr"])
    assert series, title
    assert all(isfinite(value) for _, value in series)
    for label in re.findall(r"{{(\w+)}}", target["legendFormat"]):
        assert all(labels[label] for labels, _ in series)


def test_panels_show_what_has_happened(observed: Observed) -> None:
    asked = {title: target["expr"] for title, target in TARGETS}
    rates = {labels["outcome"]: rate for labels, rate in observed.ask(asked["Runs by outcome"])}
    assert set(rates) == {"success", "error"}
    assert rates["success"] == pytest.approx(3 * rates["error"])
    assert observed.value(asked["Share that succeeds"]) == pytest.approx(0.75)
    assert observed.value(asked["Store answers"]) == 1
    waiting = {row["status"]: jobs for row, jobs in observed.ask(asked["Jobs that are not done"])}
    assert waiting == {"queued": 0, "running": 0}


def test_runs_are_counted_by_command_and_outcome(observed: Observed) -> None:
    counts = observed.ask("zyra_runs_total")
    found = {(row["stage"], row["command"], row["outcome"]): count for row, count in counts}
    assert found == {
        ("disseminate", "local", "success"): 6,
        ("process", "convert-format", "error"): 2,
    }


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_what_there_is(observed: Observed, rule: dict[str, Any]) -> None:
    # Of a service that is well most alerts have no series: any value of a label will do then,
    # and a comparison tells 0 or 1.
    there = re.sub(r'(=~|!~|!=|=)"[^"]*"', '=~".+"', rule["expr"])
    assert observed.ask(re.sub(r" (==|>|<) (?=\d)", r" \1 bool ", there))


def test_prometheus_evaluates_every_alert(observed: Observed) -> None:
    def states() -> dict[str, str]:
        groups = observed.prometheus.told("rules")["groups"]
        return {rule["name"]: rule["health"] for group in groups for rule in group["rules"]}

    wait_until(lambda: "unknown" not in states().values(), "all rules were looked at", 60)
    assert states() == {rule["alert"]: "ok" for rule in RULES}


def test_promtool_finds_nothing_wrong_with_the_files() -> None:
    check("config", str(SCRAPES_FILE))
    check("rules", str(ALERTS_FILE))


def test_promtool_finds_nothing_wrong_with_what_the_service_tells(observed: Observed) -> None:
    check("metrics", stdin=observed.exposition)


def check(what: str, *arguments: str, stdin: bytes = b"") -> None:
    command = [needed("promtool", "promtool"), "check", what, *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b""), done.stdout + done.stderr
