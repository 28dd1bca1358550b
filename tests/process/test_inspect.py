"""inspect: what ecCodes, netCDF4, rasterio, zarr and Pillow say of the same files."""

import json
import re
from pathlib import Path

import eccodes
import netCDF4
import numpy as np
import pytest
import rasterio
import zarr
from http_server import HttpServer
from PIL import Image

from eccodes_oracle import DATA, every_message
from zyra.core.errors import DataError, UnsupportedFormat, UsageError
from zyra.process.commands.inspect import INSPECT

GFS = "gfs_2p5deg_f120_all_fields.grib2"
ERA5 = "era5_levels_members.grib1"
ERA_INTERIM = str(DATA / "eraint_uvz.nc")
WAVE = DATA / "gfswave_atlocn_0p16_f001.grib2"


def facts(process, source, **args):
    process("inspect", input=str(source), as_json=True, **args)
    return json.loads(process.stdout)


def of_variable(found, name):
    return next(each for each in found["variables"] if each["name"] == name)


def test_levels_times_and_members_of_grib_are_those_of_eccodes(process):
    keys = ("shortName", "level", "validityDate", "validityTime", "number")
    wanted = every_message(ERA5, lambda h: [eccodes.codes_get(h, key) for key in keys])
    found = facts(process, DATA / ERA5)
    assert found["fields"] == len(wanted) == 160
    for variable in found["variables"]:
        own = [each for each in wanted if each[0] == variable["name"]]
        assert variable["fields"] == len(own)
        assert {level["value"] for level in variable["levels"]} == {each[1] for each in own}
        times = [
            (f"{date // 10000}-{date // 100 % 100:02}-{date % 100:02}", time)
            for _, _, date, time, _ in own
        ]
        assert variable["valid_times"] == sorted(
            {f"{date}T{time // 100:02}:{time % 100:02}:00Z" for date, time in times}
        )
        assert variable["members"] == sorted({each[4] for each in own})


def test_packing_and_bytes_of_grib_are_those_of_eccodes(process):
    keys = ("packingType", "bitsPerValue", "totalLength")
    wanted = every_message(ERA5, lambda h: [eccodes.codes_get(h, key) for key in keys])
    found = facts(process, DATA / ERA5)
    stored = [variable["storage"] for variable in found["variables"]]
    assert {each["packing"] for each in stored} == {each[0] for each in wanted}
    assert stored[0]["bits"] == [16, 16]
    assert sum(each["stored_bytes"] for each in stored) == sum(each[2] for each in wanted)
    assert found["file"] == {"editions": [1], "centres": ["ecmf"]}


def test_the_grid_has_its_shape_spacing_order_and_extent(process):
    (grid,) = facts(process, DATA / GFS)["grids"]
    assert (grid["rows"], grid["columns"], grid["kind"]) == (73, 144, "regular_ll")
    assert grid["x"] == {"first": 0.0, "last": 357.5, "step": 2.5}
    assert grid["y"] == {"first": 90.0, "last": -90.0, "step": -2.5}
    assert grid["order"] == "rows north to south, columns west to east"
    assert grid["extent"] == {"west": -180.0, "east": 180.0, "south": -90.0, "north": 90.0}
    assert grid["is_global"]
    assert grid["crs"]["earth_radius"] == 6371229.0


def test_uneven_rows_have_no_step(process):
    (grid,) = facts(process, DATA / "reduced_gg.grib1")["grids"]
    assert grid["y"]["step"] is None
    assert grid["kind"] == "reduced_gg"


def test_extent_of_a_projected_grid_holds_all_its_points(process):
    def look(handle):
        keys = ("latitudes", "longitudes")
        return [eccodes.codes_get_double_array(handle, key) for key in keys]

    latitudes, longitudes = every_message("hrrr_t06z_f01_tmp.grib2", look)[0]
    (grid,) = facts(process, DATA / "hrrr_t06z_f01_tmp.grib2")["grids"]
    extent = grid["extent"]
    assert extent["west"] <= longitudes.min() - 360 < extent["west"] + 0.1
    assert extent["north"] - 0.1 < latitudes.max() <= extent["north"]
    assert grid["units"] == "m"


