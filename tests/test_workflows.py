"""The workflows for n8n are importable, and do in n8n what they say, against a live service."""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from n8n_engine import WORKFLOWS, execute, need_n8n
from serving_zyra import Service, serving
from source_tree import ROOT

DATA = ROOT / "tests/data"
FORECAST = DATA / "gfs_2p5deg_f120_all_fields.grib2"
NAMES = sorted(path.stem for path in WORKFLOWS.glob("*.json"))
SUBMITTING = ["submit-and-poll", "submit-and-callback"]

Execution = dict[str, Any]
Execute = Callable[..., Execution]
pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    settings = {"ZYRA_CALLBACK_ALLOW_HOSTS": "127.0.0.1"}
    with serving(tmp_path_factory.mktemp("service"), **settings) as service:
        yield service


@pytest.fixture
def n8n(service: Service, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Execute:
    """Executes a workflow whose three settings are changed as its note says."""
    need_n8n()

    def run(name: str, files: Path, **variables: str) -> Execution:
        settings = {"server": service.address, "files": str(files), "folder": str(tmp_path)}
        return execute(name, tmp_path_factory.mktemp("n8n"), settings, **variables)

    return run


def read(name: str) -> dict[str, Any]:
    return dict(json.loads((WORKFLOWS / f"{name}.json").read_text()))


@pytest.mark.parametrize("name", NAMES)
def test_the_nodes_of_a_workflow_are_all_connected(name: str) -> None:
    workflow = read(name)
    names = [node["name"] for node in workflow["nodes"]]
    assert len(set(names)) == len({node["id"] for node in workflow["nodes"]}) == len(names)
    linked = {
        link["node"]
        for outputs in workflow["connections"].values()
        for links in outputs["main"]
        for link in links
    }
    assert linked | {"Start", "About"} == set(names)
    assert set(re.findall(r"\$\('([^']*)'\)", json.dumps(workflow))) <= set(names)


@pytest.mark.parametrize("name", NAMES)
def test_a_workflow_has_three_settings_and_no_credentials(name: str) -> None:
    nodes = read(name)["nodes"]
    (settings,) = (node for node in nodes if node["name"] == "Settings")
    assigned = settings["parameters"]["assignments"]["assignments"]
    assert [one["name"] for one in assigned] == ["server", "files", "folder"]
    assert not any("credentials" in node for node in nodes)


@pytest.mark.parametrize("name", SUBMITTING)
def test_a_job_is_submitted_and_its_picture_fetched_when_it_is_done(
    n8n: Execute, tmp_path: Path, name: str
) -> None:
    execution = n8n(name, FORECAST)
    assert execution["status"] == "success", execution
    (saved,) = execution["gave"]["Save"]
    assert saved["fileName"] == str(tmp_path / "t850.png")
    with Image.open(tmp_path / "t850.png") as picture:
        assert picture.size == (1024, 512)


def test_files_are_fanned_out_and_their_data_arrive_intact(
    n8n: Execute, service: Service, tmp_path: Path
) -> None:
    names = ("lambert", "rotated_ll")
    for name in names:
        shutil.copy(DATA / f"{name}.grib1", tmp_path)
    execution = n8n("fan-out", tmp_path / "*.grib1")
    assert execution["status"] == "success", execution
    jobs = httpx.get(f"{service.address}/jobs?command=convert-format").json()["jobs"]
    digests = {output["name"]: output["sha256"] for job in jobs for output in job["outputs"]}
    saved = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in tmp_path.glob("*.nc")
    }
    assert saved == digests
    assert set(saved) == {f"{name}.nc" for name in names}


@pytest.mark.parametrize("name", NAMES)
def test_a_job_that_fails_ends_the_workflow_with_what_it_said(
    n8n: Execute, tmp_path: Path, name: str
) -> None:
    no_data = tmp_path / "no.grib2"
    no_data.write_bytes(b"nothing")
    execution = n8n(name, no_data)
    assert (execution["status"], execution["error"]["node"]) == ("error", "Failed")
    assert re.search(r" failed: .*no\.grib2", execution["error"]["message"])


def test_a_refused_submission_ends_the_workflow_with_the_reason(n8n: Execute) -> None:
    """The service is not allowed to call that address."""
    elsewhere = "http://10.9.8.7:5678/"
    execution = n8n("submit-and-callback", FORECAST, WEBHOOK_URL=elsewhere)
    assert (execution["status"], execution["error"]["node"]) == ("error", "Submit")
    assert "callback_url: 10.9.8.7" in execution["error"]["description"]
