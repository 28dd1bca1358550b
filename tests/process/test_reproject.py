"""reproject: places against pyproj, values against GDAL and ecCodes, and what is refused."""

from io import BytesIO
from pathlib import Path

import netCDF4
import numpy as np
import pyproj
import pytest
import rasterio
from PIL import Image
from rasterio.transform import Affine
from rasterio.warp import Resampling, reproject, transform

from eccodes_oracle import DATA
from zyra.core.errors import (
    AmbiguousSelection,
    DataError,
    LimitExceeded,
    UnsupportedFormat,
    UsageError,
)
from zyra.process.commands.reproject import REPROJECT

GFS_PV = str(DATA / "gfs_0p25_tmp_pv_missing.grib2")
GFS = str(DATA / "gfs_2p5deg_f120_all_fields.grib2")
HRRR = str(DATA / "hrrr_t06z_f01_tmp.grib2")
ERA = str(DATA / "eraint_uvz.nc")


@pytest.fixture
def dotted(tmp_path):
    """A black picture on a polar plane with a red dot at one known place, 9 pixels wide."""
    pixels = np.zeros((400, 400, 3), np.uint8)
    pixels[96:105, 296:305] = (255, 0, 0)
    path = tmp_path / "dot.png"
    Image.fromarray(pixels).save(path)
    return path


ON_POLAR_PLANE = {"s_srs": "EPSG:3413", "bounds": [-4e6, -4e6, 4e6, 4e6]}


def test_a_marked_pixel_lands_where_proj_says(process, dotted, tmp_path):
    target = tmp_path / "out.png"
    process("reproject", input=str(dotted), output=str(target), width=3600, **ON_POLAR_PLANE)
    pixels = np.asarray(Image.open(target))
    assert pixels.shape == (1800, 3600, 4)
    red = np.argwhere((pixels[:, :, 0] > 128) & (pixels[:, :, 3] > 0))
    x, y = -4e6 + 300.5 * 2e4, 4e6 - 100.5 * 2e4
    (lon,), (lat,) = transform("EPSG:3413", "EPSG:4326", [x], [y])
    row, column = (red.min(axis=0) + red.max(axis=0) + 1) / 2
    assert (column / 10 - 180, 90 - row / 10) == pytest.approx((lon, lat), abs=0.3)


def test_outside_a_picture_is_transparent(process, dotted, tmp_path):
    target = tmp_path / "out.png"
    process("reproject", input=str(dotted), output=str(target), width=360, **ON_POLAR_PLANE)
    alpha = np.asarray(Image.open(target))[:, :, 3]
    assert (alpha[100:] == 0).all()
    assert (alpha[:30] == 255).all()


def test_dst_nodata_colours_what_is_outside(process, dotted, tmp_path):
    target = tmp_path / "out.png"
    process(
        "reproject",
        input=str(dotted),
        output=str(target),
        width=360,
        dst_nodata=200,
        **ON_POLAR_PLANE,
    )
    picture = Image.open(target)
    assert picture.mode == "RGB"
    assert (np.asarray(picture)[100:] == 200).all()


@pytest.mark.parametrize("resampling", ["nearest", "bilinear"])
def test_alpha_is_kept_and_hides_the_colours_beneath(resampling, process, tmp_path):
    pixels = np.zeros((20, 40, 4), np.uint8)
    pixels[:, :20] = (10, 200, 30, 255)
    pixels[:, 20:] = (255, 255, 255, 0)
    Image.fromarray(pixels).save(tmp_path / "in.webp", lossless=True, exact=True)
    process(
        "reproject",
        input=str(tmp_path / "in.webp"),
        output=str(tmp_path / "out.png"),
        width=400,
        resampling=resampling,
        s_srs="EPSG:4326",
        bounds=[-180, -90, 180, 90],
    )
    found = np.asarray(Image.open(tmp_path / "out.png"))
    visible = found[found[:, :, 3] > 2][:, :3].astype(int)
    assert np.abs(visible - (10, 200, 30)).max() <= 1
    assert set(np.unique(found[:, :, 3])) >= {0, 255}


def test_jpeg_is_opaque_and_webp_keeps_pixels(process, dotted, tmp_path):
    for name in ("out.jpg", "out.webp", "out.png"):
        process(
            "reproject", input=str(dotted), output=str(tmp_path / name), width=90, **ON_POLAR_PLANE
        )
    with Image.open(tmp_path / "out.jpg") as jpeg:
        assert jpeg.mode == "RGB"
    with Image.open(tmp_path / "out.webp") as webp, Image.open(tmp_path / "out.png") as png:
        alike = np.asarray(webp)[:, :, 3] == np.asarray(png)[:, :, 3]
    assert alike.all()


