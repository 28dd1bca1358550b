"""Requests held against the service's own OpenAPI document, and help from it."""

import json

import pytest
import yaml
from api_server import ApiServer, Asked, Reply
from openapi_spec_validator import validate

from openapi_documents import DOCUMENT, SWAGGER
from zyra.acquire.openapi_document import parse_document
from zyra.core.errors import DataError, UsageError


@pytest.fixture
def described(api: ApiServer) -> ApiServer:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/v1/openapi.json":
            return Reply.json(DOCUMENT)
        return Reply(404) if "openapi" in asked.path else asked.echo()

    api.answer = answer
    return api


def sent(api: ApiServer) -> list[str]:
    return [asked.path for asked in api.asked if "openapi" not in asked.path]


VALUES = "/v1/stations/7/values"
GOOD = {"header": ["X-Tenant: a"], "params": "unit=K"}


@pytest.mark.parametrize("document", [DOCUMENT, SWAGGER])
def test_the_documents_of_these_tests_are_valid(document):
    validate(document)


def test_a_request_as_the_document_says_is_sent(described: ApiServer, ask):
    ask(url=described.url(VALUES), openapi_strict=True, **GOOD)
    assert sent(described) == [VALUES]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"params": "unit=F"}, "query parameter unit is none of K, C"),
        ({"params": "limit=5"}, "query parameter unit is missing"),
        ({"params": "unit=K&limit=0"}, "query parameter limit is less than 1"),
        ({"params": "unit=K&limit=101"}, "query parameter limit is more than 100"),
        ({"params": "unit=K&limit=ten"}, "query parameter limit is not of type integer"),
        ({"params": "unit=K&days=1,x"}, "query parameter days is not of type integer"),
        ({"params": "unit=K&limits=5"}, "unknown query parameter limits; there is limit"),
        ({"header": ["X-Other: a"]}, "header X-Tenant is missing"),
    ],
)
def test_what_is_wrong_with_a_request_is_told_and_it_is_not_sent(
    described: ApiServer, ask, changed, problem
):
    with pytest.raises(UsageError, match=problem):
        ask(**{"url": described.url(VALUES), "openapi_strict": True, **GOOD, **changed})
    assert sent(described) == []


def test_all_that_is_wrong_is_told_at_once(described: ApiServer, ask):
    with pytest.raises(UsageError) as caught:
        ask(url=described.url("/v1/stations/x/values"), openapi_strict=True)
    for problem in ("id in the path is not of type", "unit is missing", "X-Tenant is missing"):
        assert problem in caught.value.message


def test_validation_only_tells(described: ApiServer, ask):
    ran = ask(url=described.url(VALUES), openapi_validate=True, header=["X-Tenant: a"])
    assert "openapi: query parameter unit is missing" in ran.stderr.getvalue().decode()
    assert sent(described) == [VALUES]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ('{"time": "2024", "value": 1.5}', None),
        ('{"time": "2024", "value": null, "next": {"time": "2025", "value": 1}}', None),
        ('{"time": "2024"}', r"data\.value is missing"),
        ('{"time": 2024, "value": 1}', r"data\.time is not of type string"),
        ('{"time": "24", "value": 1}', r"the length of data\.time is less than 4"),
        ('{"time": "2024", "value": 500}', r"data\.value is more than 400"),
        ('{"time": "2024", "value": true}', r"data\.value is not of type"),
        ('{"time": "2024", "value": 1, "unit": "K"}', r"data\.unit is unknown"),
        ('{"time": "2024", "value": 1, "tags": [1]}', r"data\.tags\.0 is not of type string"),
        ('{"time": "2024", "value": 1, "tags": ["", "", ""]}', "is more than 2"),
        ('{"time": "2024", "value": 1, "next": {}}', r"data\.next\.time is missing"),
        ("[]", "data is not of type object"),
        (None, "data is missing: application/json"),
    ],
)
def test_bodies_are_held_against_their_schema(described: ApiServer, ask, data, problem):
    given = {} if data is None else {"data": data}
    given |= {"url": described.url(VALUES), "method": "POST", "openapi_strict": True}
    if problem is None:
        ask(**given)
        return
    with pytest.raises(UsageError, match=problem):
        ask(**given)


def test_a_body_of_another_type_is_told(described: ApiServer, ask):
    with pytest.raises(UsageError, match="data of text/csv: application/json is wanted"):
        ask(
            url=described.url(VALUES),
            method="POST",
            data="a,b",
            content_type="text/csv",
            openapi_strict=True,
        )


def test_a_key_in_the_query_is_no_unknown_parameter(described: ApiServer, ask):
    key = {"params": "unit=K&appid={k}", "credential": ["k=abcdef"]}
    ask(**{"url": described.url(VALUES), "openapi_strict": True, **GOOD, **key})
    assert sent(described) == [VALUES]


