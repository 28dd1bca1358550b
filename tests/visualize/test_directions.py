"""Directions go round: they are not blended through the wrong side."""

import netCDF4
import pytest

from drawn_maps import PLAIN, draw
from zyra.core.errors import UsageError
from zyra.fields.field import FieldInfo
from zyra.visualize.directions import is_direction


@pytest.fixture
def around_north(tmp_path):
    path = tmp_path / "around_north.nc"
    with netCDF4.Dataset(path, "w") as file:
        for name, units in (("lat", "degrees_north"), ("lon", "degrees_east")):
            file.createDimension(name, 2)
            file.createVariable(name, "f8", (name,))[:] = [0, 1]
            file[name].units = units
        file.createVariable("wdir", "f4", ("lat", "lon"))[:] = [[350, 10], [350, 10]]
        file["wdir"].units = "degree"
    return str(path)


@pytest.mark.parametrize("page", [{}, {"colorbar": True}])
def test_nothing_is_south_between_350_and_10_degrees(around_north, tmp_path, page):
    drawn = draw(
        tmp_path, input=around_north, cmap="gray", vmin=0, vmax=360, width=300, height=200,
        **PLAIN, **page,
    ).pixels[20:120, 60:240]  # fmt: skip
    south = (drawn[..., 0] > 90) & (drawn[..., 0] < 165)
    assert not south.any()


def test_directions_cannot_be_blended(around_north, tmp_path):
    with pytest.raises(UsageError, match="holds directions"):
        draw(tmp_path, input=around_north, interpolation="linear")


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        ({"variable": "wdir", "units": "Degree true"}, True),
        ({"variable": "a", "units": "degree", "standard_name": "wind_from_direction"}, True),
        (
            {
                "variable": "a",
                "units": "degrees",
                "standard_name": "wind_to_direction",
            },
            True,
        ),
        ({"variable": "a", "units": "degree", "long_name": "Mean wave direction"}, True),
        ({"variable": "mwd", "units": "degrees"}, True),
        ({"variable": "a", "units": "radian", "long_name": "Mean wave direction"}, False),
        ({"variable": "a", "units": "degree", "long_name": "Directional spread"}, False),
        ({"variable": "lat", "units": "degrees_north"}, False),
        ({"variable": "t", "units": "K"}, False),
    ],
)
def test_directions_are_known_by_unit_and_name(info, expected):
    assert is_direction(FieldInfo(**info)) == expected