def test_a_world_file_says_where_the_picture_is(process, dotted, tmp_path):
    process(
        "reproject",
        input=str(dotted),
        output=str(tmp_path / "out.png"),
        width=360,
        dst_bounds=["-180", "50", "180", "90"],
        world_file=True,
        **ON_POLAR_PLANE,
    )
    with rasterio.open(tmp_path / "out.png") as file:  # GDAL reads .pgw
        assert tuple(file.bounds) == pytest.approx((-180, 50, 180, 90))


def test_a_coloured_geotiff_knows_its_place_and_keeps_its_colours(process, dotted, tmp_path):
    first, second = tmp_path / "a.tif", tmp_path / "b.png"
    process(
        "reproject",
        input=str(dotted),
        output=str(first),
        width=400,
        t_srs="EPSG:3413",
        **ON_POLAR_PLANE,
    )
    with rasterio.open(first) as file:
        assert (file.crs.to_epsg(), file.dtypes) == (3413, ("uint8",) * 3)
        assert tuple(file.bounds) == pytest.approx((-4e6, -4e6, 4e6, 4e6), rel=0.25)
    process("reproject", input=str(first), output=str(second), width=360)
    assert np.asarray(Image.open(second))[:, :, 0].max() > 200


def test_s_srs_replaces_what_a_coloured_geotiff_says(process, dotted, tmp_path):
    first, second = tmp_path / "a.tif", tmp_path / "b.tif"
    plane = {"s_srs": "EPSG:3413", "t_srs": "EPSG:3413"}
    bounds = {"bounds": [-4e6, -4e6, 4e6, 4e6], "dst_bounds": ["-4e6", "-4e6", "4e6", "4e6"]}
    process("reproject", input=str(dotted), output=str(first), width=400, **plane, **bounds)
    process(
        "reproject",
        input=str(first),
        output=str(second),
        s_srs="EPSG:3857",
        dst_bounds=["auto"],
        width=40,
    )
    with rasterio.open(second) as file:
        assert file.bounds.right == pytest.approx(np.degrees(4e6 / 6378137), rel=1e-6)


def test_a_palette_geotiff_is_a_picture(process, tmp_path):
    path = tmp_path / "classes.tif"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=18,
        width=36,
        count=1,
        dtype="uint8",
        crs="EPSG:4326",
        transform=Affine(10, 0, -180, 0, -10, 90),
    ) as file:
        file.write(np.full((18, 36), 7, np.uint8), 1)
        file.write_colormap(1, {7: (1, 2, 3, 255)})
    process("reproject", input=str(path), output=str(tmp_path / "out.png"), width=72)
    assert (np.asarray(Image.open(tmp_path / "out.png")) == (1, 2, 3)).all()


def test_geotiff_data_are_those_of_gdal(process, tmp_path):
    source, target = tmp_path / "in.tif", tmp_path / "out.tif"
    rows, columns = np.indices((120, 160))
    values = np.stack([rows + columns / 3, np.sin(rows / 9)]).astype(np.float32)
    values[:, 50:60, 50:70] = -999
    profile = {"driver": "GTiff", "height": 120, "width": 160, "count": 2, "dtype": "float32"}
    place = Affine(5000, 0, 3.5e6, 0, -5000, 3.4e6)
    with rasterio.open(source, "w", crs="EPSG:3035", transform=place, nodata=-999, **profile) as f:
        f.write(values)
    process("reproject", input=str(source), output=str(target), dst_bounds=["auto"], width=900)
    with rasterio.open(target) as made:
        found, bounds = made.read(), made.bounds
        wanted = np.full(found.shape, np.nan, np.float32)
        reproject(
            values,
            wanted,
            src_transform=place,
            src_crs="EPSG:3035",
            src_nodata=-999,
            dst_transform=made.transform,
            dst_crs="EPSG:4326",
            dst_nodata=np.nan,
            resampling=Resampling.bilinear,
            tolerance=0,
        )
    assert found.shape[2] == 900
    assert bounds.left < 5 < bounds.right
    both = np.isfinite(found) & np.isfinite(wanted)
    assert both.mean() > 0.5
    assert np.abs(found - wanted)[both].max() < 0.1  # of values that rise by one a row
    # Both leave the same cells out, but for those between the last centres and the edge.
    assert (np.isfinite(found) ^ np.isfinite(wanted)).mean() < 0.02


