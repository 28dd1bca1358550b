"""The dashboard and the alerts ask for metrics that there are, and fit what reads them."""

import json
import re
from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from source_tree import ROOT
from zyra.telemetry.exposition import render
from zyra.telemetry.metric import METRICS, Kind

DASHBOARD = json.loads((ROOT / "deploy/grafana/zyra.json").read_text(encoding="utf-8"))
ALERTS = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text(encoding="utf-8"))
SCRAPES = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8"))
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
# Labels that Prometheus adds by itself.
ADDED = {"job", "instance", "le"}
WIDTH = 24  # columns of Grafana's grid


def expressions() -> Iterator[str]:
    for panel in PANELS:
        yield from (target["expr"] for target in panel["targets"])
    yield from (rule["expr"] for rule in RULES)


def sample_names() -> set[str]:
    """Every name under which the service tells samples."""
    values = {(m.name, *("x" for _ in m.labels)): 1.0 for m in METRICS.values()}
    for metric in METRICS.values():
        if metric.kind is Kind.HISTOGRAM:
            values[(metric.name, *("x" for _ in metric.labels), "+Inf")] = 1.0
    families = text_string_to_metric_families(render(values, "")[0].decode())
    return {sample.name for family in families for sample in family.samples}


@pytest.mark.parametrize("expression", list(expressions()))
def test_an_expression_asks_for_metrics_and_labels_that_there_are(expression: str) -> None:
    names = set(re.findall(r"\bzyra_\w+", expression))
    assert names or expression.startswith("up{")
    assert names <= sample_names()
    for name, matchers in re.findall(r"\b(zyra_\w+)\{([^}]*)\}", expression):
        metric = METRICS[re.sub(r"_(total|bucket|sum|count)$", "", name)]
        asked = set(re.findall(r"(\w+)\s*(?:=~|!=|!~|=)", matchers))
        assert asked <= {*metric.labels, *ADDED}
    known = {label for metric in METRICS.values() for label in metric.labels} | ADDED
    for labels in re.findall(r"(?:by|without) \(([^)]*)\)", expression):
        assert {label.strip() for label in labels.split(",")} <= known


@pytest.mark.parametrize("expression", list(expressions()))
def test_the_brackets_of_an_expression_match(expression: str) -> None:
    open_brackets: list[str] = []
    for character in re.sub(r'"[^"]*"', "", expression):
        if character in "([{":
            open_brackets.append(character)
        elif character in ")]}":
            assert open_brackets
            assert open_brackets.pop() + character in ("()", "[]", "{}")
    assert not open_brackets


def test_every_metric_is_shown_or_watched() -> None:
    told = " ".join(expressions())
    hidden = {name for name in METRICS if name not in told}
    assert hidden == {"zyra_build_info"}  # by which the services are listed


def test_the_dashboard_is_of_a_schema_that_grafana_reads() -> None:
    assert DASHBOARD["schemaVersion"] >= 36  # Grafana 9 and later
    assert DASHBOARD["uid"]
    assert DASHBOARD["title"]
    assert "id" not in DASHBOARD  # a number of one Grafana; another one would refuse it
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))


def test_every_question_goes_to_the_chosen_data_source() -> None:
    variables = {variable["name"]: variable for variable in DASHBOARD["templating"]["list"]}
    assert variables["datasource"]["type"] == "datasource"
    assert variables["datasource"]["query"] == "prometheus"
    for panel in PANELS:
        for asking in (panel, *panel["targets"]):
            assert asking["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    used = set(re.findall(r"\$\{?(\w+)", " ".join(expressions())))
    assert used <= {*variables, "__rate_interval"}


def test_panels_fill_the_grid_without_overlapping() -> None:
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    assert all(place["x"] >= 0 and place["x"] + place["w"] <= WIDTH for place in places)
    assert not [pair for pair in combinations(places, 2) if _overlap(*pair)]
    tops = sorted({place["y"] for place in places})
    assert tops[0] == 0
    for top, following in pairwise(tops):
        assert max(p["y"] + p["h"] for p in places if p["y"] == top) == following


def _overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
    above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
    return not beside and not above


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_how_urgent_it_is_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert re.fullmatch(r"\d+[smh]", rule["for"])
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["remedy"]


def test_prometheus_is_told_where_the_metrics_and_the_rules_are() -> None:
    assert SCRAPES["rule_files"] == ["alerts.yml"]
    (job,) = SCRAPES["scrape_configs"]
    assert (job["job_name"], job["metrics_path"]) == ("zyra", "/metrics")