def test_the_number_of_a_page_has_to_be_a_parameter_too(described: ApiServer, ask):
    with pytest.raises(UsageError, match="unknown query parameter page"):
        ask(url=described.url(VALUES), openapi_strict=True, paginate="page", **GOOD)


def test_help_tells_what_an_operation_takes(described: ApiServer, ask):
    ran = ask(url=described.url(VALUES), openapi_help=True)
    assert ran.stdout.getvalue().decode() == (
        "GET /stations/{id}/values\n"
        "  Values of a station\n"
        "\n"
        "parameters:\n"
        "  id        path, required, integer\n"
        "  unit      query, required, string: K, C\n"
        "  X-Tenant  header, required, any value\n"
        "  limit     query, integer, from 1, up to 100 (default: 10); Most values\n"
        "  days      query, array of integer\n"
    )
    assert sent(described) == []


def test_help_tells_what_a_body_holds(described: ApiServer, ask):
    out = ask(url=described.url(VALUES), method="POST", openapi_help=True).lines
    assert "body, required: application/json" in out
    assert "  time   required, string" in out


def test_the_plainest_path_counts(described: ApiServer, ask):
    ask(url=described.url("/v1/stations/all/values"), openapi_strict=True)
    assert sent(described) == ["/v1/stations/all/values"]


def test_an_unknown_path_is_told_with_close_ones(described: ApiServer, ask):
    with pytest.raises(UsageError, match="has no path /v1/station/7") as caught:
        ask(url=described.url("/v1/station/7"), openapi_help=True)
    assert "/stations/" in str(caught.value.hint)


def test_an_unknown_method_is_told_with_the_known(described: ApiServer, ask):
    with pytest.raises(UsageError, match="has no DELETE") as caught:
        ask(url=described.url(VALUES), method="DELETE", openapi_strict=True)
    assert caught.value.hint == "it has GET, POST"


@pytest.mark.parametrize("write", [json.dumps, yaml.safe_dump])
def test_the_document_can_be_a_local_file(api: ApiServer, ask, tmp_path, write):
    (tmp_path / "d.txt").write_text(write(SWAGGER))
    given = {"url": api.url("/v1/audio"), "openapi_url": str(tmp_path / "d.txt")}
    with pytest.raises(UsageError, match="startMs is missing"):
        ask(openapi_strict=True, **given)
    ask(openapi_strict=True, params="startMs=5", **given)
    with pytest.raises(UsageError, match="data is missing"):
        ask(openapi_strict=True, method="POST", **given)
    assert len(api.asked) == 1


def test_a_service_without_a_document_is_told(api: ApiServer, ask):
    api.answer = lambda _: Reply(200, b"<html>", {"Content-Type": "text/html"})
    with pytest.raises(UsageError, match="no OpenAPI document") as caught:
        ask(url=api.url("/v1/x"), openapi_help=True)
    assert caught.value.hint == "give --openapi-url"


def test_credentials_do_not_go_to_a_document_elsewhere(api: ApiServer, ask):
    with ApiServer(lambda _: Reply.json(SWAGGER)) as other:
        ask(
            url=api.url("/v1/audio"),
            params="startMs=1",
            credential=["token=abcdef"],
            openapi_validate=True,
            openapi_url=other.url("/d.json"),
        )
        assert "authorization" not in other.asked[0].headers
    assert api.asked[0].headers["authorization"] == "Bearer abcdef"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"a: [",
        b"{",
        b"[1]",
        b"title: no document",
        b"a: &a [*a]\n" * 2,
        b"[" * 100_000,
        b"openapi: !!python/object/apply:os.system [ls]",
        b"\xff\xfe\x00",
        b"2024-99-99: 1",
    ],
)
def test_what_is_no_document_is_refused(data):
    with pytest.raises(DataError):
        parse_document(data, "d.yaml")


def test_references_in_a_circle_end():
    loop = {"openapi": "3.1.0", "paths": {"$ref": "#/paths"}}
    document = parse_document(json.dumps(loop).encode(), "d.json")
    with pytest.raises(DataError, match="circle"):
        document.operation("GET", "/")


def test_schemas_that_branch_into_themselves_end(described: ApiServer, ask, tmp_path):
    document = json.loads(json.dumps(DOCUMENT))
    itself = {"$ref": "#/components/schemas/Value"}
    document["components"]["schemas"]["Value"] = {"allOf": [itself, itself]}
    (tmp_path / "d.json").write_text(json.dumps(document))
    with pytest.raises(DataError, match="too intricate"):
        ask(
            url=described.url(VALUES),
            method="POST",
            data="{}",
            openapi_strict=True,
            openapi_url=str(tmp_path / "d.json"),
        )