def test_model_data_land_where_proj_says(process, tmp_path):
    target = tmp_path / "out.tif"
    process(
        "reproject", input=HRRR, output=str(target), dst_bounds=["auto"], width=600,
        resampling="nearest",
    )  # fmt: skip
    plain = tmp_path / "plain.tif"
    process("convert-format", input=HRRR, format="geotiff", output=str(plain))
    with rasterio.open(target) as made, rasterio.open(plain) as given:
        values, wanted = made.read(1), given.read(1)
        rows, columns = np.nonzero(np.isfinite(values))
        chosen = slice(0, None, 997)
        lon, lat = made.xy(rows[chosen], columns[chosen])
        x, y = pyproj.Transformer.from_crs("EPSG:4326", given.crs, always_xy=True).transform(
            lon, lat
        )
        column, row = ~given.transform @ (np.array(x), np.array(y))
    # Not where a cell's border is near: GDAL's and our place may fall on two sides of it.
    clear = (np.abs(row % 1 - 0.5) < 0.45) & (np.abs(column % 1 - 0.5) < 0.45)
    at = wanted[row[clear].astype(int), column[clear].astype(int)]
    assert clear.sum() > 50
    assert (values[rows[chosen], columns[chosen]][clear] == at).mean() > 0.98


def test_netcdf_carries_all_that_is_selected_with_its_grid_mapping(process, tmp_path):
    target = tmp_path / "out.nc"
    process("reproject", input=ERA, output=str(target), var="u", t_srs="EPSG:3413", width=64)
    with netCDF4.Dataset(target) as file, netCDF4.Dataset(ERA) as given:
        assert file["u"].shape[-2:] == (64, 64)
        assert file["u"].shape[:-2] == given["u"].shape[:-2]
        crs = pyproj.CRS.from_cf({key: file["crs"].getncattr(key) for key in file["crs"].ncattrs()})
        assert crs.to_epsg() == 3413
        assert np.isfinite(file["u"][...]).mean() > 0.9


def test_the_whole_globe_is_shown_in_degrees_by_default(process, tmp_path):
    target = tmp_path / "out.tif"
    process("reproject", input=GFS_PV, output=str(target), width=360)
    with rasterio.open(target) as file:
        assert (file.width, file.height) == (360, 180)
        assert tuple(file.bounds) == (-180, -90, 180, 90)
        assert file.crs.to_epsg() == 4326


def test_bounds_beyond_the_date_line_are_kept(process, tmp_path):
    target = tmp_path / "out.tif"
    bounds = ["0", "-90", "360", "90"]
    process("reproject", input=GFS_PV, output=str(target), width=360, dst_bounds=bounds)
    with rasterio.open(target) as file:
        assert tuple(file.bounds) == (0, -90, 360, 90)


def test_dst_nodata_stands_for_what_is_missing_and_is_tagged(process, tmp_path):
    target = tmp_path / "out.tif"
    process("reproject", input=GFS_PV, output=str(target), width=360, dst_nodata=-9999)
    with rasterio.open(target) as file:
        values = file.read(1)
        assert file.nodata == -9999
    assert np.isfinite(values).all()
    assert (values == -9999).any()


def test_s_srs_replaces_what_a_file_says_and_says_so(process, tmp_path):
    source, target = tmp_path / "in.tif", tmp_path / "out.tif"
    profile = {"driver": "GTiff", "height": 4, "width": 4, "count": 1, "dtype": "float32"}
    place = Affine(1000, 0, 0, 0, -1000, 0)
    with rasterio.open(source, "w", crs="EPSG:3413", transform=place, **profile) as file:
        file.write(np.ones((1, 4, 4), np.float32))
    arguments = {"input": str(source), "output": str(target), "dst_bounds": ["auto"], "width": 8}
    process("reproject", s_srs="EPSG:3857", **arguments)
    assert "--s-srs is taken" in process.stderr
    with rasterio.open(target) as file:
        assert file.bounds.right == pytest.approx(np.degrees(4000 / 6378137), rel=1e-6)


