"""What a workflow file says: jobs in the order of their needs, steps linked within a job only."""

import jsonschema
import pytest

from zyra.jobs.pipelines.flow import Stdin, segments_of
from zyra.jobs.pipelines.reading import Surroundings, linked_steps
from zyra.jobs.pipelines.spec import PipelineSpec, parse_order
from zyra.jobs.requests import RequestRefused
from zyra.registry import CLI_REGISTRY


def copy(source, target, **members):
    args = {"input": source, "path": target}
    return {"stage": "export", "command": "local", "args": args, **members}


def job(*steps, **members):
    return {"steps": list(steps), **members}


def read(has_stdin=False, env=None, **jobs):
    """The linked steps of a workflow, and the problems with it."""
    problems = []
    order = parse_order({"jobs": jobs, "env": env or {}})
    around = Surroundings(CLI_REGISTRY, exists={"a", "b"}.__contains__, has_stdin=has_stdin)
    return linked_steps(order, around, problems), problems


def steps_of(**jobs):
    steps, problems = read(**jobs)
    assert not problems
    return steps


def told(**jobs):
    """Place and kind of each problem."""
    return [(problem.loc, problem.type) for problem in read(**jobs)[1]]


def refused(**given):
    """Place, kind and hint of what is wrong with the shape of a file."""
    with pytest.raises(RequestRefused) as error:
        parse_order(given)
    return {problem.loc: (problem.type, problem.hint) for problem in error.value.problems}


def test_jobs_run_after_those_that_they_need_else_as_they_are_written():
    steps = steps_of(
        last=job(copy("a", "l"), needs=["left", "right"]),
        right=job(copy("a", "r"), needs="first"),
        left=job(copy("a", "t"), needs="first"),
        alone=job(copy("a", "o")),
        first=job(copy("a", "f")),
    )
    assert [linked.step.job for linked in steps] == ["alone", "first", "right", "left", "last"]


def test_a_step_is_called_by_its_job_and_its_own_name_or_command():
    steps = steps_of(
        a=job(copy("a", "x"), copy("a", "y", id="keep"), copy("a", "z")), b=job(copy("a", "w"))
    )
    names = ["a.local", "a.keep", "a.local-2", "b.local"]
    assert [linked.step.name for linked in steps] == names


def test_steps_are_piped_within_their_job_only():
    steps = steps_of(a=job(copy("a", "-"), copy("-", "-")), b=job(copy("b", "-"), copy("-", "x")))
    links = [linked.link for linked in steps]
    assert [link.stdin for link in links] == [
        Stdin.NOTHING, Stdin.PIPE, Stdin.NOTHING, Stdin.PIPE,
    ]  # fmt: skip
    assert list(segments_of(links)) == [[0, 1], [2, 3]]


def test_the_first_step_of_a_job_reads_no_other_job():
    jobs = {"a": job(copy("a", "-")), "b": job(copy("-", "x"), needs="a")}
    assert told(**jobs) == [(("jobs", "b", "steps", 0, "args"), "not_connected")]
    steps, problems = read(has_stdin=True, **jobs)
    assert not problems
    assert steps[1].link.stdin is Stdin.OUTER


def test_a_step_needs_those_before_it_and_the_jobs_that_its_job_needs():
    steps = steps_of(
        alone=job(copy("a", "1")),
        first=job(copy("a", "2"), copy("a", "3")),
        last=job(copy("a", "4"), copy("a", "5"), needs="first"),
    )
    needs = [sorted(linked.link.needs) for linked in steps]
    assert needs == [[], [], [1], [1, 2], [1, 2, 3]]


def test_files_lead_from_job_to_job():
    steps = steps_of(a=job(copy("a", "x")), b=job(copy("step:a.local", "y"), needs="a"))
    assert steps[1].step.args["input"] == "x"


@pytest.mark.parametrize(
    "written",
    [
        "export local out.txt --input '${FROM}'",
        {"cmd": "export local out.txt --input ${FROM}"},
        "zyra export local out.txt --input ${FROM}",
        {"stage": "export", "command": "local", "args": {"input": "${FROM}", "path": "out.txt"}},
    ],
)
def test_a_step_may_be_the_line_of_a_shell(written):
    steps, problems = read(env={"FROM": "two words"}, a=job(written))
    assert not problems
    assert dict(steps[0].step.args) == {"input": "two words", "path": "out.txt"}


@pytest.mark.parametrize(
    ("line", "place", "kind"),
    [
        ("export local", (), "wrong_line"),
        ("export local x --inptu a", (), "wrong_line"),
        ("process convert-format a hdf9", (), "wrong_line"),
        ("export lokal x", ("command",), "unknown_name"),
    ],
)
def test_what_is_wrong_with_a_line_is_told(line, place, kind):
    assert told(a=job(line)) == [(("jobs", "a", "steps", 0, *place), kind)]


def test_an_unknown_need_and_a_circle_are_told_together_with_wrong_commands():
    steps, problems = read(
        a=job(copy("a", "x"), needs=["b", "bb"]),
        b=job({"stage": "process", "command": "inspekt"}, needs="a"),
    )
    found = {problem.loc: problem for problem in problems}
    assert set(found) == {
        ("jobs", "a", "needs", 1),
        ("jobs", "a", "needs"),
        ("jobs", "b", "steps", 0, "command"),
    }
    assert found["jobs", "a", "needs", 1].hint == "did you mean b?"
    assert found["jobs", "a", "needs"].msg == "jobs need each other: a needs b needs a"
    assert [linked.step.job for linked in steps] == ["a"]