def test_type_packing_and_nodata_of_netcdf_are_those_of_its_header(process, tmp_path):
    path = tmp_path / "packed.nc"
    with netCDF4.Dataset(path, "w") as file:
        for name, units, size in (("lat", "degrees_north", 40), ("lon", "degrees_east", 60)):
            file.createDimension(name, size)
            file.createVariable(name, "f8", (name,))[...] = np.arange(size)
            file[name].units = units
        variable = file.createVariable(
            "t", "i2", ("lat", "lon"), fill_value=-99, zlib=True, complevel=4, chunksizes=(20, 30)
        )
        variable.setncatts({"scale_factor": 0.01, "add_offset": 273.15, "units": "K"})
        file.title = "A title"
    found = facts(process, path)
    storage = of_variable(found, "t")["storage"]
    assert storage["type"] == "int16"
    assert (storage["scale"], storage["offset"], storage["nodata"]) == (0.01, 273.15, -99)
    assert storage["chunks"] == [20, 30]
    assert storage["compression"] == "zlib 4, shuffle"
    assert storage["array_bytes"] == 40 * 60 * 2
    assert found["file"]["attributes"] == {"title": "A title"}


def test_zarr_tells_chunks_and_codecs(process, tmp_path):
    path = tmp_path / "t.zarr"
    process("convert-format", input=str(DATA / ERA5), format="zarr", output=str(path), var="t")
    found = facts(process, path)
    array = zarr.open_group(path, mode="r")["t"]
    storage = of_variable(found, "t")["storage"]
    assert found["format"] == "zarr"
    assert storage["chunks"] == list(array.chunks)
    assert storage["type"] == "float32"
    assert storage["compression"] == "blosc"
    assert found["bytes"] == sum(part.stat().st_size for part in path.rglob("*") if part.is_file())


def test_geotiff_tells_tiles_nodata_and_compression(process, tmp_path):
    path = tmp_path / "t.tif"
    process("convert-format", input=str(DATA / GFS), format="geotiff", output=str(path), var="t2m")
    found = facts(process, path)
    storage = of_variable(found, "t2m")["storage"]
    with rasterio.open(path) as file:
        assert storage["type"] == file.dtypes[0]
        assert storage["chunks"] == list(file.block_shapes[0])
        assert storage["compression"] == file.compression.value.lower()
        assert found["grids"][0]["x"]["first"] == pytest.approx(file.xy(0, 0)[0])
    assert storage["nodata"] == "NaN"
    assert of_variable(found, "t2m")["units"] == "K"


def test_a_tiff_without_a_place_on_earth_is_told_by_its_size(process, tmp_path):
    path = tmp_path / "plain.tif"
    Image.new("L", (30, 20)).save(path)
    found = facts(process, path)
    assert found["file"]["size"] == "30 x 20"
    assert found["left_out"] == {"band_1": "has no coordinate system"}


def test_values_are_read_only_when_asked(process):
    assert "values" not in of_variable(facts(process, ERA_INTERIM), "u")
    values = of_variable(facts(process, ERA_INTERIM, values=True), "u")["values"]
    with netCDF4.Dataset(ERA_INTERIM) as file:
        file.set_auto_maskandscale(False)
        stored = file["u"][...].astype(np.float64)
        wanted = stored * file["u"].scale_factor + file["u"].add_offset
    assert values["min"] == pytest.approx(wanted.min(), rel=1e-6)
    assert values["max"] == pytest.approx(wanted.max(), rel=1e-6)
    assert values["mean"] == pytest.approx(wanted.mean(), rel=1e-6)
    assert (values["points"], values["missing"]) == (wanted.size, 0)


def test_text_has_a_line_for_each_variable_with_ranges(process):
    process("inspect", input=str(DATA / ERA5))
    lines = process.stdout.decode().splitlines()
    assert lines[0].endswith("GRIB, 160 fields of 2 variables, 2.36 MB")
    (line,) = [line for line in lines if line.startswith("  t ")]
    assert "Temperature [K] | 500, 850 hPa | 2017-01-01T00Z..2017-01-02T12Z every 12 h (4)" in line
    assert "members 0..9 (10)" in line


def test_many_levels_become_a_range_with_their_number(process):
    process("inspect", input=str(DATA / GFS))
    text = process.stdout.decode()
    assert re.search(r"  gh .*\[gpm\] \| 10\.\.1000 hPa \(26\); .* \| 2011-01-10T12Z \+120 h", text)


def test_what_is_no_field_is_named_with_the_reason(process):
    found = facts(process, DATA / "spherical_harmonics.grib1")
    assert (found["fields"], found["grids"]) == (0, [])
    assert "type sh" in found["left_out"]["z"]


@pytest.fixture
def wave_server():
    with HttpServer() as server:
        server.put("/wave.grib2", WAVE.read_bytes())
        server.put("/wave.grib2.idx", Path(f"{WAVE}.idx").read_bytes())
        yield server


