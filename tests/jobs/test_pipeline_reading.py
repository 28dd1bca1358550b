"""What a pipeline file says: its shape, variables, changes, parts, and how its steps are linked."""

import json

import pytest

from zyra.core.errors import DataError
from zyra.jobs.pipelines.documents import read_document
from zyra.jobs.pipelines.flow import Stdin, segments_of
from zyra.jobs.pipelines.reading import Surroundings, linked_steps
from zyra.jobs.pipelines.spec import parse_order
from zyra.jobs.requests import RequestRefused
from zyra.registry import CLI_REGISTRY

INSPECT = {"stage": "process", "command": "inspect"}


def step(command, stage="process", name=None, **args):
    named = {} if name is None else {"name": name}
    return {"stage": stage, "command": command, "args": args, **named}


def read(*stages, environment=None, strict=False, has_stdin=True, exists=(), **options):
    """The linked steps of a pipeline, and the problems with it."""
    problems = []
    around = Surroundings(
        CLI_REGISTRY,
        (environment or {}).get,
        lambda name: name in exists,
        has_stdin=has_stdin,
        strict=strict,
    )
    steps = linked_steps(parse_order({"stages": list(stages), **options}), around, problems)
    return steps, problems


def args_of(*stages, **options):
    steps, problems = read(*stages, **options)
    assert not problems
    return [dict(linked.step.args) for linked in steps]


def told(*stages, **options):
    """Place and kind of each problem."""
    return [(problem.loc, problem.type) for problem in read(*stages, **options)[1]]


@pytest.mark.parametrize("text", ["[1]", "just text", "stages: [", '{"stages": NaN}', "\xff\xfe"])
def test_what_holds_no_pipeline_is_refused(text):
    with pytest.raises(DataError):
        read_document(text.encode("latin-1"), "p.yaml")


def test_yaml_values_are_the_texts_that_were_written():
    text = b"a: 007\nb: no\nc: 2024-01-01\nd: 1e3\ne: ~\nf: '~'"
    assert read_document(text, "p") == {
        "a": "007", "b": "no", "c": "2024-01-01", "d": "1e3", "e": None, "f": "~",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["a: 1\na: 2", '{"a": 1, "a": 2}'])
def test_a_key_given_twice_is_refused(text):
    with pytest.raises(DataError, match="twice"):
        read_document(text.encode(), "p")


def test_references_that_stand_for_endless_values_are_refused():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(DataError, match="values"):
        read_document("\n".join(lines).encode(), "p")
    with pytest.raises(DataError, match="values"):
        read_document(b"a: &a [*a]", "p")


def test_merged_mappings_share_their_arguments():
    text = b"x: &x {k: 1}\ny: {<<: *x, m: 2}"
    assert read_document(text, "p")["y"] == {"k": "1", "m": "2"}


@pytest.mark.parametrize("given", [{}, {"stages": []}, {"stages": [{}]}, {"jobs": {}, "on": {}}])
def test_a_shape_that_is_wrong_is_refused(given):
    with pytest.raises(RequestRefused):
        parse_order(given)


def test_variables_come_from_the_environment_then_from_the_file():
    found = args_of(
        step("inspect", input="$A ${B} ${C:-default} ${D:-} $$ ${5} \\d+$"),
        environment={"A": "own"},
        variables={"A": "file", "B": 2},
    )
    assert found == [{"input": "own 2 default  $$ ${5} \\d+$"}]


def test_a_variable_that_is_not_set_is_told_with_its_place():
    place = ("stages", 0, "args", "input")
    assert told(step("inspect", input="${NO}")) == [(place, "variable_unset")]
    assert told(step("inspect", input="a$NO")) == []
    assert told(step("inspect", input="a$NO"), strict=True) == [(place, "variable_unset")]


def test_files_of_the_published_shape_are_understood():
    """Older names, flags as arguments, numbers for text, one value for a list, ./ before names."""
    found = args_of(
        step("http", "acquisition", url="https://example.org/a", output="a.nc", verbose=None),
        step("convert-format", "processing", file_or_url="./a.nc", format="netcdf", output="b.nc"),
        step(
            "extract-variable", "transform", **{"file-or-url": "b.nc"}, pattern=500, output="c.nc"
        ),
        step("heatmap", "visualization", inputs="c.nc", output_dir="./maps/", extent=[]),
        step("local", "decimation", inputs=["maps"], path="out/"),
    )
    assert found == [
        {"url": "https://example.org/a", "output": "a.nc"},
        {"input": "a.nc", "format": "netcdf", "output": "b.nc"},
        {"input": "b.nc", "pattern": "500", "output": "c.nc"},
        {"inputs": ["c.nc"], "output_dir": "maps/"},
        {"inputs": ["maps"], "path": "out/"},
    ]


