"""The maps of docs/beside-matplotlib.md, against the same maps drawn by matplotlib."""

import importlib.util
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import ModuleType

import eccodes

import _matplotlib_maps
from _commands import in_process
from _picture_floor import DATA
from _timing import Case, process

SCRIPT = Path(__file__).parents[2] / "scripts" / "build_beside_matplotlib.py"
CHOSEN = {("2t", 2), ("2t", 0), ("prmsl", 0), ("u", 850), ("v", 850)}
ZYRA = str(Path(sys.executable).with_name("zyra"))
DRAW = "import sys; sys.path[:0] = sys.argv[1:2]; import _matplotlib_maps as maps; from pathlib "
DRAW += "import Path; maps.temperature(Path(sys.argv[2]), Path(sys.argv[3]))"


def cases(folder: Path) -> Iterator[Case]:
    """Each pair of the page warm in this process, and the first as processes of their own."""
    script = script_of_page()
    sample = chosen_messages(DATA / script.SAMPLE, folder / "sample.grib2")
    for pair in script.PAIRS:
        given = {**pair.args, "input": str(sample), "output": str(folder / "ours.png")}
        theirs = _matplotlib_maps.DRAWINGS[pair.name]
        yield Case(
            name=f"{pair.name}, warm",
            ours=in_process("visualize", pair.command, **given),
            reference=partial(theirs, sample, folder / "theirs.png"),
            against="matplotlib",
            at_most=0.4,
            rounds=5,
        )
    words = [
        "--input",
        str(sample),
        "--var",
        "t2m",
        "--colorbar",
        "--output",
        str(folder / "o.png"),
    ]
    here = str(Path(_matplotlib_maps.__file__).parent)
    yield Case(
        name="temperature, fresh process",
        ours=process(ZYRA, "visualize", "heatmap", *words),
        reference=process(sys.executable, "-c", DRAW, here, str(sample), str(folder / "t.png")),
        against="matplotlib",
        at_most=0.6,
        rounds=5,
    )


def chosen_messages(source: Path, target: Path) -> Path:
    """A file with the fields that are drawn, so that neither spends its time on finding them."""
    with source.open("rb") as stream, target.open("wb") as chosen:
        while (message := eccodes.codes_grib_new_from_file(stream)) is not None:
            kind = eccodes.codes_get(message, "shortName"), eccodes.codes_get(message, "level")
            if kind in CHOSEN:
                chosen.write(eccodes.codes_get_message(message))
            eccodes.codes_release(message)
    return target


def script_of_page() -> ModuleType:
    """The script that builds the page, as a module."""
    spec = importlib.util.spec_from_file_location(SCRIPT.stem, SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[SCRIPT.stem] = module
    spec.loader.exec_module(module)
    return module