def test_a_remote_file_with_an_index_is_told_from_it_and_its_first_message(wave_server, process):

    url = wave_server.put("/wave.grib2", WAVE.read_bytes())
    found = facts(process, url)
    asked = [each for each in wave_server.requests if each.path == "/wave.grib2"]
    assert len(asked) == 1
    assert "range" in asked[0].headers
    whole = facts(process, WAVE)
    assert found["from_index"]
    assert found["fields"] == whole["fields"]
    assert found["grids"] == whole["grids"]
    assert [each["valid_times"] for each in found["variables"]] == [
        each["valid_times"] for each in whole["variables"]
    ]


def test_a_remote_file_without_an_index_is_fetched(process):
    with HttpServer() as server:
        url = server.put("/era.nc", Path(ERA_INTERIM).read_bytes())
        assert facts(process, url)["format"] == "netcdf"


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".gif", ".webp", ".bmp"])
def test_pictures_are_told_by_size_and_colours(suffix, process, tmp_path):
    path = tmp_path / f"map{suffix}"
    Image.new("RGB", (30, 20), "teal").save(path)
    found = facts(process, path)
    assert (found["kind"], found["width"], found["height"]) == ("picture", 30, 20)
    assert found["bytes"] == path.stat().st_size
    assert found["mode"] == ("P" if suffix == ".gif" else "RGB")


def test_a_cut_off_picture_is_damaged(process, tmp_path):
    path = tmp_path / "map.png"
    Image.new("RGB", (30, 20)).save(path)
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(DataError, match=r"map\.png"):
        process("inspect", input=str(path))


def test_sound_is_told_by_its_streams(process, tmp_path):
    path = tmp_path / "tone.wav"
    head = b"RIFF\x24\x1f\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"
    rate = (8000).to_bytes(4, "little") + (8000).to_bytes(4, "little") + b"\x01\x00\x08\x00"
    path.write_bytes(head + rate + b"data\x00\x1f\x00\x00" + bytes([128]) * 0x1F00)
    found = facts(process, path)
    assert (found["kind"], found["format"]) == ("media", "wav")
    assert found["streams"][0]["sample_rate"] == 8000
    assert found["duration_s"] == pytest.approx(0x1F00 / 8000)


@pytest.mark.parametrize(
    ("name", "content", "form", "records"),
    [
        ("a.csv", "time,t\n2020,1.5\n2021,\n", "csv", 2),
        ("a.ndjson", '{"time": "2020", "t": 1}\n{"time": "2021", "t": null}\n', "ndjson", 2),
        ("a.json", '[{"time": "a",\n "t": 1}, {"time": "b", "t": 2}]', "json", 2),
        (
            "a.geojson",
            '{"type": "FeatureCollection", "features": [{"properties": {"time": "x", "t": 1}}]}',
            "geojson",
            1,
        ),
    ],
)
def test_records_and_columns_of_tables_are_counted(name, content, form, records, process, here):
    Path(name).write_text(content)
    found = facts(process, name)
    assert (found["kind"], found["format"], found["records"]) == ("table", form, records)
    assert list(found["columns"]) == ["time", "t"]


def test_a_broken_line_of_ndjson_is_named(process, here):
    Path("a.ndjson").write_text('{"t": 1}\n{"t": \n')
    with pytest.raises(DataError, match="line 2"):
        process("inspect", input="a.ndjson")


def test_stdin_is_told_by_its_content(process):
    process.stdin = (DATA / GFS).read_bytes()
    assert facts(process, "-")["format"] == "grib"


def test_what_is_nothing_known_is_refused(process, here):
    Path("a.bin").write_bytes(bytes(range(256)))
    with pytest.raises(UnsupportedFormat, match=r"a\.bin"):
        process("inspect", input="a.bin")


def test_two_formats_at_once_are_refused(process):
    with pytest.raises(UsageError, match="contradict"):
        process("inspect", input=ERA_INTERIM, format="text", as_json=True)


@pytest.mark.parametrize("example", INSPECT.examples, ids=lambda example: example.title)
def test_example_runs_as_it_stands(example, process, here):
    for path in DATA.iterdir():
        Path(path.name).symlink_to(path)
    process(INSPECT.name, **example.args)
    assert process.stdout


def test_features_without_properties_count_as_records(process, here):
    features = '[{"properties": null}, {"properties": {"t": 1}}, {}]'
    Path("a.geojson").write_text(f'{{"features": {features}, "type": "FeatureCollection"}}')
    found = facts(process, "a.geojson")
    assert (found["format"], found["records"], list(found["columns"])) == ("geojson", 3, ["t"])
