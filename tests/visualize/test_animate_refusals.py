"""visualize animate refuses, with exit 2 and one line, what cannot become a film."""

import numpy as np
import pytest
from pydantic import ValidationError

from animations import SMALL, steady, write_series, wrong_animation
from zyra.core.errors import AmbiguousSelection, DataError, UsageError
from zyra.visualize.commands.animate import AnimateArgs


@pytest.fixture
def source(tmp_path):
    return write_series(tmp_path / "t.nc", t=steady(1, 2))


def test_one_time_is_no_animation(tmp_path):
    error = wrong_animation(tmp_path, input=write_series(tmp_path / "t.nc", t=steady(1)))
    assert error.message == "t has t at one time only"
    assert "visualize heatmap" in error.hint


def test_a_file_without_times_is_no_animation(tmp_path, data):
    error = wrong_animation(tmp_path, input=str(data / "hrrr_t06z_f01_tmp.grib2"))
    assert "one time only" in error.message


def test_an_empty_array_is_no_animation(tmp_path):
    np.save(tmp_path / "none.npy", np.zeros((0, 4, 8)))
    error = wrong_animation(tmp_path, input=str(tmp_path / "none.npy"))
    assert error.message == "none.npy has no time in it"


@pytest.mark.parametrize("shape", [(8,), (2, 2, 4, 8)])
def test_arrays_of_other_dimensions_are_refused(tmp_path, shape):
    np.save(tmp_path / "x.npy", np.zeros(shape))
    assert isinstance(wrong_animation(tmp_path, input=str(tmp_path / "x.npy")), DataError)


def test_several_levels_at_a_time_are_ambiguous(tmp_path, data):
    error = wrong_animation(tmp_path, input=str(data / "era5_levels_members.grib1"), var="t")
    assert isinstance(error, AmbiguousSelection)
    assert "--level" in error.hint


def test_several_variables_are_ambiguous(tmp_path, data):
    error = wrong_animation(tmp_path, input=str(data / "safrica.grib2"))
    assert "3 variables" in error.message


@pytest.mark.parametrize("ends", [{}, {"vmin": 0, "vmax": 1}])
def test_a_series_without_any_value_is_refused(tmp_path, ends):
    source = write_series(tmp_path / "t.nc", t=steady(np.nan, np.nan))
    error = wrong_animation(tmp_path, input=source, **SMALL, **ends)
    assert "missing at every time" in error.message


def test_an_empty_range_is_refused(tmp_path, source):
    error = wrong_animation(tmp_path, input=source, vmin=5, vmax=5)
    assert (type(error), error.message) == (UsageError, "the colour range from 5 to 5 is empty")


def test_an_extent_beside_the_data_is_refused(tmp_path, data):
    error = wrong_animation(
        tmp_path, input=str(data / "safrica.grib2"), var="pwat", extent=[100, 120, 50, 60]
    )
    assert "shows nothing" in error.message


def test_other_numbers_of_times_cannot_stand_side_by_side(tmp_path):
    sources = [
        write_series(tmp_path / "a.nc", t=steady(1, 2)),
        write_series(tmp_path / "b.nc", t=steady(1, 2, 3)),
    ]
    error = wrong_animation(
        tmp_path, inputs=sources, to_video=None, combine_to=str(tmp_path / "film.mp4")
    )
    assert error.message == "a has 2 times and b 3: they cannot be shown side by side"


def test_files_of_one_time_and_of_several_are_not_mixed(tmp_path):
    sources = [
        write_series(tmp_path / "a.nc", t=steady(1)),
        write_series(tmp_path / "b.nc", t=steady(1, 2)),
    ]
    assert "a has one time" in wrong_animation(tmp_path, inputs=sources).message


def test_two_inputs_of_one_name_are_refused(tmp_path):
    (tmp_path / "sub").mkdir()
    sources = [
        write_series(tmp_path / "a.nc", t=steady(1, 2)),
        write_series(tmp_path / "sub/a.nc", t=steady(1, 2)),
    ]
    assert wrong_animation(tmp_path, inputs=sources).message == "two films would be named a"


def test_as_many_times_are_written_as_there_are_frames(tmp_path, source):
    (tmp_path / "times.csv").write_text("one\n")
    error = wrong_animation(
        tmp_path, input=source, show_timestamp=True, timestamps_csv=str(tmp_path / "times.csv")
    )
    assert error.message == "timestamps_csv has 1 lines for 2 frames"


def test_a_series_without_times_cannot_show_them(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(64.0).reshape(2, 4, 8))
    error = wrong_animation(tmp_path, input=str(tmp_path / "x.npy"), show_timestamp=True)
    assert "no valid time" in error.message
    assert "--timestamps-csv" in error.hint


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"density": 0.5}, "density has no effect with mode heatmap, but with vector"),
        ({"particles": 5}, "particles has no effect with mode heatmap, but with particles"),
        ({"mode": "vector", "vmin": 1}, "vmin has no effect with mode vector"),
        ({"mode": "particles", "custom_seed": True}, "custom_seed has an effect only with seed"),
        ({"levels": "5"}, "levels has no effect with mode heatmap, but with contour"),
        ({"inputs": ["b"]}, "give one of input or inputs"),
        ({"combine_to": "x.mp4"}, "combine_to is for inputs"),
        ({"output_dir": None}, "give output_dir, to_video or both"),
        ({"to_video": "film.gif"}, "film.gif is no film"),
        ({"fps": 5}, "fps has an effect only with to_video or combine_to"),
        ({"timestamp_loc": "upper_left"}, "timestamp_loc has an effect only with show_timestamp"),
        ({"mode": "vector", "uvar": "u"}, "give both uvar and vvar"),
        ({"mode": "globe"}, "Input should be 'heatmap'"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(args, said):
    with pytest.raises(ValidationError, match=said):
        AnimateArgs.model_validate({"input": "a", "output_dir": "f"} | args)


def test_parts_of_a_wind_need_the_same_times(tmp_path):
    sources = {
        "u": write_series(tmp_path / "u.nc", u=steady(1, 2)),
        "v": write_series(tmp_path / "v.nc", v=steady(1, 2, 3)),
    }
    error = wrong_animation(tmp_path, mode="particles", **sources)
    assert error.message == "u has 2 times and v 3, or others"


def test_a_file_without_winds_is_refused(tmp_path, source):
    error = wrong_animation(tmp_path, input=source, mode="vector")
    assert "no two variables are the parts of a wind" in error.message


def test_particles_need_a_speed(tmp_path, data):
    error = wrong_animation(
        tmp_path, input=str(data / "safrica.grib2"), mode="particles", uvar="pwat", vvar="pwat"
    )
    assert "cannot be converted to m s-1" in error.message
