"""Rebuild the packaged coastlines and borders from the npm package world-atlas.

    python scripts/build_natural_earth.py [--tarball world-atlas-2.0.2.tgz]

world-atlas holds the countries of Natural Earth 4.1 as TopoJSON: arcs on an integer grid, each
stored once however many countries share it. An arc of one country is coast, an arc of two is a
border, so both fit together exactly. The integer grid is kept: nothing is rounded here.
Natural Earth's rivers, lakes and states are not in that package, so Zyra has none.

Format of the input: The TopoJSON Format Specification 1.0.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zyra.visualize.natural_earth import FOLDER, HEADER, MAGIC

PACKAGE = "world-atlas@2.0.2"
TARBALL_SHA256 = "032e7765f2ce00edaeafec23ff22bc3b77e42987c257da944cc585b452c05b97"
SCALES = ("110m", "50m", "10m")
# Quanta in 360 degrees: TopoJSON's grid runs from 0 at 180 W to 99999 at 180 E.
TURN = 99_999
POLE_DEGREES = 89.9

Line = NDArray[np.int64]  # shape (points, 2): quanta east, quanta north


def main() -> None:
    """Fetch the package, unless given, and write a file per kind and scale."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tarball", type=Path, help=f"{PACKAGE} as `npm pack` saves it")
    given = parser.parse_args().tarball
    with tempfile.TemporaryDirectory() as folder:
        tarball = given or fetch(Path(folder))
        digest = hashlib.sha256(tarball.read_bytes()).hexdigest()
        if digest != TARBALL_SHA256:
            raise SystemExit(f"{tarball} has sha256 {digest}, not {TARBALL_SHA256}")
        with tarfile.open(tarball) as archive:
            for scale in SCALES:
                build(read_json(archive, f"package/countries-{scale}.json"), scale)


def fetch(folder: Path) -> Path:
    """Download the package with npm, from the registry that npm is set up for."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is not installed; save the tarball elsewhere and give --tarball")
    command = [npm, "pack", PACKAGE, "--silent"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("*.tgz"))


def read_json(archive: tarfile.TarFile, name: str) -> dict[str, Any]:
    """Parse one member of the tarball."""
    member = archive.extractfile(name)
    if member is None:
        raise SystemExit(f"{name} is not a file")
    parsed: dict[str, Any] = json.load(member)
    return parsed


def build(topology: dict[str, Any], scale: str) -> None:
    """Write the coastline and the borders of one scale, and say what was written."""
    transform = topology["transform"]
    origin, quantum = transform["translate"], transform["scale"]
    pole = round((-POLE_DEGREES - origin[1]) / quantum[1])
    arcs = [np.cumsum(np.array(arc, np.int64), axis=0) for arc in topology["arcs"]]
    for kind, indices in classify(topology["objects"]["countries"]).items():
        lines = [line for i in indices for line in prepare(arcs[i], pole)]
        data = encode(lines, origin, quantum)
        path = FOLDER / f"{kind}-{scale}.bin"
        path.write_bytes(data)
        points = sum(map(len, lines))
        digest = hashlib.sha256(data).hexdigest()
        print(f"| `{path.name}` | {len(lines)} | {points} | {len(data)} | `{digest}` |")


def classify(countries: dict[str, Any]) -> dict[str, list[int]]:
    """Sort arcs into coast (one use) and border (more than one country)."""
    users = defaultdict(list)
    for number, country in enumerate(countries["geometries"]):
        for arc in arcs_of(country):
            users[arc].append(number)
    return {
        "coastline": sorted(arc for arc, used in users.items() if len(used) == 1),
        "borders": sorted(arc for arc, used in users.items() if len(set(used)) > 1),
    }


def arcs_of(geometry: dict[str, Any]) -> Iterator[int]:
    """Give the arcs of a polygon or multipolygon; ~i stands for arc i run backwards."""
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    for polygon in polygons:
        for ring in polygon:
            for arc in ring:
                yield arc if arc >= 0 else ~arc


def prepare(arc: Line, pole: int) -> Iterator[Line]:
    """Cut an arc at 180 degrees and leave out what is drawn there only to close polygons."""
    for piece in cut_at_antimeridian(arc):
        # A point that merely repeats its neighbour must not end a line.
        line = piece[np.r_[True, np.diff(piece, axis=0).any(axis=1)]]
        start, end = line[:-1], line[1:]
        same_side = (start[:, 0] == end[:, 0]) & np.isin(start[:, 0], (0, TURN))
        at_pole = (start[:, 1] <= pole) & (end[:, 1] <= pole)
        kept = ~(same_side | at_pole)
        if not len(kept):
            continue
        for run in np.split(np.arange(len(kept)), np.flatnonzero(np.diff(kept)) + 1):
            if kept[run[0]]:
                yield line[run[0] : run[-1] + 2]


def cut_at_antimeridian(arc: Line) -> Iterator[Line]:
    """Split where an edge is longer than half a turn, which means it goes the other way round."""
    rest = arc
    jumps = np.flatnonzero(np.abs(np.diff(arc[:, 0])) > TURN // 2)
    for i in jumps[::-1]:
        side, row = crossing(arc[i], arc[i + 1])
        yield np.vstack([(TURN - side, row), rest[i + 1 :]])
        rest = np.vstack([rest[: i + 1], (side, row)])
    yield rest


def crossing(here: Line, there: Line) -> tuple[int, int]:
    """Where an edge that jumps to the other side of the map meets 180 degrees, seen from `here`."""
    side = TURN if here[0] > there[0] else 0
    # Where `there` would lie if longitude went on beyond 180 degrees.
    beyond = int(there[0]) + (TURN if side else -TURN)
    across = beyond - int(here[0])
    fraction = (side - int(here[0])) / across if across else 1.0
    return side, round(float(here[1] + fraction * (there[1] - here[1])))


def encode(lines: list[Line], origin: list[float], quantum: list[float]) -> bytes:
    """Lay lines out as `zyra.visualize.natural_earth` documents."""
    points = np.concatenate(lines)
    counts = np.array([len(line) for line in lines], "<u4")
    starts = np.concatenate([[0], np.cumsum(counts[:-1])]).astype(np.intp)
    steps = np.diff(points, axis=0, prepend=np.zeros((1, 2), np.int64))
    jumps = steps[starts].T.astype("<i4")
    steps[starts] = 0
    if np.abs(steps).max() > 32_767:
        raise SystemExit("a step does not fit into 16 bits")
    zigzag = np.ascontiguousarray(((steps << 1) ^ (steps >> 63)).T, "<u2")
    planes = zigzag.view(np.uint8).reshape(2, -1, 2).transpose(2, 0, 1)
    body = counts.tobytes() + jumps.tobytes() + planes.tobytes()
    header = HEADER.pack(MAGIC, len(lines), len(points), *origin, *quantum)
    return header + zlib.compress(body, 9)


if __name__ == "__main__":
    main()