def test_a_job_that_needs_itself_is_a_circle():
    assert told(a=job(copy("a", "x"), needs="a")) == [(("jobs", "a", "needs"), "circle")]


def test_every_member_that_nobody_knows_is_told_with_its_place():
    step = {"stage": "process", "comand": "echo"}
    found = refused(
        jobs={"a": {"steps": [step], "need": "b"}, "b/c": job("process 'inspect")},
        on={"shedule": []},
        triggers={},
    )
    assert found["jobs", "a", "need"][1].startswith("did you mean needs")
    assert found["jobs", "a", "steps", 0, "comand"][1].startswith("did you mean command")
    assert found["on", "shedule"][1].startswith("did you mean schedule")
    kinds = {place: kind for place, (kind, _) in found.items()}
    assert kinds["jobs", "a", "steps", 0, "command"] == "missing"
    assert kinds["jobs", "b/c", "steps", 0] == "value_error"
    assert kinds["triggers",] == "extra_forbidden"
    assert kinds["jobs", "b/c", "[key]"] == "string_pattern_mismatch"


def test_stages_and_jobs_exclude_each_other_and_one_is_needed():
    assert refused(stages=[copy("a", "b")], jobs={"a": job(copy("a", "b"))}) == {
        ("jobs",): ("not_together", "put the stages into a job of their own, or leave the jobs out")
    }
    assert refused(on={})["stages",][0] == "missing"


def test_a_step_has_args_or_words():
    step = {"stage": "process", "command": "inspect", "args": {"input": "a"}, "words": ["b"]}
    assert refused(jobs={"a": job(step)})["jobs", "a", "steps", 0][0] == "value_error"


def test_a_step_with_a_line_has_the_other_members_of_a_step():
    line = {"cmd": "export local out.txt --input a", "id": "keep", "timeout_s": 7}
    (linked,) = steps_of(a=job(line))
    assert (linked.step.name, linked.step.timeout_s) == ("a.keep", 7)


def test_the_schema_knows_every_way_to_write_a_part():
    steps = ["process inspect a", {"cmd": "process inspect a", "id": "b"}, copy("a", "b")]
    given = {"jobs": {"a": job(*steps, needs="b")}, "on": {"schedule": ["5 12 * * 4"]}}
    parse_order(given)
    jsonschema.validate(given, PipelineSpec.model_json_schema())


def test_a_line_says_all_of_a_command():
    step = {"cmd": "process inspect a", "args": {"input": "b"}}
    assert refused(jobs={"a": job(step)})["jobs", "a", "steps", 0][0] == "value_error"


def test_what_is_wrong_is_told_in_our_words_only():
    with pytest.raises(RequestRefused) as error:
        parse_order({"jobs": {"a": job("process inspect a")}, "on": {"schedule": ["@daily"]}})
    (problem,) = error.value.problems
    assert problem.msg == "write the five fields of cron, such as 5 12 * * 4"


def test_a_name_that_is_none_is_told_in_words():
    with pytest.raises(RequestRefused, match="no name for a step or a job"):
        parse_order({"jobs": {"b/c": job("process inspect a")}})


@pytest.mark.parametrize(
    ("line", "place"),
    [("process inspect " + "a" * 4000, ()), ("process inspect" + " a" * 201, ("words",))],
)
def test_a_line_has_its_bounds(line, place):
    assert set(refused(jobs={"a": job(line)})) == {("jobs", "a", "steps", 0, *place)}


def test_jobs_have_as_many_steps_as_a_pipeline_may_have():
    crowd = {str(number) + "x": job(*["process inspect a"] * 26) for number in range(2)}
    assert refused(jobs=crowd)["jobs",][0] == "too_long"


@pytest.mark.parametrize("cron", ["* * * *", "@daily", "0 6 * * *\n* * * * * rm", "0 6 * * $(x)"])
def test_times_are_five_fields_of_cron(cron):
    found = refused(jobs={"a": job("process inspect a")}, on={"schedule": [cron]})
    assert set(found) == {("on", "schedule", 0, "cron")}


def test_a_job_is_chosen_and_changed_by_its_name():
    jobs = {"a": job(copy("a", "x"), copy("a", "y")), "b": job(copy("a", "z"), needs="a")}
    order = parse_order({"jobs": jobs, "only": ["b"], "set": {"b.input": "b"}})
    problems = []
    (chosen,) = linked_steps(order, Surroundings(CLI_REGISTRY, exists={"b"}.__contains__), problems)
    assert not problems
    assert dict(chosen.step.args) == {"input": "b", "path": "z"}
    assert not chosen.link.needs


def test_a_job_that_is_called_like_a_stage_goes_before_the_stage():
    jobs = {"export": job(copy("a", "x")), "other": job(copy("a", "y"))}
    order = parse_order({"jobs": jobs, "only": ["export"]})
    problems = []
    (chosen,) = linked_steps(order, Surroundings(CLI_REGISTRY, exists={"a"}.__contains__), problems)
    assert not problems
    assert chosen.step.name == "export.local"
