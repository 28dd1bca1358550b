"""`POST /pipelines/run` of a workflow: jobs with needs, as JSON or as the file that it is."""

YAML = {"Content-Type": "application/yaml"}
WORKFLOW = """
name: in two jobs
on:
  schedule: [{cron: "5 12 * * 4"}]
jobs:
  read:
    needs: [write]
    steps:
      - process echo --bytes-of greeting.txt
      - {stage: process, command: echo, args: {bytes_of: "-"}}
  write:
    steps:
      - cmd: visualize save --text "${WORD} world" --output greeting.txt
env: {WORD: hello}
"""


def said(body):
    return [(step["number"], step["name"], step["status"]) for step in body["steps"]]


def test_a_workflow_runs_its_jobs_in_the_order_of_their_needs(client):
    answer = client.post("/pipelines/run", content=WORKFLOW, headers=YAML)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["status"], body["name"], body["stdout"]) == (
        "success",
        "in two jobs",
        "hello world",
    )
    assert said(body) == [
        (1, "write.save", "succeeded"),
        (2, "read.echo", "succeeded"),
        (3, "read.echo-2", "succeeded"),
    ]


def test_an_async_workflow_goes_on_by_itself(client):
    headers = {**YAML, "Prefer": "respond-async"}
    answer = client.post("/pipelines/run", content=WORKFLOW, headers=headers)
    assert answer.status_code == 202, answer.text
    record = client.get(answer.headers["Location"], params={"wait": 30}).json()
    assert (record["status"], record["stdout"]) == ("succeeded", "hello world")
    assert said(record)[-1] == (3, "read.echo-2", "succeeded")


def test_a_dry_run_tells_which_steps_need_which(client):
    answer = client.post("/pipelines/run?dry_run=true", content=WORKFLOW, headers=YAML)
    steps = answer.json()["steps"]
    assert [(step["stdin"], step["needs"]) for step in steps] == [
        ("nothing", []),
        ("nothing", [1]),
        ("pipe", [1, 2]),
    ]


def test_what_needs_a_failed_job_is_skipped_and_the_others_go_on(client):
    jobs = {
        "fails": {"steps": ["process fail", "process echo --text never"]},
        "after": {"needs": "fails", "steps": ["process echo --text after"]},
        "alone": {"steps": ["process echo --text alone"]},
    }
    body = client.post("/pipelines/run", json={"jobs": jobs, "continue_on_error": True}).json()
    assert (body["status"], body["exit_code"], body["stdout"]) == ("error", 2, "alone")
    assert [status for _, _, status in said(body)] == ["failed", "skipped", "succeeded", "skipped"]
    halted = client.post("/pipelines/run", json={"jobs": jobs}).json()
    assert [status for _, _, status in said(halted)] == ["failed", "skipped", "skipped", "skipped"]


def test_all_that_is_wrong_with_jobs_is_told_at_once_with_its_place(client):
    jobs = {
        "a": {"needs": ["b", "c"], "steps": ["process ecco"]},
        "b": {"needs": "a", "steps": [{"stage": "process", "command": "echo", "args": {"x": 1}}]},
    }
    answer = client.post("/pipelines/run", json={"jobs": jobs})
    assert answer.status_code == 422
    assert {tuple(error["loc"]) for error in answer.json()["errors"]} == {
        ("jobs", "a", "needs", 1),
        ("jobs", "a", "needs"),
        ("jobs", "a", "steps", 0, "command"),
        ("jobs", "b", "steps", 0, "args", "x"),
    }


def test_a_workflow_of_an_unknown_shape_is_refused(client):
    answer = client.post(
        "/pipelines/run", json={"jobs": [{"id": "a", "run": "zyra"}], "on": "push"}
    )
    assert answer.status_code == 422
    assert {tuple(error["loc"]) for error in answer.json()["errors"]} == {("jobs",), ("on",)}