@pytest.mark.parametrize(("period", "since"), [("1Y", "P1Y"), ("6M", "P6M"), ("24H", "PT24H")])
def test_periods_and_patterns_by_their_older_names_are_understood(period, since):
    given = {"path": "ftp://example.org/a", "sync_dir": "f", "period": period, "file_pattern": "x"}
    [found] = args_of(step("acquire", "acquire", backend="ftp", **given))
    assert (found["since_period"], found["pattern"]) == (since, "x")


def test_steps_are_named_by_their_commands_where_they_have_no_name():
    steps, _ = read(INSPECT, INSPECT, {**INSPECT, "id": "last"})
    assert [linked.step.name for linked in steps] == ["inspect", "inspect-2", "last"]


def test_names_stand_for_one_step_each():
    twice = [(("stages", place, "name"), "given_twice") for place in (0, 1)]
    assert told({**INSPECT, "name": "a"}, {**INSPECT, "name": "a"}) == twice


def test_changes_reach_steps_by_name_number_stage_or_argument():
    stages = step("inspect", name="one", input="a"), step("stats", name="two", input="b")
    changes = {"one.input": "A", "2.verbose": True, "transform.quiet": "true", "output": "o"}
    assert args_of(
        stages[0], {**stages[1], "args": {"input": "b", "output": "x"}}, set=changes
    ) == [
        {"input": "A", "quiet": "true"},
        {"input": "b", "output": "o", "verbose": True, "quiet": "true"},
    ]


def test_a_change_may_use_the_older_name_of_an_argument():
    given = step("extract-variable", input="a", pattern="t")
    changed = {"input": "b", "pattern": "t"}
    assert args_of(given, set={"process.file_or_url": "b"}) == [changed]


def test_a_change_may_set_a_variable():
    given = step("inspect", input="${X}")
    assert args_of(given, environment={"X": "a"}, set={"variables.X": "b"}) == [{"input": "b"}]


@pytest.mark.parametrize("key", ["nobody.input", "wdth", "9.input"])
def test_a_change_that_changes_nothing_is_refused(key):
    assert [place for place, _ in told(step("inspect", input="a"), set={key: 1})] == [("set", key)]


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ({"start": 2}, [2, 3]),
        ({"end": 2}, [1, 2]),
        ({"start": 2, "end": 2}, [2]),
        ({"only": ["visualize"]}, [3]),
        ({"only": ["render"]}, [3]),
        ({"only": ["stats", "1"]}, [1, 2]),
    ],
)
def test_a_part_of_the_steps_can_be_chosen(options, numbers):
    draw = step("heatmap", "visualize", input="a", output="b")
    steps, problems = read(step("inspect", input="a"), step("stats", input="a"), draw, **options)
    assert ([linked.step.number for linked in steps], problems) == (numbers, [])


@pytest.mark.parametrize("options", [{"start": 3}, {"start": 2, "end": 1}, {"only": ["nobody"]}])
def test_a_part_that_has_no_step_is_refused(options):
    assert told(step("inspect", input="a"), step("stats", input="a"), **options)


def test_a_dash_joins_steps_by_pipes():
    steps, problems = read(
        step("extract-variable", input="-", pattern="t"),
        step("convert-format", input="-", format="netcdf", output="-"),
        step("local", "disseminate", input="-", path="t.nc"),
        step("inspect", input="t.nc"),
    )
    assert not problems
    assert [linked.link.stdin for linked in steps] == [
        Stdin.OUTER, Stdin.PIPE, Stdin.PIPE, Stdin.NOTHING,
    ]  # fmt: skip
    assert [linked.link.is_read for linked in steps] == [True, True, False, False]
    assert list(segments_of([linked.link for linked in steps])) == [[0, 1, 2], [3]]
    assert [sorted(linked.link.needs) for linked in steps] == [[], [0], [1], [2]]


def test_a_switch_that_reads_stdin_joins_steps_too():
    steps, _ = read(
        step("vimeo", "disseminate", input="a.mp4"),
        step("enrich-metadata", frames_meta="m.json", read_vimeo_uri="true", output="e.json"),
        exists=("a.mp4", "m.json"),
    )
    assert [linked.link.stdin for linked in steps] == [Stdin.NOTHING, Stdin.PIPE]


def test_files_join_steps_as_well():
    steps, _ = read(
        step("heatmap", "visualize", input="-", output="-", legend_file="l.png"),
        step("compose-video", "visualize", frames=".", basemap="l.png", output="f.mp4"),
        step("local", "disseminate", inputs=["l.png"], path="x/"),
    )
    assert [sorted(linked.link.needs) for linked in steps] == [[], [0], [0]]


def test_references_become_the_names_of_files():
    found = args_of(
        step("metadata", name="scan", frames_dir="f", output="meta.json"),
        step("enrich-metadata", frames_meta="step:scan", output="e.json"),
        step("local", "disseminate", inputs=["step:scan/other.txt", "step:scan"], path="x/"),
    )
    assert found[1]["frames_meta"] == "meta.json"
    assert found[2]["inputs"] == ["other.txt", "meta.json"]


