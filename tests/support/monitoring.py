"""The dashboard, the alerts and the configuration of Prometheus that we hand out."""

import json
from typing import Any

import yaml

from source_tree import ROOT

DASHBOARD_FILE = ROOT / "deploy/grafana/zyra.json"
SCRAPES_FILE = ROOT / "deploy/prometheus/prometheus.yml"
ALERTS_FILE = ROOT / "deploy/prometheus/alerts.yml"

DASHBOARD: dict[str, Any] = json.loads(DASHBOARD_FILE.read_text(encoding="utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
SCRAPES: dict[str, Any] = yaml.safe_load(SCRAPES_FILE.read_text(encoding="utf-8"))
ALERTS: dict[str, Any] = yaml.safe_load(ALERTS_FILE.read_text(encoding="utf-8"))
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
