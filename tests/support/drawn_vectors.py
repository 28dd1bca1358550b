"""Vectors on maps in tests: analytic fields, the command's run, and shapes read back."""

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
from zyra.fields.field import Field
from zyra.fields.grid import Grid
from zyra.visualize.commands.vector import VectorArgs
from zyra.visualize.vector import run
from zyra.visualize.vector_pairs import Vectors

WORLD_GRID = Grid(
    Crs("latitude_longitude", {}), np.arange(-180.0, 180.0, 2.5), np.arange(90.0, -90.1, -2.5)
)


def vectors(u, v, grid: Grid = WORLD_GRID, units: str = "kt", **more) -> Vectors:
    """Vectors of parts that broadcast to the grid."""
    parts = (np.array(np.broadcast_to(part, grid.shape), np.float32) for part in (u, v))
    fields = [
        Field(values=values, grid=grid, variable=name, units=units)
        for values, name in zip(parts, "uv", strict=True)
    ]
    return Vectors(*fields, **more)


def run_vector(**args) -> None:
    job = StreamJob(io.BytesIO(), io.BytesIO(), io.BytesIO(), NetworkPolicy())
    run(VectorArgs.model_validate(args), job)


def draw_vector(folder: Path, **args) -> Drawn:
    path = folder / "vectors.png"
    run_vector(**({"output": str(path)} | args))
    return read_picture(path)


def wrong_vector(folder: Path, **args) -> ZyraError:
    """The error that refuses these arguments: one line, exit 2, no picture."""
    with pytest.raises(ZyraError) as refused:
        draw_vector(folder, **args)
    assert exit_code_for(refused.value) == WRONG_INPUT
    assert "\n" not in refused.value.message
    assert not list(folder.glob("*.png"))
    return refused.value
