"""Plans outlive the version that wrote them: jobs stay queued while the service is renewed."""

from dataclasses import replace

from zyra.jobs.pipelines.flow import Link, Stdin
from zyra.jobs.pipelines.plan import PipelinePlan, PlannedStep, plan_from_json
from zyra.jobs.runner import Plan

OF_THE_FIRST_VERSION = {
    "stage": "process",
    "command": "echo",
    "args": {"text": "hi"},
    "output": None,
    "stdin_text": None,
    "stdin_path": None,
    "timeout_s": 60.0,
    "memory_bytes": 1 << 30,
    "file_bytes": 1 << 30,
}


def test_a_plan_that_lacks_what_was_added_later_can_be_run():
    plan = Plan.from_values(OF_THE_FIRST_VERSION)
    assert (plan.links, plan.readable, plan.allow_hosts) == ({}, (), ())


def test_what_a_plan_has_no_more_is_passed_over():
    plan = Plan.from_values(OF_THE_FIRST_VERSION | {"gone": 1})
    assert plan.args == {"text": "hi"}


def test_a_plan_comes_back_as_it_was_written():
    plan = Plan(**OF_THE_FIRST_VERSION, links={"a": "/b"}, readable=("/b",), allow_hosts=("x",))
    assert plan_from_json(plan.to_json()) == plan


def of_pipeline() -> PipelinePlan:
    first = Plan(**OF_THE_FIRST_VERSION | {"stdin_path": "s3:in"}, links={"a": "s3:a"})
    second = Plan(**OF_THE_FIRST_VERSION, links={"b": "/b"}, readable=("/b", "/srv/c"))
    links = Link("one", Stdin.OUTER, is_read=True), Link("two", Stdin.PIPE, frozenset({0}))
    steps = (PlannedStep(links[0], first, 1.0, ()), PlannedStep(links[1], second, 2.0, ("x",)))
    return PipelinePlan(steps, 5.0, continue_on_error=True, output="x")


def test_the_plan_of_a_pipeline_comes_back_as_it_was_written():
    assert plan_from_json(of_pipeline().to_json()) == of_pipeline()


def test_what_the_steps_of_a_pipeline_read_is_brought_at_once():
    plan = of_pipeline()
    reading = plan.reading
    assert (reading.links, reading.stdin_path) == ({"a": "s3:a", "b": "/b"}, "s3:in")
    brought = replace(reading, links={"a": "/cache/a", "b": "/b"}, stdin_path="/cache/in")
    first, second = plan.reading_from(brought).commands
    assert (first.links, first.stdin_path) == ({"a": "/cache/a"}, "/cache/in")
    assert (second.links, second.readable) == ({"b": "/b"}, ("/b", "/srv/c"))
    assert second.stdin_path is None
