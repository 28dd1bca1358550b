"""`POST /pipelines/run`: several commands as one job, checked as a whole, told step by step."""

import asyncio
import json

import pytest
from serving import served

from zyra.access.keys import new_key, now_utc
from zyra.access.sqlite_keys import SqliteKeys

STREAMED = [
    {"name": "say", "stage": "process", "command": "echo", "args": {"text": "a text"}},
    {"name": "pass", "stage": "process", "command": "echo", "args": {"bytes_of": "-"}},
    {
        "name": "save",
        "stage": "render",
        "command": "save",
        "args": {"text": "x", "output": "a.txt"},
    },
]


def post(client, stages, path="/pipelines/run", headers=None, **options):
    return client.post(path, json={"stages": stages, **options}, headers=headers)


def test_a_pipeline_is_answered_with_the_end_of_each_step(client):
    answer = post(client, STREAMED, name="Three steps")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["status"], body["exit_code"], body["name"]) == ("success", 0, "Three steps")
    assert body["stdout"] == "a text"
    assert [output["name"] for output in body["outputs"]] == ["a.txt"]
    told = [
        (s["number"], s["name"], s["stage"], s["status"], s["exit_code"]) for s in body["steps"]
    ]
    assert told == [
        (1, "say", "process", "succeeded", 0),
        (2, "pass", "process", "succeeded", 0),
        (3, "save", "visualize", "succeeded", 0),
    ]
    assert [step["outputs"] for step in body["steps"]] == [[], [], ["a.txt"]]
    assert all(step["duration_s"] >= 0 for step in body["steps"])


def test_the_outputs_of_all_steps_are_those_of_the_job(client):
    body = post(client, STREAMED).json()
    assert client.get(body["outputs"][0]["href"]).text == "x"
    assert client.get(f"/jobs/{body['job_id']}/stdout").text == "a text"
    record = client.get(f"/jobs/{body['job_id']}").json()
    assert (record["stage"], record["command"]) == ("pipelines", "run")
    assert [step["status"] for step in record["steps"]] == ["succeeded"] * 3
    assert record["args"]["stages"][0]["args"] == {"text": "a text"}


def test_pipelines_are_found_among_the_jobs(client):
    job_id = post(client, STREAMED[:1]).json()["job_id"]
    found = client.get("/jobs", params={"stage": "pipelines"}).json()["jobs"]
    assert job_id in [job["job_id"] for job in found]


def test_the_prefix_of_the_version_serves_pipelines_too(client):
    body = post(client, STREAMED, "/v1/pipelines/run").json()
    assert body["outputs"][0]["href"].startswith("/v1/jobs/")


def test_yaml_is_taken_as_it_is_written(client):
    text = """
    name: as a file
    variables: {WORD: 007}
    stages:
      - {stage: process, command: echo, args: {text: "${WORD} and ${OTHER:-no}"}}
    """
    answer = client.post(
        "/pipelines/run", content=text, headers={"Content-Type": "application/yaml"}
    )
    assert answer.json()["stdout"] == "007 and no"


