"""Map tiles, fetched from a server on the loopback address, lie where they belong."""

import io

import numpy as np
import pytest
from http_server import HttpServer
from PIL import Image

from drawn_maps import PLAIN, read_picture
from zyra.core.errors import AddressRefused, DataError, LimitExceeded, TransferError, UsageError
from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob
from zyra.visualize.commands.heatmap import HeatmapArgs
from zyra.visualize.heatmap import run
from zyra.visualize.tiles import TileMap

LOOPBACK = NetworkPolicy.allowing(["127.0.0.1"])
NO_VALUES = {"vmin": 0, "vmax": 1, **PLAIN}


def job():
    return StreamJob(io.BytesIO(), io.BytesIO(), io.BytesIO(), LOOPBACK)


def png(colour, side=256):
    encoded = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(encoded, "PNG")
    return encoded.getvalue()


@pytest.fixture
def tiles():
    """Tiles of zoom 2: red counts them from the west, green from the north."""
    with HttpServer() as server:
        for x in range(4):
            for y in range(4):
                url = server.put(f"/2/{x}/{y}.png", png((40 + 60 * x, 40 + 60 * y, 0)))
        yield server, url.replace("/2/3/3.png", "/{z}/{x}/{y}.png")


def draw_tiles(folder, source, npy, **args):
    given = {"input": npy([[np.nan, np.nan], [np.nan, np.nan]]), "output": str(folder / "t.png")}
    given |= {"map_type": "tile", "tile_source": source, "tile_zoom": 2, **NO_VALUES, **args}
    run(HeatmapArgs.model_validate(given), job())
    return read_picture(folder / "t.png").pixels


def colour_at(lon, lat):
    """Of the tile at a place, by the formulas of the tile scheme."""
    row = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * 4
    return [40 + 60 * int((lon + 180) / 90), 40 + 60 * int(row), 0]


@pytest.mark.parametrize("lon", [-135, -45, 45, 135])
@pytest.mark.parametrize("lat", [80, 60, 10, -10, -60, -80])
def test_a_tile_lies_at_its_latitudes_in_plate_carree(tmp_path, tiles, npy, lon, lat):
    drawn = draw_tiles(tmp_path, tiles[1], npy, width=360, height=180)
    assert drawn[90 - lat, lon + 180, :3].tolist() == colour_at(lon + 0.5, lat - 0.5)


def test_tiles_are_square_in_mercator(tmp_path, tiles, npy):
    drawn = draw_tiles(tmp_path, tiles[1], npy, projection="Mercator", width=400, height=400)
    for row in range(4):
        for column in range(4):
            cell = drawn[row * 100 + 3 : row * 100 + 97, column * 100 + 3 : column * 100 + 97, :3]
            assert (cell == [40 + 60 * column, 40 + 60 * row, 0]).all()


def test_beyond_the_last_tile_there_is_nothing(tmp_path, tiles, npy):
    drawn = draw_tiles(tmp_path, tiles[1], npy, width=360, height=180)
    assert (drawn[:4, :, 3] == 0).all()
    assert (drawn[6:-6, :, 3] == 255).all()


def test_only_the_tiles_that_are_seen_are_fetched(tmp_path, tiles, npy):
    server, source = tiles
    draw_tiles(tmp_path, source, npy, extent=[100, 170, 10, 60], width=70, height=50)
    assert {request.path for request in server.requests} == {"/2/3/1.png"}


def test_tiles_join_across_the_date_line(tmp_path, tiles, npy):
    server, source = tiles
    drawn = draw_tiles(tmp_path, source, npy, extent=[170, -170, 10, 20], width=200, height=100)
    assert drawn[50, 50, :3].tolist() == [220, 100, 0]
    assert drawn[50, 150, :3].tolist() == [40, 100, 0]
    assert len(server.requests) == 2


def test_tiles_lie_under_round_maps_too(tmp_path, tiles, npy):
    drawn = draw_tiles(
        tmp_path, tiles[1], npy, projection="Orthographic", center=[45, 30], width=100, height=100
    )
    assert drawn[50, 50, :3].tolist() == [160, 100, 0]
    assert drawn[2, 2, 3] == 0


def test_tiles_of_a_folder_need_no_network(tmp_path, npy):
    for x in range(2):
        for y in range(2):
            path = tmp_path / "1" / str(x) / f"{y}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(png((100 * x, 100 * y, 50)))
    source = str(tmp_path / "{z}" / "{x}" / "{y}.png")
    drawn = draw_tiles(tmp_path, source, npy, tile_zoom=1, width=40, height=20)
    assert drawn[5, 30, :3].tolist() == [100, 0, 50]


def test_a_source_without_placeholders_is_refused():
    with pytest.raises(UsageError, match=r"has no \{x\}"):
        TileMap("https://tiles.example/{z}/{y}.png", 1, job())


def test_a_zoom_that_needs_too_many_tiles_is_refused(tmp_path, npy):
    source = "https://tiles.example/{z}/{x}/{y}.png"
    with pytest.raises(LimitExceeded, match="tiles of zoom 9"):
        draw_tiles(tmp_path, source, npy, tile_zoom=9)


def test_a_missing_tile_is_told_with_its_address(tmp_path, tiles, npy):
    with pytest.raises(TransferError, match="/3/"):
        draw_tiles(tmp_path, tiles[1], npy, tile_zoom=3, extent=[0, 9, 0, 9])


def test_a_tile_that_is_no_picture_is_refused(tmp_path, npy):
    with HttpServer() as server:
        source = server.put("/0/0/0.png", b"<html>").replace("/0/0/0", "/{z}/{x}/{y}")
        with pytest.raises(DataError, match="is no picture"):
            draw_tiles(tmp_path, source, npy, tile_zoom=0)


def test_private_addresses_are_refused_as_everywhere(tmp_path, tiles, npy):
    refusing = StreamJob(io.BytesIO(), io.BytesIO(), io.BytesIO(), NetworkPolicy.allowing([]))
    given = {
        "input": npy([[np.nan]]), "output": "-", "map_type": "tile", "tile_source": tiles[1],
        **NO_VALUES,
    }  # fmt: skip
    with pytest.raises(AddressRefused, match=r"127\.0\.0\.1"):
        run(HeatmapArgs.model_validate(given), refusing)
    assert tiles[0].requests == []
