"""Animations in tests: fields over time made by netCDF4 alone, commands run, frames read back."""

import io
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from zyra.core.errors import ZyraError
from zyra.core.exit_codes import WRONG_INPUT, exit_code_for
from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob
from zyra.visualize.animate import run
from zyra.visualize.commands.animate import AnimateArgs

LAT, LON = np.arange(80.0, -81.0, -20.0), np.arange(0.0, 360.0, 20.0)
SMALL = {"width": 180, "height": 90, "no_coastline": True, "no_borders": True, "no_gridlines": True}


def steady(*values: float) -> np.ndarray:
    """Fields of one value each."""
    return np.array(values)[:, None, None] * np.ones((1, len(LAT), len(LON)))


def write_series(path: Path, hours=None, **variables: np.ndarray) -> str:
    """Fields (time, lat, lon) of the whole Earth, hourly unless `hours` of 2026 are given."""
    count = len(next(iter(variables.values())))
    with netCDF4.Dataset(path, "w") as file:
        axes = {
            "time": (np.arange(count) if hours is None else hours, "hours since 2026-01-01"),
            "lat": (LAT, "degrees_north"),
            "lon": (LON, "degrees_east"),
        }
        for name, (values, units) in axes.items():
            file.createDimension(name, len(values))
            file.createVariable(name, "f8", (name,))[:] = values
            file[name].units = units
        for name, values in variables.items():
            made = file.createVariable(name, "f4", ("time", "lat", "lon"))
            made.units = "m s-1" if name in ("u", "v") else "K"
            made[:] = values
    return str(path)


def animate(reports: list | None = None, **args) -> StreamJob:
    """Run the command; `reports` takes what it says of its progress."""
    heard = [] if reports is None else reports
    job = StreamJob(
        io.BytesIO(),
        io.BytesIO(),
        io.BytesIO(),
        NetworkPolicy(),
        report=lambda share, text: heard.append((share, text)),
    )
    run(AnimateArgs.model_validate(args), job)
    return job


def wrong_animation(folder: Path, **args) -> ZyraError:
    """The error that refuses it: one line, exit 2, no frame and no film."""
    outputs = {"output_dir": str(folder / "frames"), "to_video": str(folder / "film.mp4")}
    with pytest.raises(ZyraError) as refused:
        animate(**(outputs | args))
    assert exit_code_for(refused.value) == WRONG_INPUT
    assert "\n" not in refused.value.message
    assert not list(folder.rglob("film.mp4"))
    return refused.value
