"""Draw contours in tests: run the command, read the picture back, expect refusals."""

import io
from pathlib import Path

import numpy as np
import pytest

from drawn_maps import Drawn, read_picture
from zyra.core.errors import ZyraError
from zyra.core.exit_codes import WRONG_INPUT, exit_code_for
from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob
from zyra.fields.crs import Crs
from zyra.fields.grid import Grid
from zyra.visualize.commands.contour import ContourArgs
from zyra.visualize.contour import run

PLAIN = {"no_coastline": True, "no_borders": True, "no_gridlines": True}


def draw(folder: Path, **args) -> Drawn:
    path = folder / "drawn.png"
    job = StreamJob(io.BytesIO(), io.BytesIO(), io.BytesIO(), NetworkPolicy())
    run(ContourArgs.model_validate({"output": str(path)} | args), job)
    return read_picture(path)


def wrong(folder: Path, **args) -> ZyraError:
    """The error that refuses contours of these arguments: one line, exit 2, no picture."""
    with pytest.raises(ZyraError) as refused:
        draw(folder, **args)
    assert exit_code_for(refused.value) == WRONG_INPUT
    assert "\n" not in refused.value.message
    assert refused.value.hint
    assert not list(folder.glob("*.png"))
    return refused.value


def globe(step: float) -> tuple[Grid, np.ndarray, np.ndarray]:
    """A grid around the Earth from 0 to 360 degrees, with longitude and latitude of its points."""
    x, y = np.arange(0.0, 360.0, step), np.arange(90.0, -90.0 - step / 2, -step)
    lon, lat = np.meshgrid(x, y)
    return Grid(Crs("latitude_longitude", {}), x, y), lon, lat
