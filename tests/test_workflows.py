"""The workflows for n8n are importable, and do what they say against a live service."""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from api_server import ApiServer, Asked, Reply
from PIL import Image
from playwright.sync_api import Page

from browsing import chromium
from serving_zyra import Service, serving
from workflow_replay import Replay, Stopped

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / "examples/n8n").glob("*.json"))
DATA = ROOT / "tests/data"
# Of n8n 1.123: the versions of its nodes that we use, and the parameters that these have.
NODES = {
    "manualTrigger": (1, set()),
    "stickyNote": (1, {"content", "height", "width", "color"}),
    "set": (3.4, {"mode", "assignments", "includeOtherFields", "options"}),
    "readWriteFile": (1, {"operation", "fileSelector", "fileName", "dataPropertyName", "options"}),
    "httpRequest": (
        4.2,
        {"method", "url", "authentication", "sendQuery", "queryParameters", "sendHeaders"}
        | {"headerParameters", "sendBody", "contentType", "specifyBody", "jsonBody"}
        | {"inputDataFieldName", "options"},
    ),
    "if": (2.2, {"conditions", "options"}),
    "wait": (
        1.1,
        {"resume", "httpMethod", "limitWaitTime", "limitType", "resumeAmount", "resumeUnit"}
        | {"options"},
    ),
    "stopAndError": (1, {"errorType", "errorMessage"}),
}
pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    settings = {"ZYRA_CALLBACK_ALLOW_HOSTS": "127.0.0.1"}
    with serving(tmp_path_factory.mktemp("service"), **settings) as service:
        yield service


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium() as browser:
        yield browser.new_page()


@pytest.fixture
def callbacks() -> Iterator[ApiServer]:
    """Stands for n8n, which does not wait yet when the first call comes."""
    answers = iter([404])
    with ApiServer(lambda _: Reply(status=next(answers, 200))) as server:
        yield server


def read(name: str) -> dict[str, Any]:
    return dict(json.loads((ROOT / "examples/n8n" / f"{name}.json").read_text()))


def replay(
    name: str, service: Service, page: Page, callbacks: ApiServer, folder: Path, files: str
) -> None:
    """Run a workflow whose three settings are changed as its note says."""
    workflow = read(name)
    (settings,) = (node for node in workflow["nodes"] if node["name"] == "Settings")
    assigned = settings["parameters"]["assignments"]["assignments"]
    given = {"server": service.address, "files": files, "folder": str(folder)}
    assert [one["name"] for one in assigned] == list(given)
    for one in assigned:
        one["value"] = given[one["name"]]
    resume_url = callbacks.url("/webhook-waiting/7")
    Replay(workflow, page, resume_url, lambda: heard(callbacks)).run()


def heard(callbacks: ApiServer) -> dict[str, Any]:
    """The callback that came after one that nobody waited for."""
    while len(callbacks.asked) < 2:
        callbacks.ended.wait(0.05)
    asked: Asked = callbacks.asked[1]
    assert (asked.method, asked.path) == ("POST", "/webhook-waiting/7")
    return dict(asked.json)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_is_made_of_nodes_and_parameters_that_n8n_has(path: Path) -> None:
    workflow = json.loads(path.read_text())
    for node in workflow["nodes"]:
        version, parameters = NODES[node["type"].removeprefix("n8n-nodes-base.")]
        assert node["typeVersion"] == version
        assert set(node["parameters"]) <= parameters
        assert "credentials" not in node
    names = [node["name"] for node in workflow["nodes"]]
    assert len(set(names)) == len({node["id"] for node in workflow["nodes"]}) == len(names)
    linked = {
        link["node"]
        for outputs in workflow["connections"].values()
        for links in outputs["main"]
        for link in links
    }
    assert linked | {"Start", "About"} == set(names)
    named = set(re.findall(r"\$\('([^']*)'\)", path.read_text()))
    assert named <= set(names)


@pytest.mark.parametrize("workflow", ["submit-and-poll", "submit-and-callback"])
def test_a_job_is_submitted_and_its_picture_fetched_when_it_is_done(
    service: Service, page: Page, callbacks: ApiServer, tmp_path: Path, workflow: str
) -> None:
    forecast = str(DATA / "gfs_2p5deg_f120_all_fields.grib2")
    replay(workflow, service, page, callbacks, tmp_path, forecast)
    with Image.open(tmp_path / "t850.png") as picture:
        assert picture.size == (1024, 512)


def test_files_are_fanned_out_and_their_data_arrive_intact(
    service: Service, page: Page, callbacks: ApiServer, tmp_path: Path
) -> None:
    names = ("lambert", "rotated_ll")
    for name in names:
        shutil.copy(DATA / f"{name}.grib1", tmp_path)
    replay("fan-out", service, page, callbacks, tmp_path, f"{tmp_path}/*.grib1")
    jobs = httpx.get(f"{service.address}/jobs?command=convert-format").json()["jobs"]
    digests = {output["name"]: output["sha256"] for job in jobs for output in job["outputs"]}
    saved = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in tmp_path.glob("*.nc")
    }
    assert saved == digests
    assert set(saved) == {f"{name}.nc" for name in names}


def test_a_job_that_fails_ends_the_workflow_with_what_it_said(
    service: Service, page: Page, callbacks: ApiServer, tmp_path: Path
) -> None:
    no_data = tmp_path / "no.grib2"
    no_data.write_bytes(b"nothing")
    with pytest.raises(Stopped, match=r"heatmap failed: .*no\.grib2"):
        replay("submit-and-poll", service, page, callbacks, tmp_path, str(no_data))