def test_several_inputs_keep_their_names(process, dotted, tmp_path):
    process("reproject", inputs=[HRRR, GFS_PV], output_dir=str(tmp_path / "made"), width=72)
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == [
        "gfs_0p25_tmp_pv_missing.tif",
        "hrrr_t06z_f01_tmp.tif",
    ]
    process(
        "reproject",
        inputs=[str(dotted)],
        output_dir=str(tmp_path / "pictures"),
        output_names=["noon.webp"],
        width=72,
        **ON_POLAR_PLANE,
    )
    with Image.open(tmp_path / "pictures" / "noon.webp") as picture:
        assert picture.format == "WEBP"


def test_stdin_goes_to_stdout_in_the_format_of_its_kind(process, dotted):
    process.stdin = dotted.read_bytes()
    process("reproject", input="-", width=72, **ON_POLAR_PLANE)
    assert Image.open(BytesIO(process.stdout)).format == "PNG"
    process.stdin = Path(HRRR).read_bytes()
    process("reproject", input="-", output="-", width=72)
    assert process.stdout[:4] in (b"II*\0", b"MM\0*")


REFUSED = {
    "an unknown system": ({"t_srs": "EPSG:99999"}, UsageError, "--t-srs 'EPSG:99999' is no"),
    "heights": ({"t_srs": "EPSG:5703"}, UsageError, "no coordinate system of a map"),
    "an empty area": ({"dst_bounds": ["10", "0", "10", "5"]}, UsageError, "spans no area"),
    "three numbers": ({"dst_bounds": ["1", "2", "3"]}, UsageError, "cannot be 1 2 3"),
    "words": ({"dst_bounds": ["everything"]}, UsageError, "--dst-bounds cannot be everything"),
    "more than the globe": ({"dst_bounds": ["-180", "-91", "180", "91"]}, UsageError, "do not fit"),
    "no overlap": ({"dst_bounds": ["60", "-60", "70", "-50"]}, UsageError, "has nothing within"),
    "too many cells": ({"width": 1_000_000}, LimitExceeded, "1000000 x 500000 cells"),
    "an unknown suffix": ({"output": "out.xyz"}, UsageError, "does not say in which format"),
    "a picture of data": ({"output": "out.png"}, UsageError, "data are no picture"),
    "bounds of data": ({"bounds": [0, 0, 1, 1]}, UsageError, "--bounds has no effect on data"),
    "no output": ({"output": None}, UsageError, "no output"),
    "a folder alone": ({"output_dir": "x"}, UsageError, "no effect without --inputs"),
    "nodata in NetCDF": ({"output": "o.nc", "dst_nodata": 0}, UsageError, "--dst-nodata has no"),
    "a world file of data": ({"world_file": True}, UsageError, "--world-file has no effect"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_done_is_refused(name, process, here):
    given, error, message = REFUSED[name]
    with pytest.raises(error, match=message):
        process("reproject", **{"input": HRRR, "output": "out.tif", "width": 100, **given})
    assert list(here.iterdir()) == []


def test_a_picture_without_a_place_is_refused_with_what_it_needs(process, dotted, here):
    with pytest.raises(UsageError, match="needs --s-srs and --bounds"):
        process("reproject", input=str(dotted), output="out.png")
    with pytest.raises(UsageError, match="needs --bounds"):
        process("reproject", input=str(dotted), output="out.png", s_srs="EPSG:4326")
    assert [path.name for path in here.iterdir() if path != dotted] == []


def test_several_variables_in_one_geotiff_are_refused_with_candidates(process, here):
    with pytest.raises(AmbiguousSelection, match="variables where one is needed"):
        process("reproject", input=GFS, output="out.tif", width=72)


def test_damaged_and_deep_pictures_are_refused(process, here):
    cut = here / "cut.png"
    buffer = BytesIO()
    Image.new("RGB", (50, 50)).save(buffer, "PNG")
    cut.write_bytes(buffer.getvalue()[:60])
    with pytest.raises(DataError, match="damaged or cut off"):
        process("reproject", input=str(cut), output="o.png", **ON_POLAR_PLANE)
    deep = here / "deep.png"
    Image.fromarray(np.zeros((5, 5), np.uint16)).save(deep)
    with pytest.raises(UnsupportedFormat, match="more than 8 bits"):
        process("reproject", input=str(deep), output="o.png", **ON_POLAR_PLANE)


@pytest.mark.parametrize("example", REPROJECT.examples, ids=lambda example: example.title)
def test_the_examples_run(example, process, here):
    given = dict(example.args)
    process("reproject", **given | {"input": str(DATA / given["input"])})
    assert (here / given["output"]).stat().st_size > 1000