@pytest.mark.parametrize("text", ["stages: [", "- a", "a: 1\na: 2", "\xff"])
def test_what_is_no_yaml_is_400(client, text):
    headers = {"Content-Type": "application/yaml"}
    answer = client.post("/pipelines/run", content=text.encode("latin-1"), headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (400, "zyra:not-json")


def test_the_environment_of_the_server_is_not_for_its_callers(client):
    stages = [{"stage": "process", "command": "echo", "args": {"text": "${PATH}"}}]
    answer = post(client, stages)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["loc"] == ["stages", 0, "args", "text"]


def test_an_async_pipeline_goes_on_by_itself(client):
    answer = post(client, STREAMED, mode="async")
    assert (answer.status_code, answer.json()["status"]) == (202, "accepted")
    record = client.get(answer.headers["Location"], params={"wait": 30}).json()
    assert (record["status"], record["progress"]) == ("succeeded", 1.0)
    assert [step["status"] for step in record["steps"]] == ["succeeded"] * 3


def test_prefer_and_idempotency_keys_hold_as_for_single_runs(client):
    headers = {"Prefer": "respond-async", "Idempotency-Key": "a-pipeline"}
    first = post(client, STREAMED, headers=headers)
    again = post(client, STREAMED, headers=headers)
    assert first.status_code == again.status_code == 202
    assert first.json()["job_id"] == again.json()["job_id"]
    assert post(client, STREAMED[:1], headers=headers).status_code == 409


def test_a_failed_step_is_200_or_by_wish_422(client):
    stages = [{"stage": "process", "command": "fail"}, STREAMED[0]]
    body = post(client, stages).json()
    assert (body["status"], body["exit_code"]) == ("error", 2)
    assert [step["status"] for step in body["steps"]] == ["failed", "skipped"]
    assert "no variable 'tmpp'" in body["steps"][0]["stderr"]
    assert post(client, stages, "/pipelines/run?fail_on_error=true").status_code == 422


def test_the_frames_of_a_pipeline_tell_its_steps(client):
    job_id = post(client, STREAMED).json()["job_id"]
    events = client.get(f"/jobs/{job_id}/events").text
    frames = [json.loads(line[6:]) for line in events.splitlines() if line.startswith("data: ")]
    assert "step 3 (save)" in " ".join(frame["message"] for frame in frames)
    assert (frames[-1]["exit_code"], frames[-1]["progress"]) == (0, 1.0)


def test_all_that_is_wrong_is_told_at_once_with_step_and_field(client):
    stages = [
        {"stage": "process", "command": "shape-up", "args": {"width": 0, "hight": 1}},
        {"stage": "process", "command": "ecco"},
        {"stage": "process", "command": "echo", "args": {"bytes_of": "step:nobody"}},
        {"stage": "process", "command": "echo", "args": {"bytes_of": "/etc/passwd"}},
    ]
    answer = post(client, stages)
    assert answer.status_code == 422
    assert {tuple(error["loc"]) for error in answer.json()["errors"]} == {
        ("stages", 0, "args", "width"),
        ("stages", 0, "args", "height"),
        ("stages", 0, "args", "hight"),
        ("stages", 1, "command"),
        ("stages", 2, "args", "bytes_of"),
        ("stages", 3, "args", "bytes_of"),
    }


def test_the_shape_of_the_body_is_checked_as_well(client):
    answer = post(client, [{"stage": "process", "comand": "echo"}], nmae="x", mode="slow")
    errors = {tuple(error["loc"]): error for error in answer.json()["errors"]}
    assert set(errors) == {
        ("stages", 0, "command"),
        ("stages", 0, "comand"),
        ("nmae",),
        ("mode",),
    }
    assert errors["nmae",]["hint"].startswith("did you mean name")


def test_a_dry_run_says_what_would_be_run_and_keeps_nothing(client):
    before = client.get("/jobs").json()["jobs"][:1]
    body = post(client, STREAMED, dry_run=True).json()
    assert body["status"] == "checked"
    assert [(s["name"], s["stdin"], s["needs"]) for s in body["steps"]] == [
        ("say", "nothing", []),
        ("pass", "pipe", [1]),
        ("save", "nothing", []),
    ]
    assert client.get("/jobs").json()["jobs"][:1] == before


def test_a_part_of_a_pipeline_can_be_run_with_other_arguments(client):
    body = post(client, STREAMED, start=2, end=2, stdin="given", set={"pass.verbose": True}).json()
    assert (body["stdout"], [step["number"] for step in body["steps"]]) == ("given", [2])
    only = post(client, STREAMED, only=["say"], set={"1.text": "changed"}).json()
    assert only["stdout"] == "changed"


@pytest.fixture(scope="module")
def with_scopes(tmp_path_factory):
    """Makes clients of a service whose callers need keys, each with a key of its own."""
    with served(tmp_path_factory.mktemp("guarded"), ZYRA_RATE_LIMIT="5/hour") as server:

        def client_with(*scopes):
            record, text = new_key("test", frozenset(scopes), None, now_utc())
            store = SqliteKeys(server.folder / "state" / "keys.sqlite3")
            asyncio.run(store.put(record))
            asyncio.run(store.close())
            return server.client(headers={"X-API-Key": text})

        yield client_with


def test_a_key_needs_the_scope_of_every_step(with_scopes):
    with with_scopes("run:process.echo") as client:
        allowed = post(client, STREAMED[:2], dry_run=True)
        refused = post(client, STREAMED, dry_run=True)
    assert allowed.status_code == 200, allowed.text
    assert refused.status_code == 403
    assert "run:visualize.save" in refused.json()["detail"]
    assert "run:process.echo" not in refused.json()["detail"]


def test_each_step_counts_as_a_run(with_scopes):
    with with_scopes("run:*") as client:
        first = post(client, STREAMED, dry_run=True)
        second = post(client, STREAMED, dry_run=True)
    assert (first.status_code, second.status_code) == (200, 429)
    assert "r=2" in first.headers["RateLimit"]