@pytest.mark.parametrize(
    ("reference", "kind"),
    [
        ("step:nobody", "unknown_name"),
        ("step:later", "forward_reference"),
        ("step:own", "forward_reference"),
        ("step:silent", "no_output"),
    ],
)
def test_a_reference_that_leads_nowhere_is_refused(reference, kind):
    problems = told(
        step("inspect", name="silent", input="a", output="-"),
        step("stats", name="own", input=reference, output="s.json"),
        step("stats", name="later", input="b", output="l.json"),
    )
    assert problems == [(("stages", 1, "args", "input"), kind)]


def test_a_file_that_only_a_later_step_writes_is_refused_unless_it_is_there():
    stages = step("inspect", input="b.nc"), step("subset", input="a.nc", output="b.nc")
    place = ("stages", 0, "args", "input")
    assert told(*stages) == [(place, "forward_reference")]
    assert told(*stages, exists=("b.nc",)) == []


def test_stdin_has_to_come_from_somewhere():
    reader = step("stats", input="-")
    place = ("stages", 0, "args")
    assert told(reader, has_stdin=False) == [(place, "not_connected")]
    writer = step("subset", name="w", input="a.nc", output="b.nc")
    assert told(writer, reader) == [(("stages", 1, "args"), "not_connected")]
    assert told(reader, step("inspect", input="x"), reader, only=["1", "3"]) == [
        (("stages", 2, "args"), "not_connected")
    ]


def test_every_unknown_command_is_told_with_the_closest_one():
    _, problems = read(step("inspekt"), step("heatmap", "visualise"))
    assert [(problem.loc, problem.hint) for problem in problems] == [
        (("stages", 0, "command"), "did you mean inspect?"),
        (("stages", 1, "stage"), "did you mean visualize?"),
    ]


def test_the_order_is_the_same_as_json_and_as_yaml():
    order = {"name": "x", "stages": [step("inspect", input="a")], "continue_on_error": True}
    text = json.dumps(order).encode()
    flow = text.replace(b"true", b"yes").replace(b'"name"', b"name", 1)
    assert parse_order(read_document(text, "j")) == parse_order(read_document(flow, "y"))


def many(count, text):
    return ",".join(text.format(number) for number in range(count))


@pytest.mark.parametrize(
    "text",
    [
        "{" + many(20_001, '"{0}":1') + "}",
        "a: [" + "1," * 200_000 + "]",
        "a: &v " + "x" * 400_000 + "\nb: [" + "*v," * 20 + "]",
        "a0: &a0 {x: 1}\n" + "\n".join(
            f"a{n}: &a{n} {{<<: [{','.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 12)
        ),
    ],
    ids=["members", "values", "characters", "merged"],
)  # fmt: skip
def test_what_stands_for_endless_values_is_refused(text):
    with pytest.raises(DataError, match=r"more than|too many"):
        read_document(text.encode(), "p")


def test_variables_that_stand_for_endless_text_are_refused():
    inspect = step("inspect", input="${A}" * 10_000)
    assert told(inspect, variables={"A": "x" * 100_000}) == [
        (("stages", 0, "args", "input"), "too_large")
    ]


def test_a_variable_that_is_not_set_is_told_once_for_each_text():
    place = ("stages", 0, "args", "input")
    assert told(step("inspect", input="${A} ${B} ${A}")) == [(place, "variable_unset")] * 2


def test_changes_that_make_the_steps_endless_are_refused():
    changes = {"process.input": ["a.nc"] * 1000}
    assert told(*[INSPECT] * 50, set=changes) == [(("stages",), "too_large")]


def test_of_references_to_nothing_the_first_hundred_are_told():
    assert len(told(step("inspect", input=["step:nobody"] * 200))) == 100


@pytest.mark.parametrize("member", ["only", "set"])
def test_changes_and_choices_are_few(member):
    given = {f"{number}.a": "x" for number in range(201)}
    with pytest.raises(RequestRefused, match="at most 200"):
        read(INSPECT, **{member: given if member == "set" else list(given)})


@pytest.mark.parametrize("name", ["a\x1b[31mb", "\x00", "a\u202eb", "a\u2066", "\x9bb"])
def test_names_that_would_change_what_a_terminal_shows_are_refused(name):
    with pytest.raises(RequestRefused, match="no name for a step"):
        read({**INSPECT, "name": name})


@pytest.mark.parametrize("name", ["Température à 2 m", "1a", "a..b", "気温", "x" * 64])
def test_names_may_be_words_of_any_language(name):
    assert read({**INSPECT, "name": name}, set={"1.input": "a.nc"})[0][0].step.name == name
