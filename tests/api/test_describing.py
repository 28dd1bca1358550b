"""The service describes itself: discovery, OpenAPI, pages."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from zyra.api.application import create_app
from zyra.api.openapi import component_name, describe
from zyra.api.query import refuse_unknown_query
from zyra.registry import CLI_REGISTRY, all_commands


def test_discovery_has_summary_schema_and_examples(client: httpx.Client) -> None:
    commands = client.get("/cli/commands").json()["commands"]
    echo = next(command for command in commands if command["command"] == "echo")
    assert echo["summary"] == "Write a text to stdout."
    assert echo["stage_aliases"] == ["transform"]
    assert echo["schema"]["properties"]["text"]["x-zyra-also"] == ["message"]
    assert echo["schema"]["additionalProperties"] is False
    assert client.get(echo["href"]).json() == echo
    assert client.post("/cli/run", json=echo["examples"][0]["body"]).json()["stdout"] == "hello"


def test_discovery_knows_stage_aliases(client: httpx.Client) -> None:
    assert client.get("/cli/commands/render/save").json()["stage"] == "visualize"


def test_the_description_is_valid_openapi_3_1(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def test_every_route_refuses_query_parameters_that_it_does_not_know() -> None:
    routes = create_app().routes
    careless = [
        route.path
        for route in routes
        if refuse_unknown_query not in {wanted.call for wanted in route.dependant.dependencies}
    ]
    assert len(routes) > 25
    assert careless == []


def test_every_command_of_zyra_is_a_valid_typed_operation() -> None:
    document = describe(create_app(), CLI_REGISTRY)
    OpenAPIV31SpecValidator(document).validate()
    for command in all_commands(CLI_REGISTRY):
        operation = document["paths"][f"/cli/{command.stage}/{command.name}"]["post"]
        content = operation["requestBody"]["content"]["application/json"]
        assert content["schema"]["$ref"].endswith(component_name(command))
        assert [e["value"] for e in content.get("examples", {}).values()] == [
            dict(example.args) for example in command.examples
        ]


def test_every_path_has_a_v1_twin(client: httpx.Client) -> None:
    for path, operations in client.get("/openapi.json").json()["paths"].items():
        concrete = re.sub(r"\{[^}]*\}", "none", path)
        for method in operations:
            plain = client.request(method, concrete)
            twin = client.request(method, f"/v1{concrete}")
            assert plain.status_code == twin.status_code, path


def test_every_status_of_an_unprepared_call_is_described(client: httpx.Client) -> None:
    for path, operations in client.get("/openapi.json").json()["paths"].items():
        concrete = re.sub(r"\{[^}]*\}", "none", path)
        for method, operation in operations.items():
            answer = client.request(method, concrete)
            assert str(answer.status_code) in operation["responses"], (method, path)


@pytest.mark.parametrize("prefix", ["", "/v1"])
@pytest.mark.parametrize("page", ["/docs", "/redoc"])
def test_pages_load_everything_from_the_service(
    client: httpx.Client, page: str, prefix: str
) -> None:
    answer = client.get(prefix + page)
    assert answer.headers["content-type"].startswith("text/html")
    assert not re.search(r"https?://", answer.text)
    assert f"{prefix}/openapi.json" in answer.text
    for address in re.findall(r'(?:src|href)="(/[^"]*)"', answer.text):
        assert client.get(address).status_code == 200
    assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_the_start_is_a_page_for_people_and_json_for_programs(client: httpx.Client) -> None:
    page = client.get("/", headers={"Accept": "text/html,*/*;q=0.8"})
    assert 'href="/docs"' in page.text
    assert 'href="/jobs"' in page.text
    links = client.get("/").json()["links"]
    assert {client.get(link).status_code for link in links.values()} <= {200, 503}


def test_the_server_is_ready_when_its_checks_are(client: httpx.Client) -> None:
    client.post("/cli/process/echo", json={})
    answer = client.get("/ready")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)


def test_the_server_process_never_loads_numpy(client: httpx.Client, server: Any) -> None:
    client.post("/cli/process/echo", json={})
    assert "numpy" not in Path(f"/proc/{server.pid}/maps").read_text()


def test_importing_the_server_loads_nothing_heavy() -> None:
    heavy = "{'numpy', 'eccodes', 'netCDF4', 'rasterio', 'pyproj', 'PIL'}"
    code = f"import sys, zyra.api.server; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
