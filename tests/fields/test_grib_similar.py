"""Messages described after a similar one are described as if they were alone."""

import eccodes
import pytest

from eccodes_oracle import DATA
from zyra.fields.grib import Message, read_inventory, read_message
from zyra.fields.grib_message import Describer


def described_alone(path, found: Message) -> Message:
    return Describer(path.name).describe(read_message(path, found), found.place, found.number)


@pytest.mark.parametrize("name", ["gfs_2p5deg_f120_all_fields.grib2", "nam_awp211.grib2"])
def test_every_third_message_is_the_same_alone(name):
    path = DATA / name
    chosen = read_inventory(path)[::3]
    assert chosen == [described_alone(path, found) for found in chosen]


@pytest.fixture
def ensemble(tmp_path):
    """Three members on two levels, one of them above 1 hPa, where ecCodes counts in Pa."""
    path = tmp_path / "ensemble.grib2"
    with path.open("wb") as stream:
        for member in (1, 2, 3):
            for pressure in (50000, 40):
                handle = eccodes.codes_grib_new_from_samples("regular_ll_pl_grib2")
                eccodes.codes_set(handle, "productDefinitionTemplateNumber", 1)
                eccodes.codes_set(handle, "perturbationNumber", member)
                eccodes.codes_set(handle, "scaleFactorOfFirstFixedSurface", 0)
                eccodes.codes_set(handle, "scaledValueOfFirstFixedSurface", pressure)
                stream.write(eccodes.codes_get_message(handle))
                eccodes.codes_release(handle)
    return path


def test_members_and_levels_keep_their_own(ensemble):
    inventory = read_inventory(ensemble)
    assert [(found.member, str(found.level)) for found in inventory] == [
        (member, level) for member in (1, 2, 3) for level in ("500 hPa", "40 Pa")
    ]
    assert inventory == [described_alone(ensemble, found) for found in inventory]


def test_lines_of_members_say_so(ensemble):
    assert read_inventory(ensemble)[4].line.endswith(":500 mb:anl:ENS=+3:")


@pytest.fixture
def forecast(tmp_path):
    """The same field after several times, in hours, minutes, days and months."""
    path = tmp_path / "forecast.grib2"
    with path.open("wb") as stream:
        for unit, number in ((1, 0), (1, 6), (0, 90), (2, 3), (11, 2), (3, 1)):
            handle = eccodes.codes_grib_new_from_samples("regular_ll_pl_grib2")
            eccodes.codes_set(handle, "indicatorOfUnitOfTimeRange", unit)
            eccodes.codes_set(handle, "forecastTime", number)
            stream.write(eccodes.codes_get_message(handle))
            eccodes.codes_release(handle)
    return path


def test_forecast_times_are_those_of_eccodes(forecast):
    inventory = read_inventory(forecast)
    assert inventory == [described_alone(forecast, found) for found in inventory]
    assert [found.forecast_hour for found in inventory[:5]] == [0, 6, 1.5, 72, 12]
