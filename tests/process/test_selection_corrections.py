"""A wrong or ambiguous selection is refused together with the line that would have worked."""

import json
import shlex

import pytest

from eccodes_oracle import DATA
from zyra.cli.stage import main
from zyra.core.command_line import corrected_args
from zyra.core.errors import SelectionError
from zyra.fields.formats import open_dataset
from zyra.fields.selection import choices_of, select_one, selection_from
from zyra.process.commands.convert_format import CONVERT_FORMAT
from zyra.process.commands.extract_variable import EXTRACT_VARIABLE

GFS = str(DATA / "gfs_2p5deg_f120_all_fields.grib2")
ERA5 = str(DATA / "era5_levels_members.grib1")
GAUSSIAN = str(DATA / "reduced_gg.grib1")

WRONG = [
    ("convert-format", GFS, "geotiff"),
    ("convert-format", GFS, "geotiff", "--var", "t", "--level", "505 hPa"),
    ("convert-format", GFS, "geotiff", "--var", "tmp2"),
    ("convert-format", GFS, "netcdf", "--var", "gh", "--forecast-hour", "119"),
    ("convert-format", GFS, "netcdf", "--var", "gh", "--time", "2011-01-15T13:00"),
    ("convert-format", GFS, "netcdf", "--message", "900"),
    ("convert-format", ERA5, "netcdf", "--var", "t", "--member", "12", "--level", "300"),
    ("extract-variable", GFS, "temper"),
    ("extract-variable", GFS, "geopotental height"),
    ("decode-grib2", GFS, "--variable", "T2"),
    ("decode-grib2", GFS, "--variable", "t", "--level", "3 m above ground"),
]


@pytest.mark.parametrize("words", WRONG, ids=lambda words: " ".join(words[:1] + words[2:]))
def test_line_to_copy_works_as_it_stands(words, here, capfd):
    assert main("process", list(words)) == 2
    (line,) = [
        line.strip().removeprefix("try: ")
        for line in capfd.readouterr().err.splitlines()
        if line.strip().startswith("try: ")
    ]
    program, stage, *corrected = shlex.split(line)
    assert (program, stage) == ("zyra", "process")
    assert main("process", corrected) == 0


def test_nothing_is_offered_where_nothing_is_alike(here, capfd):
    assert main("process", ["decode-grib2", GAUSSIAN, "--variable", "xyzzy"]) == 2
    said = capfd.readouterr().err
    assert "there is " in said
    assert "try:" not in said


def test_correction_names_arguments_as_the_command_calls_them():
    error = SelectionError("no", correction={"variable": "t", "level": "500 hPa"})
    args = CONVERT_FORMAT.args.model_validate({"input": "a", "format": "zarr"})
    said = corrected_args(CONVERT_FORMAT, args, error)
    assert json.loads(said.partition(": ")[2]) == {"var": "t", "level": "500 hPa"}
    said = corrected_args(EXTRACT_VARIABLE, args, error)
    assert json.loads(said.partition(": ")[2]) == {"pattern": "t", "level": "500 hPa"}


@pytest.mark.parametrize("name", ["gfs_2p5deg_f120_all_fields.grib2", "era5_levels_members.grib1"])
def test_choices_of_every_field_select_it(name):
    with open_dataset(DATA / name) as dataset:
        for info in dataset.infos[::7]:
            chosen = choices_of(info)
            variable = str(chosen.pop("variable"))
            args = CONVERT_FORMAT.args.model_validate({"input": "a", "format": "zarr", **chosen})
            assert select_one(dataset.infos, selection_from(args, variable=variable)) is info
