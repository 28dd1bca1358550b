"""Plans outlive the version that wrote them: jobs stay queued while the service is renewed."""

from zyra.jobs.pipelines.plan import plan_from_json
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
