"""Declarations: older names, closest names, kinds."""

from typing import Literal

import pytest
from pydantic import ValidationError

from zyra.core.arguments import Args, arg
from zyra.core.kinds import InputSource, Kind, OutputFile, Secret, kinds_of


class SampleArgs(Args):
    """Do something.

    In some way.
    """

    input: InputSource = arg(description="Source", positional=True, also=("file_or_url",))
    outputs: list[OutputFile] | None = arg(None, "Files")
    token: Secret | None = arg(None, "Key", flags=("-t",))
    width: int = arg(1024, "Pixels", gt=0)
    mode: Literal["a", "b"] = arg("a", "Way")


def test_an_older_name_is_the_same_argument():
    assert SampleArgs.model_validate({"file_or_url": "x"}).input == "x"


def test_both_names_at_once_are_refused():
    with pytest.raises(ValidationError, match="input is given twice"):
        SampleArgs.model_validate({"file_or_url": "x", "input": "y"})


def test_numbers_and_booleans_may_come_as_text():
    args = SampleArgs.model_validate({"input": "x", "width": "24", "verbose": "true"})
    assert (args.width, args.verbose) == (24, True)


def test_unknown_names_are_refused_and_the_closest_known_are_found():
    with pytest.raises(ValidationError, match="Extra inputs"):
        SampleArgs.model_validate({"input": "x", "widht": 5})
    assert SampleArgs.closest("widht")[0] == "width"


def test_a_nul_character_is_refused_wherever_it_stands():
    for given in ({"input": "a\0b"}, {"input": "a", "outputs": ["b", "c\0"]}):
        with pytest.raises(ValidationError, match="NUL"):
            SampleArgs.model_validate(given)


def test_kinds_are_found_inside_options_and_lists():
    assert kinds_of(SampleArgs) == {
        "input": Kind.INPUT_SOURCE,
        "outputs": Kind.OUTPUT_FILE,
        "token": Kind.SECRET,
    }


def test_the_schema_tells_the_kind_of_an_argument():
    schema = SampleArgs.model_json_schema()["properties"]
    assert schema["input"]["x-zyra-kind"] == "input-source"
    assert schema["outputs"]["anyOf"][0]["items"]["x-zyra-kind"] == "output-file"
