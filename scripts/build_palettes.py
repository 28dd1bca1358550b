"""Rebuild src/zyra/visualize/data/palettes.json from matplotlib and cmocean.

Neither is a dependency of Zyra. Install them in a scratch environment and run:

    python -m venv /tmp/palettes && /tmp/palettes/bin/pip install matplotlib cmocean
    /tmp/palettes/bin/python scripts/build_palettes.py

ColorBrewer scales are kept as their few published colours, the others as 256.
Origins and licences are written down in src/zyra/visualize/data/README.md.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import cmocean
import matplotlib as mpl
from matplotlib.colors import Colormap, ListedColormap, to_hex

TARGET = Path(__file__).parent.parent / "src/zyra/visualize/data/palettes.json"

BREWER = [
    "Blues",
    "BrBG",
    "BuGn",
    "BuPu",
    "GnBu",
    "Greens",
    "Greys",
    "OrRd",
    "Oranges",
    "PRGn",
    "PiYG",
    "PuBu",
    "PuBuGn",
    "PuOr",
    "PuRd",
    "Purples",
    "RdBu",
    "RdGy",
    "RdPu",
    "RdYlBu",
    "RdYlGn",
    "Reds",
    "Spectral",
    "YlGn",
    "YlGnBu",
    "YlOrBr",
    "YlOrRd",
]
BREWER_CLASSES = ["Accent", "Dark2", "Paired", "Pastel1", "Pastel2", "Set1", "Set2", "Set3"]
CC0 = ["viridis", "plasma", "inferno", "magma", "cividis", "twilight", "twilight_shifted"]
TURBO = ["turbo"]
MATPLOTLIB = [
    "coolwarm",
    "bwr",
    "seismic",
    "jet",
    "rainbow",
    "hot",
    "cool",
    "gray",
    "bone",
    "copper",
    "pink",
    "spring",
    "summer",
    "autumn",
    "winter",
    "hsv",
    "terrain",
    "ocean",
    "cubehelix",
    "gnuplot",
    "gnuplot2",
    "CMRmap",
    "afmhot",
    "brg",
    "gist_earth",
    "gist_gray",
    "gist_heat",
    "gist_ncar",
    "gist_rainbow",
    "gist_stern",
    "nipy_spectral",
    "binary",
    "Wistia",
]
MATPLOTLIB_CLASSES = ["tab10", "tab20", "tab20b", "tab20c"]

# dBZ at which each colour starts; the scale of the US National Weather Service.
NWS_REFLECTIVITY = {
    5: "04e9e7", 10: "019ff4", 15: "0300f4", 20: "02fd02", 25: "01c501",
    30: "008e00", 35: "fdf802", 40: "e5bc00", 45: "fd9500", 50: "fd0000",
    55: "d40000", 60: "bc0000", 65: "f800fd", 70: "9854c6", 75: "fdfdfd",
}  # fmt: skip


def sampled(colormap: Colormap, count: int = 256) -> str:
    """Colours of `colormap` at `count` even places, as one run of hexadecimal digits."""
    return "".join(to_hex(colormap(i / (count - 1)))[1:] for i in range(count))


def listed(name: str) -> str:
    """The colours that a palette of classes is made of."""
    colormap = mpl.colormaps[name]
    assert isinstance(colormap, ListedColormap)
    return "".join(to_hex(colour)[1:] for colour in colormap.colors)


def brewer(name: str) -> str:
    """The published colours: 9 of a sequential scale, 11 of a diverging one."""
    diverging = ["BrBG", "PRGn", "PiYG", "PuOr", "RdBu", "RdGy", "RdYlBu", "RdYlGn", "Spectral"]
    count = 11 if name in diverging else 9
    # A scale resampled to as many entries as it was made of gives those colours back.
    return sampled(mpl.colormaps[name].resampled(count), count)


def palettes() -> Iterator[tuple[str, dict[str, object]]]:
    """Every palette under its name, as it is written."""
    for name in BREWER:
        yield name, {"origin": "colorbrewer", "colours": brewer(name)}
    for name in BREWER_CLASSES:
        yield name, {"origin": "colorbrewer", "colours": listed(name), "steps": True}
    for name in CC0:
        yield name, {"origin": "cc0", "colours": sampled(mpl.colormaps[name])}
    for name in TURBO:
        yield name, {"origin": "turbo", "colours": sampled(mpl.colormaps[name])}
    for name in MATPLOTLIB:
        yield name, {"origin": "matplotlib", "colours": sampled(mpl.colormaps[name])}
    for name in MATPLOTLIB_CLASSES:
        yield name, {"origin": "matplotlib", "colours": listed(name), "steps": True}
    for name in cmocean.cm.cmapnames:
        known = name if name != "gray" else "cmo_gray"
        yield known, {"origin": "cmocean", "colours": sampled(cmocean.cm.cmap_d[name])}
    yield (
        "NWSReflectivity",
        {
            "origin": "nws",
            "colours": "".join(NWS_REFLECTIVITY.values()),
            "bounds": list(NWS_REFLECTIVITY),
            "hides_below": True,
        },
    )


def main() -> None:
    """Write the file, one palette on each line."""
    lines = [f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in sorted(palettes())]
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{len(lines)} palettes, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
