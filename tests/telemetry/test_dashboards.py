"""The dashboard as Grafana takes it."""

import json
import re
from collections.abc import Iterator
from enum import EnumType
from itertools import combinations, pairwise
from typing import Any, get_args, get_type_hints

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard
from pydantic import ConfigDict, TypeAdapter, ValidationError

from monitoring import DASHBOARD, PANELS, RULES
from zyra.telemetry.metric import METRICS

MODELS = ConfigDict(arbitrary_types_allowed=True)
WIDTH = 24  # columns of Grafana's grid


@pytest.fixture(scope="module", autouse=True)
def _kinds_of_panels() -> None:
    register_default_plugins()


def expressions() -> Iterator[str]:
    for panel in PANELS:
        yield from (target["expr"] for target in panel["targets"])
    yield from (rule["expr"] for rule in RULES)


def test_every_metric_is_shown_or_watched() -> None:
    told = " ".join(expressions())
    hidden = {name for name in METRICS if name not in told}
    assert hidden == {"zyra_build_info"}  # by which the services are listed


def test_grafana_knows_every_member_and_value_of_the_dashboard() -> None:
    kept = json.loads(json.dumps(Dashboard.from_json(DASHBOARD), cls=JSONEncoder))
    assert list(lost(DASHBOARD, kept, "dashboard")) == []


def test_every_member_of_the_dashboard_is_of_the_type_that_grafana_declares() -> None:
    assert list(mistyped(Dashboard.from_json(DASHBOARD), "dashboard")) == []


def lost(ours: Any, kept: Any, place: str) -> Iterator[str]:
    """Where Grafana's model leaves something out or changes it; what it adds are defaults."""
    if isinstance(ours, dict) and isinstance(kept, dict):
        for name, value in ours.items():
            yield from lost(value, kept.get(name), f"{place}.{name}")
    elif isinstance(ours, list) and isinstance(kept, list) and len(ours) == len(kept):
        for number, (value, other) in enumerate(zip(ours, kept, strict=True)):
            yield from lost(value, other, f"{place}[{number}]")
    elif ours != kept:
        yield f"{place}: {ours!r} became {kept!r}"


def mistyped(value: Any, place: str) -> Iterator[str]:
    """Where a value is not of its declared type; the model itself takes any."""
    if isinstance(value, list):
        for number, inner in enumerate(value):
            yield from mistyped(inner, f"{place}[{number}]")
    elif callable(getattr(value, "to_json", None)):
        types = get_type_hints(type(value))
        for name, inner in vars(value).items():
            if not is_of(types[name], inner):
                yield f"{place}.{name}: {inner!r} is no {types[name]}"
            yield from mistyped(inner, f"{place}.{name}")


def is_of(kind: Any, value: Any) -> bool:
    """Whether it is of that type; words and numbers of an enumeration are as good as members."""
    is_choice = any(isinstance(part, EnumType) for part in (kind, *get_args(kind)))
    try:
        TypeAdapter(kind, config=MODELS).validate_python(value, strict=not is_choice)
    except ValidationError:
        return False
    return True


def test_another_grafana_takes_the_dashboard_too() -> None:
    assert DASHBOARD["schemaVersion"] >= 36  # Grafana 9 and later
    assert DASHBOARD["uid"]
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
