"""The gallery shows what the commands draw today: its pictures are drawn anew and compared."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image

SCRIPT = Path(__file__).parents[2] / "scripts" / "build_gallery.py"
BLOCK = 8  # pixels: what differs in fewer is seen by nobody
FILM_LOSS = 6.0  # of 255; encoders differ a little with the number of their threads


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_gallery", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["build_gallery"] = module
    spec.loader.exec_module(module)
    return module


GALLERY = loaded()
ENTRIES = [pytest.param(entry, id=entry.picture.stem) for entry in GALLERY.entries()]
# A page is drawn by the browser, whose fonts differ; its own tests look at what it shows.
DRAWN = [param for param in ENTRIES if not str(param.id).startswith("interactive")]


def test_the_page_shows_every_example() -> None:
    assert GALLERY.PAGE.read_text() == GALLERY.page(), "run scripts/build_gallery.py"


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_example_has_its_picture(entry: Any) -> None:
    with Image.open(entry.picture) as picture:
        assert max(picture.size) <= GALLERY.WIDTH


@pytest.mark.parametrize("entry", DRAWN)
def test_a_picture_looks_as_it_did(entry: Any, tmp_path: Path) -> None:
    drawn = GALLERY.draw(entry, GALLERY.sample_folder(tmp_path))
    is_film = entry.command.name == "animate"
    assert difference(drawn, entry.picture) < (FILM_LOSS if is_film else 2.0)


def difference(first: Path, second: Path) -> float:
    """The largest difference between blocks of two pictures, of 255."""
    blocks = [blurred(path) for path in (first, second)]
    assert blocks[0].shape == blocks[1].shape
    return float(np.abs(blocks[0] - blocks[1]).max())


def blurred(path: Path) -> Any:
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("RGBA"), np.float64)
    rows, columns = (size // BLOCK * BLOCK for size in pixels.shape[:2])
    blocks = pixels[:rows, :columns].reshape(rows // BLOCK, BLOCK, columns // BLOCK, BLOCK, 4)
    return blocks.mean(axis=(1, 3))
