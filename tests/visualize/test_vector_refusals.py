"""What visualize vector refuses, each in one line with the remedy."""

import numpy as np
import pytest
from pydantic import ValidationError

from drawn_vectors import draw_vector, wrong_vector
from zyra.core.command_line import corrected_line
from zyra.core.errors import AmbiguousSelection, SelectionError, ShapeMismatch
from zyra.visualize.commands.vector import VECTOR, VectorArgs

GFS = "gfs_2p5deg_f120_all_fields.grib2"


def test_a_file_without_wind_is_refused_with_what_there_is(data, tmp_path):
    error = wrong_vector(tmp_path, input=str(data / "hrrr_t06z_f01_tmp.grib2"))
    assert isinstance(error, SelectionError)
    assert "no two fields are the parts of a vector" in error.message
    assert "--uvar and --vvar; there is t" in (error.hint or "")


def test_several_winds_are_refused_with_a_list_and_a_line_that_works(data, tmp_path):
    given = {"input": str(data / GFS), "output": "wind.png"}
    error = wrong_vector(tmp_path, **given | {"output": str(tmp_path / "wind.png")})
    assert isinstance(error, AmbiguousSelection)
    assert "39 pairs of fields" in error.message
    assert "10 hPa 2011-01-15T12:00 with v" in (error.hint or "")
    line = corrected_line(VECTOR, VectorArgs.model_validate(given), error)
    assert line.endswith("--output wind.png --uvar u --vvar v --level '10 hPa'")


def test_the_corrected_arguments_select_one_pair(data, tmp_path):
    source = str(data / "eraint_uvz.nc")
    correction = wrong_vector(tmp_path, input=source).correction
    shown = draw_vector(tmp_path, input=source, width=64, height=32, **correction)
    assert shown.pixels.any()


def test_an_unknown_background_is_refused_with_the_right_argument(data, tmp_path):
    args = {"input": str(data / GFS), "level": "500 hPa", "background": "prmls"}
    error = wrong_vector(tmp_path, **args)
    assert isinstance(error, SelectionError)
    assert error.correction == {"background": "prmsl"}


def test_a_background_of_several_levels_needs_one(data, tmp_path):
    error = wrong_vector(
        tmp_path, input=str(data / GFS), level="10 m above ground", background="gh"
    )
    assert isinstance(error, AmbiguousSelection)
    assert "--background-level" in (error.hint or "")
    assert "background_level" in error.correction


def test_parts_of_different_size_are_refused(npy, tmp_path):
    u, v = npy(np.ones((4, 8)), "u.npy"), npy(np.ones((5, 8)), "v.npy")
    error = wrong_vector(tmp_path, u=u, v=v)
    assert isinstance(error, ShapeMismatch)
    assert error.message == "u has 4 x 8 points, v 5 x 8"


def test_parts_of_different_units_are_refused(data, tmp_path):
    error = wrong_vector(tmp_path, input=str(data / GFS), uvar="u", vvar="t", level="500 hPa")
    assert "u is in m s**-1, t in K" in error.message


def test_parts_without_any_common_value_are_refused(npy, tmp_path):
    u, v = npy([[1.0, np.nan]], "u.npy"), npy([[np.nan, 1.0]], "v.npy")
    assert "no place where neither is missing" in wrong_vector(tmp_path, u=u, v=v).message


def test_one_array_is_no_vector(npy, tmp_path):
    error = wrong_vector(tmp_path, input=npy(np.ones((4, 8))))
    assert "a vector has two parts" in error.message
    assert "--u EASTWARD.npy --v NORTHWARD.npy" in (error.hint or "")


def test_barbs_need_a_unit_of_speed(npy, tmp_path):
    u, v = npy(np.ones((4, 8)), "u.npy"), npy(np.ones((4, 8)), "v.npy")
    error = wrong_vector(tmp_path, u=u, v=v, style="barbs")
    assert "the unit of u is unknown" in error.message
    assert "--units m/s" in (error.hint or "")


def test_barbs_of_no_speed_are_refused(data, tmp_path):
    args = {"uvar": "tmax", "vvar": "tmin", "style": "barbs"}
    error = wrong_vector(tmp_path, input=str(data / GFS), **args)
    assert "tmax is in K, which is no unit of speed" in error.message


def test_an_extent_without_wind_is_refused(data, tmp_path):
    source = str(data / "nam_awp211.grib2")
    error = wrong_vector(tmp_path, input=source, level="500 hPa", extent=[0, 20, 30, 40])
    assert "the map shows nothing of u and v" in error.message


def test_a_key_longer_than_the_map_is_refused(data, tmp_path):
    error = wrong_vector(tmp_path, input=str(data / GFS), level="500 hPa", key=1e6)
    assert "too long for the map" in error.message


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"units": "K"}, "cannot be converted to K"),
        ({"color": "nocolour"}, "is no colour"),
        ({"uvar": "nope", "vvar": "v"}, "no variable 'nope'"),
        ({"level": "501 hPa"}, "no field with level=501 hPa"),
        ({"xarray_engine": "netcdf4"}, "which netcdf4 does not read"),
    ],
)
def test_what_does_not_fit_the_file_is_refused(data, tmp_path, args, words):
    error = wrong_vector(tmp_path, **({"input": str(data / GFS), "level": "500 hPa"} | args))
    assert words in error.message


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({}, "either input or inputs"),
        ({"u": "a", "output": "c"}, "give both u and v"),
        ({"u": "a", "v": "b"}, "output is missing"),
        ({"input": "a", "u": "a", "v": "b", "output": "c"}, "either input or inputs"),
        ({"input": "a", "output": "b", "uvar": "u"}, "both uvar and vvar"),
        ({"input": "a", "output": "b", "streamlines": True, "style": "barbs"}, "give either"),
        ({"input": "a", "output": "b", "style": "barbs", "scale": 3}, "scale is for arrows"),
        ({"input": "a", "output": "b", "streamlines": True, "key": 3}, "key is for arrows"),
        ({"input": "a", "output": "b", "scale": 0}, "scale is a speed above 0"),
        ({"input": "a", "output": "b", "density": 0}, "greater than 0"),
        ({"input": "a", "output": "b", "cmap": "jet"}, "only with background"),
        ({"input": "a", "output": "b", "colorbar": True}, "only with background"),
        (
            {"input": "a", "output": "b", "background": "speed", "background_units": "kt"},
            "another variable than speed",
        ),
        ({"input": "a", "output": "b", "style": "quiver"}, "'arrows', 'barbs' or 'streamlines'"),
    ],
)  # fmt: skip
def test_arguments_that_do_not_fit_together_are_refused(args, words):
    with pytest.raises(ValidationError, match=words):
        VectorArgs.model_validate(args)
