"""Rebuild docs/beside-matplotlib.md: the same fields drawn by matplotlib and by Zyra.

.venv/bin/python scripts/build_beside_matplotlib.py

Look at what has changed before you commit it.
"""

import importlib.util
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from PIL import Image

from zyra.cli.help import command_line
from zyra.registry import CLI_REGISTRY, find_command

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tests/data"
PAGE = ROOT / "docs/beside-matplotlib.md"
PICTURES = ROOT / "docs/images/beside"
DRAWINGS = ROOT / "benchmarks/_matplotlib_maps.py"
SAMPLE = "gfs_2p5deg_f120_all_fields.grib2"
COLOURS = 256
INTRODUCTION = """\
The same fields at the same size, first as matplotlib draws them with the settings that users of
cartopy have, then as `zyra visualize` does. The lines are Natural Earth's in both. How matplotlib
was told to draw stands in `benchmarks/_matplotlib_maps.py`; that its fields lie where ours do is
tested pixel by pixel (`tests/visualize/test_beside_matplotlib.py`), and how long both take is
measured side by side by `benchmarks/run.py beside_matplotlib`."""


@dataclass(frozen=True)
class Pair:
    """One field, drawn twice.

    Attributes:
        name: Of the drawing in `_matplotlib_maps.DRAWINGS`.
        title: What it shows.
        command: Of ours, in the stage `visualize`.
        args: Its arguments, but for the output.
    """

    name: str
    title: str
    command: str
    args: Mapping[str, Any]

    @property
    def line(self) -> str:
        """The whole command line."""
        command = find_command(CLI_REGISTRY, "visualize", self.command)
        return command_line(command, {**self.args, "output": f"{self.name}.png"})

    def picture(self, by: str) -> Path:
        """Where the picture is kept."""
        return PICTURES / f"{self.name}-{by}.png"


PART = {"input": SAMPLE, "width": 900, "height": 640}
PAIRS = (
    Pair(
        "temperature",
        "Temperature 2 m above ground",
        "heatmap",
        {
            "input": SAMPLE,
            "var": "t2m",
            "units": "degC",
            "colorbar": True,
            "cmap": "RdYlBu_r",
            "vmin": -40.0,
            "vmax": 40.0,
        },
    ),
    Pair(
        "pressure",
        "Pressure at sea level over the Pacific, across the date line",
        "contour",
        {
            **PART,
            "var": "prmsl",
            "units": "hPa",
            "extent": [150.0, 260.0, -10.0, 65.0],
            "interval": 4.0,
            "color": "#203864",
            "line_labels": True,
            "label": "Pressure reduced to MSL",
        },
    ),
    Pair(
        "wind",
        "Wind at 850 hPa as barbs over its speed",
        "vector",
        {
            **PART,
            "level": "850 hPa",
            "style": "barbs",
            "background": "speed",
            "cmap": "viridis",
            "vmin": 0.0,
            "vmax": 40.0,
            "colorbar": True,
            "extent": [-60.0, 30.0, 30.0, 75.0],
        },
    ),
)


def drawings() -> ModuleType:
    """The module that draws with matplotlib."""
    spec = importlib.util.spec_from_file_location(DRAWINGS.stem, DRAWINGS)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def page() -> str:
    """The page, as Markdown."""
    parts = ["# Beside matplotlib", INTRODUCTION]
    for pair in PAIRS:
        shown = [
            f"![{pair.title}, {by}](images/beside/{pair.picture(by).name})"
            for by in ("matplotlib", "zyra")
        ]
        parts += [f"## {pair.title}", *shown, f"```sh\n{pair.line}\n```"]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Draw everything and write the page."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    module = drawings()
    for pair in PAIRS:
        module.DRAWINGS[pair.name](DATA / SAMPLE, pair.picture("matplotlib"))
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / SAMPLE).symlink_to(DATA / SAMPLE)
            zyra = Path(sys.executable).parent / "zyra"
            subprocess.run([zyra, *shlex.split(pair.line)[1:]], cwd=folder, check=True)
            (Path(folder) / f"{pair.name}.png").replace(pair.picture("zyra"))
        for by in ("matplotlib", "zyra"):
            shrink(pair.picture(by))
    PAGE.write_text(page(), encoding="utf-8")


def shrink(path: Path) -> None:
    """Write a picture again with a palette, which takes a third of the bytes."""
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


if __name__ == "__main__":
    main()
