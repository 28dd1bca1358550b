"""Draw maps in tests: run the command, read the picture back."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from zyra.core.errors import ZyraError
from zyra.core.exit_codes import WRONG_INPUT, exit_code_for
from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob
from zyra.visualize.commands.heatmap import HeatmapArgs
from zyra.visualize.heatmap import run

PLAIN = {"no_coastline": True, "no_borders": True, "no_gridlines": True}


@dataclass(frozen=True)
class Drawn:
    """A picture that was read back: RGBA pixels as integers, PNG texts, and what it was."""

    pixels: np.ndarray
    info: dict
    mode: str


def run_heatmap(**args) -> StreamJob:
    job = StreamJob(io.BytesIO(), io.BytesIO(), io.BytesIO(), NetworkPolicy())
    run(HeatmapArgs.model_validate(args), job)
    return job


def read_picture(path: Path) -> Drawn:
    with Image.open(path) as picture:
        return Drawn(np.asarray(picture.convert("RGBA")).astype(int), picture.info, picture.mode)


def draw(folder: Path, **args) -> Drawn:
    path = folder / "drawn.png"
    run_heatmap(**({"output": str(path)} | args))
    return read_picture(path)


def wrong(tmp_path, **args) -> ZyraError:
    """The error that refuses a heatmap of these arguments: one line, exit 2, no picture."""
    with pytest.raises(ZyraError) as refused:
        draw(tmp_path, **args)
    assert exit_code_for(refused.value) == WRONG_INPUT
    assert "\n" not in refused.value.message
    assert not list(tmp_path.glob("*.png"))
    return refused.value
