"""What visualize heatmap refuses, each in one line with the remedy."""

import numpy as np
import pytest
from pydantic import ValidationError

from drawn_maps import wrong
from zyra.core.errors import SelectionError
from zyra.visualize.commands.heatmap import HeatmapArgs


def test_an_unknown_variable_is_refused_with_those_there_are(data, tmp_path):
    error = wrong(tmp_path, input=str(data / "eraint_uvz.nc"), var="nope")
    assert isinstance(error, SelectionError)
    assert "u, v, z" in (error.hint or "")


def test_several_fields_are_refused_with_a_list(data, tmp_path):
    error = wrong(tmp_path, input=str(data / "eraint_uvz.nc"), var="u")
    assert "matches 6 fields" in error.message


def test_an_extent_without_data_is_refused(data, tmp_path):
    source = str(data / "hrrr_t06z_f01_tmp.grib2")
    error = wrong(tmp_path, input=source, extent=[0, 10, 0, 10])
    assert "shows nothing of t" in error.message


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"extent": [0, 10, 0]}, "the extent cannot be"),
        ({"extent": [0, 10, 20, 10]}, "20 to 10 degrees north"),
        ({"extent": [0, 10, -95, 10]}, "-95 to 10 degrees north"),
        ({"cmap": "virids"}, "no colour map 'virids'"),
        ({"vmin": 3, "vmax": 3}, "the colour range from 3 to 3 is empty"),
        ({"features": "rivers"}, "no map feature 'rivers'"),
        ({"xarray_engine": "pynio"}, "no engine 'pynio'"),
        ({"xarray_engine": "cfgrib"}, "which cfgrib does not read"),
        ({"crs": "EPSG:nonsense"}, "no coordinate system"),
        ({"band": 2}, "has no band 2"),
        ({"colorbar": True, "width": 30, "height": 30}, "leave no room for a map"),
        ({"data_encoded": True, "vmin": 2, "vmax": 1}, "the range from 2 to 1 is empty"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_line(data, tmp_path, args, words):
    error = wrong(tmp_path, input=str(data / "eraint_uvz.nc"), var="z", message=1, **args)
    assert words in error.message


def test_a_field_without_any_value_is_refused(npy, tmp_path):
    error = wrong(tmp_path, input=npy([[np.nan, np.nan]]))
    assert "every value of the field is missing" in error.message


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({}, "either input or inputs"),
        ({"input": "a"}, "output is missing"),
        ({"inputs": ["a"]}, "output_dir is missing"),
        ({"input": "a", "inputs": ["b"], "output": "c"}, "either input or inputs"),
        ({"input": "a", "output": "b", "output_names": ["c"]}, "output_names is for inputs"),
        ({"inputs": ["a"], "output_dir": "b", "output_names": ["c", "d"]}, "one name for each"),
        ({"input": "a", "output": "b", "data_encoded": True}, "needs vmin and vmax"),
        ({"input": "a", "output": "b", "color_scale_file": "c"}, "is for data_encoded"),
        ({"input": "a", "output": "b", "map_type": "tile"}, "map_type tile needs tile_source"),
        ({"input": "a", "output": "b", "timestamp_loc": "upper_left"}, "only with timestamp"),
        (
            {"input": "a", "output": "b", "data_encoded": True, "vmin": 0, "vmax": 1, "width": 9},
            "leave out width",
        ),
        ({"input": "a", "output": "b", "tile_zoom": 5}, "only with map_type"),
        ({"input": "a", "output": "b", "cmap": "jet", "cmap_file": "c"}, "either cmap or"),
        ({"input": "a", "output": "b", "width": 16384, "height": 16384}, "is more than"),
        ({"inputs": ["a"], "output_dir": "b", "output_names": ["../c"]}, "not a plain file name"),
        ({"input": "a", "output": "b.jpg"}, "written as PNG: b.jpg cannot end in .jpg"),
        ({"input": "a", "output": "b", "legend_file": "c.svg"}, "cannot end in .svg"),
        ({"inputs": ["a"], "output_dir": "b", "output_names": ["c.gif"]}, "cannot end in .gif"),
        ({"input": "a", "output": "b", "width": 0}, "greater than or equal to 1"),
        ({"input": "a", "output": "b", "height": 20000}, "less than or equal to 16384"),
        ({"input": "a", "output": "b", "map_type": "globe"}, "'image' or 'tile'"),
    ],
)
def test_arguments_that_do_not_fit_together_are_refused(args, words):
    with pytest.raises(ValidationError, match=words):
        HeatmapArgs.model_validate(args)


@pytest.mark.parametrize("name", ["-", "picture", "a.b/picture.png", "P.PNG"])
def test_pictures_may_be_called_png_or_nothing(name):
    assert HeatmapArgs(input="a", output=name).output == name
