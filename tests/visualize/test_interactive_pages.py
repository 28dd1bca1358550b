"""Pages of visualize interactive, opened in a real Chromium."""

import io
import json
import re
from pathlib import Path

import eccodes
import netCDF4
import numpy as np
import pytest

from browsing import chromium, opened, place_in, value_in
from eccodes_oracle import every_message
from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob
from zyra.visualize.commands.interactive import InteractiveArgs
from zyra.visualize.interactive import run
from zyra.visualize.palettes import named_palette

EVIL = "</script><img src=x onerror=window.bad=1><script>window.bad=1</script>"
SOUTH = [0, 40, -55, -35]


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture
def page_file(tmp_path):
    def make(**args):
        target = tmp_path / "page.html"
        job = StreamJob(io.BytesIO(), io.BytesIO(), io.BytesIO(), NetworkPolicy())
        run(InteractiveArgs.model_validate({"output": str(target)} | args), job)
        return target

    return make


@pytest.fixture
def gfs(data):
    return str(data / "gfs_0p25_tmp_pv_missing.grib2")


@pytest.fixture
def coarse(data):
    return str(data / "gfs_2p5deg_f120_all_fields.grib2")


def grib_values(name, short_name=None, lon=0.0, lat=0.0, points=1) -> list[float]:
    """Values nearest to a place, of the first field of that name, by ecCodes."""

    def look(handle):
        if short_name not in (None, eccodes.codes_get(handle, "shortName")):
            return None
        near = eccodes.codes_grib_find_nearest(handle, lat, lon % 360, npoints=points)
        return [point.value for point in near]

    return next(found for found in every_message(Path(name).name, look) if found)


def pixel_of(lon, lat, extent, size) -> tuple[float, float]:
    """Where a plain map that shows an extent has a place."""
    west, east, south, north = extent
    stretch = 1 / np.cos(np.radians((south + north) / 2))
    scale = min(size[0] / (east - west), size[1] / ((north - south) * stretch))
    middle = (west + east) / 2, (south + north) / 2
    return (
        size[0] / 2 + (lon - middle[0]) * scale,
        size[1] / 2 - (lat - middle[1]) * stretch * scale,
    )


@pytest.mark.parametrize("aside", [-2, 2])
@pytest.mark.parametrize(("lon", "lat"), [(10.0, -45.0), (2.25, -41.25), (37.75, -48.75)])
def test_the_pointer_tells_the_value_of_the_nearest_point(browser, page_file, gfs, lon, lat, aside):
    expected = grib_values(gfs, lon=lon, lat=lat)[0]
    with opened(browser, page_file(input=gfs, extent=SOUTH)) as shown:
        x, y = pixel_of(lon, lat, SOUTH, (1024, 512))
        told = shown.hover(x + aside, y + aside)
    assert value_in(told) == pytest.approx(expected, abs=0.006)
    assert "K" in told
    assert "2026-06-06 11:00 UTC" in told
    assert place_in(told) == pytest.approx((lon, lat), abs=0.12)


def test_the_pointer_tells_where_there_is_no_value(browser, page_file, gfs):
    assert grib_values(gfs, lon=10.0, lat=45.0) == [9999.0]
    extent = [0, 20, 40, 50]
    with opened(browser, page_file(input=gfs, extent=extent)) as shown:
        assert "no value" in shown.hover(*pixel_of(10.0, 45.0, extent, (1024, 512)))


def test_the_pointer_tells_values_of_a_projected_grid(browser, page_file, data):
    source = str(data / "hrrr_t06z_f01_tmp.grib2")
    extent = [-106, -104, 39, 40]
    path = page_file(input=source, extent=extent)
    near = grib_values(source, lon=-105.0, lat=39.5, points=4)
    with opened(browser, path) as shown:
        told = shown.hover(*pixel_of(-105.0, 39.5, extent, (1024, 512)))
    assert min(abs(value_in(told) - value) for value in near) < 0.002


def test_outside_the_data_no_value_is_told(browser, page_file, gfs):
    with opened(browser, page_file(input=gfs, extent=[0, 10, 35, 55])) as shown:
        assert "outside" in shown.hover(20, 200)


def test_a_page_asks_for_nothing_and_complains_of_nothing(browser, page_file, coarse):
    path = page_file(input=coarse, var="t2m", colorbar=True, timestamp="auto")
    with opened(browser, path) as shown:
        shown.hover(300, 200)
        shown.page.mouse.wheel(0, -500)
        shown.page.wait_for_timeout(300)
        assert shown.requests == [path.as_uri()]
        assert shown.complaints == []


def test_dragging_moves_the_map_by_as_many_degrees(browser, page_file, coarse):
    with opened(browser, page_file(input=coarse, var="t2m")) as shown:
        before = place_in(shown.hover(512, 256))
        shown.page.mouse.down()
        shown.hover(612, 306)
        shown.page.mouse.up()
        after = place_in(shown.hover(512, 256))
    scale = 1024 / 360
    moved = (after[0] - before[0], after[1] - before[1])
    assert moved == pytest.approx((-100 / scale, 50 / scale), abs=0.2)


def test_the_wheel_zooms_around_the_pointer(browser, page_file, coarse):
    with opened(browser, page_file(input=coarse, var="t2m")) as shown:
        here = place_in(shown.hover(700, 150))
        aside = place_in(shown.hover(800, 150))
        shown.hover(700, 150)
        picture = shown.page.locator("#map").screenshot()
        shown.page.mouse.wheel(0, -600)
        shown.page.wait_for_timeout(400)
        assert place_in(shown.hover(700, 150)) == pytest.approx(here, abs=0.15)
        nearer = place_in(shown.hover(800, 150))
        assert abs(nearer[0] - here[0]) < abs(aside[0] - here[0]) / 2
        assert shown.page.locator("#map").screenshot() != picture


def test_keys_move_zoom_and_reset(browser, page_file, coarse):
    with opened(browser, page_file(input=coarse, var="t2m")) as shown:
        shown.page.locator("#map").focus()
        shown.page.keyboard.press("ArrowRight")
        assert place_in(shown.told()) == pytest.approx((60 * 360 / 1024, 0), abs=0.1)
        shown.page.keyboard.press("+")
        shown.page.keyboard.press("ArrowRight")
        assert place_in(shown.told())[0] == pytest.approx((60 + 40) * 360 / 1024, abs=0.2)
        shown.page.keyboard.press("0")
        assert place_in(shown.told()) == pytest.approx((0, 0), abs=0.1)


def test_buttons_zoom(browser, page_file, coarse):
    with opened(browser, page_file(input=coarse, var="t2m")) as shown:
        before = place_in(shown.hover(900, 256))
        shown.page.get_by_label("Zoom in").click()
        assert abs(place_in(shown.hover(900, 256))[0]) < abs(before[0])
        shown.page.get_by_label("Show all of it").click()
        assert place_in(shown.hover(900, 256)) == before


def test_two_fingers_zoom(browser, page_file, coarse):
    path = page_file(input=coarse, var="t2m")
    with opened(browser, path, has_touch=True) as shown:
        before = place_in(shown.hover(900, 256))
        box, session = shown.box, shown.page.context.new_cdp_session(shown.page)

        def touch(kind, *columns):
            points = [
                {"x": box["x"] + x, "y": box["y"] + 256, "id": n} for n, x in enumerate(columns)
            ]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        touch("touchStart", 462, 562)
        touch("touchMove", 412, 612)
        touch("touchEnd")
        after = place_in(shown.hover(900, 256))
    assert after[0] == pytest.approx(before[0] / 2, abs=3)


def test_sliders_choose_levels_and_times(browser, page_file, data):
    source = data / "eraint_uvz.nc"
    path = page_file(input=str(source), var="u")
    with netCDF4.Dataset(source) as file:
        file.set_auto_mask(False)
        level = list(file["level"][:]).index(850)
        row = int(np.abs(file["latitude"][:] - 45).argmin())
        column = int(np.abs(file["longitude"][:] - 0).argmin())
        expected = float(file["u"][1, level, row, column])
    with opened(browser, path) as shown:
        names = shown.page.locator("#sliders label span").all_text_contents()
        assert names == ["Level", "Month"]
        sliders = shown.page.locator("#sliders input")
        for slider, place in ((sliders.nth(0), 2), (sliders.nth(1), 1)):
            slider.focus()
            for _ in range(place):
                shown.page.keyboard.press("ArrowRight")
        labels = shown.page.locator("#sliders output").all_text_contents()
        assert labels[0].startswith("850")
        assert labels[1] == "7"
        shown.page.wait_for_timeout(300)
        told = shown.hover(*pixel_of(0.0, 45.0, (-180, 180, -90, 90), (1024, 512)))
    assert value_in(told) == pytest.approx(expected, abs=0.01)


def test_winds_tell_speed_and_where_they_come_from(browser, page_file, coarse):
    path = page_file(input=coarse, mode="vector", uvar="u10", vvar="v10")
    keys = {"lon": 20.0, "lat": -50.0}
    u, v = (grib_values(coarse, name, **keys)[0] for name in ("10u", "10v"))
    with opened(browser, path) as shown:
        told = shown.hover(*pixel_of(20.0, -50.0, (-180, 180, -90, 90), (1024, 512)))
        assert shown.complaints == []
    assert value_in(told) == pytest.approx(np.hypot(u, v), abs=0.01)
    angle = float(re.search(r"from (\d+)°", told)[1])
    assert angle == pytest.approx(np.degrees(np.arctan2(-u, -v)) % 360, abs=1)


@pytest.mark.parametrize("streamlines", [False, True])
def test_winds_are_drawn_in_their_colour(browser, page_file, npy, streamlines):
    ones = np.full((18, 36), 5.0)
    path = page_file(
        u=npy(ones, "u.npy"),
        v=npy(ones, "v.npy"),
        mode="vector",
        features="",
        color="#ff0000",
        streamlines=streamlines,
    )
    with opened(browser, path) as shown:
        red = shown.page.evaluate(
            "() => { const c = document.getElementById('map'); const d = c.getContext('2d')"
            ".getImageData(0, 0, c.width, c.height).data; let n = 0;"
            " for (let i = 0; i < d.length; i += 4) n += d[i] > 200 && d[i + 1] < 60; return n; }"
        )
    assert red > 1000


def test_points_tell_their_name_and_value(browser, page_file, data):
    path = page_file(
        input=str(data / "places.csv"), mode="points", units="K", extent=[0, 40, 40, 60]
    )
    with opened(browser, path) as shown:
        x, y = pixel_of(13.4, 52.5, (0, 40, 40, 60), (1024, 512))
        told = shown.hover(x + 3, y - 2)
        assert "Berlin" in told
        assert "281.12" in told
        assert place_in(told) == (13.4, 52.5)
        assert "Berlin" not in shown.hover(x + 60, y)
        assert shown.complaints == []


def test_the_pixels_have_the_colours_of_the_palette(browser, page_file, npy):
    values = np.linspace(0, 100, 36)[None].repeat(18, axis=0)
    path = page_file(input=npy(values), cmap="viridis", vmin=0, vmax=100, features="")
    colours = named_palette("viridis").sampled(192)
    with opened(browser, path) as shown:
        for column in (0, 9, 20, 34):
            wanted = colours[min(int(values[0, column] / 100 * 192), 191)]
            found = shown.pixel((column + 0.5) * 1024 / 36, 256)
            assert found == pytest.approx(wanted.tolist(), abs=6)


def test_missing_values_are_transparent(browser, page_file, npy):
    values = np.arange(18 * 36.0).reshape(18, 36)
    values[:, :18] = np.nan
    with opened(browser, page_file(input=npy(values), features="")) as shown:
        assert shown.pixel(200, 256)[3] == 0
        assert shown.pixel(800, 256)[3] == 255


def test_text_from_data_is_shown_and_never_run(browser, page_file, npy):
    path = page_file(input=npy(np.eye(4)), label=EVIL, units=EVIL, timestamp=EVIL, colorbar=True)
    with opened(browser, path) as shown:
        told = shown.hover(512, 256)
        assert shown.page.locator("h1").text_content() == EVIL
        assert shown.page.title() == EVIL
        assert EVIL in told
        assert shown.page.locator("#stamp").text_content() == EVIL
        assert shown.page.evaluate("window.bad") is None
        assert shown.page.locator("img").count() == 0
        assert shown.complaints == []


def test_text_from_a_table_is_never_run(browser, page_file, tmp_path):
    table = tmp_path / "table.csv"
    table.write_text(f'lon,lat,"{EVIL}",name\n10,50,1,{EVIL}\n20,50,2,{EVIL}\n')
    with opened(browser, page_file(input=str(table), mode="points")) as shown:
        x, y = pixel_of(10, 50, (8, 22, 48, 52), (1024, 512))
        assert EVIL in shown.hover(x, y)
        assert shown.page.evaluate("window.bad") is None


def test_the_policy_stops_scripts_that_came_in_all_the_same(browser, page_file, npy):
    with opened(browser, page_file(input=npy(np.eye(4)))) as shown:
        shown.page.evaluate(
            "document.body.insertAdjacentHTML('beforeend', '<img src=data:x onerror=window.bad=1>')"
        )
        refused = shown.page.evaluate("fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'no')")
        shown.page.wait_for_timeout(200)
        assert shown.page.evaluate("window.bad") is None
        assert refused == "no"
        assert any("Content Security Policy" in each for each in shown.complaints)


def test_the_page_follows_dark_mode(browser, page_file, npy):
    path = page_file(input=npy(np.eye(4)))
    found = {}
    for scheme in ("light", "dark"):
        with opened(browser, path, color_scheme=scheme) as shown:
            found[scheme] = shown.page.evaluate(
                "getComputedStyle(document.documentElement).backgroundColor"
            )
    assert found == {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 24, 27)"}


def test_a_small_window_shows_all_of_it_without_scrolling_sideways(browser, page_file, coarse):
    path = page_file(input=coarse, var="t2m", colorbar=True, label="Temperature " * 12)
    with opened(browser, path, viewport={"width": 360, "height": 640}) as shown:
        width = shown.page.evaluate("document.documentElement.scrollWidth")
        assert width <= 360
        assert shown.box["width"] == pytest.approx(328, abs=2)
        assert place_in(shown.hover(1, 82))[0] == pytest.approx(-179, abs=1.5)


def test_the_map_follows_the_size_of_the_window(browser, page_file, coarse):
    with opened(browser, page_file(input=coarse, var="t2m")) as shown:
        before = place_in(shown.hover(1020, 256))
        shown.page.set_viewport_size({"width": 600, "height": 500})
        shown.page.wait_for_timeout(200)
        box = shown.box
        after = place_in(shown.hover(box["width"] * 1020 / 1024, box["height"] / 2))
    assert box["width"] < 600
    assert after[0] == pytest.approx(before[0], abs=1)


def test_a_map_goes_across_the_date_line(browser, page_file, coarse):
    path = page_file(input=coarse, var="t2m", extent=[170, -170, -30, -10])
    expected = grib_values(coarse, "2t", lon=180.0, lat=-20.0)[0]
    with opened(browser, path) as shown:
        told = shown.hover(512, 256)
    assert abs(place_in(told)[0]) == 180
    assert value_in(told) == pytest.approx(expected, abs=0.01)


def test_web_maps_zoom_in_whole_steps_from_the_one_asked_for(browser, page_file, coarse):
    path = page_file(input=coarse, var="t2m", engine="folium", zoom=2)
    with opened(browser, path) as shown:
        left, right = (place_in(shown.hover(x, 256))[0] for x in (256, 768))
        assert right - left == pytest.approx(512 * 360 / 1024, abs=0.5)
        shown.hover(512, 256)
        shown.page.mouse.wheel(0, -100)
        left, right = (place_in(shown.hover(x, 256))[0] for x in (256, 768))
        assert right - left == pytest.approx(512 * 360 / 2048, abs=0.5)
        # Mercator: at zoom 3, 45 degrees north is 287.6 pixels above the equator.
        lat = place_in(shown.hover(512, 256 - 250))[1]
    assert lat == pytest.approx(np.degrees(np.arctan(np.sinh(250 / 2048 * 2 * np.pi))), abs=0.3)


def test_tiles_are_asked_for_only_where_their_url_is_given(browser, page_file, coarse):
    given = {"input": coarse, "var": "t2m", "engine": "folium", "zoom": 2}
    path = page_file(**given, tiles="http://127.0.0.1:9/t/{z}/{x}/{y}.png", tiles_credit="© us")
    with opened(browser, path) as shown:
        asked = [url for url in shown.requests if not url.startswith("file:")]
        assert shown.page.locator("#credit").text_content() == "© us"
    assert asked
    assert all(re.fullmatch(r"http://127\.0\.0\.1:9/t/2/[0-3]/[0-3]\.png", url) for url in asked)
    with opened(browser, page_file(**given, tiles="OpenStreetMap")) as shown:
        assert all(url.startswith("file:") for url in shown.requests)


def test_the_bar_shows_the_range_with_its_unit(browser, page_file, npy):
    path = page_file(
        input=npy(np.eye(4)), units="m s-1", vmin=0, vmax=50, colorbar=True, cmap="viridis"
    )
    with opened(browser, path) as shown:
        assert shown.page.locator("#ticks span").all_text_contents() == [
            "0", "10", "20", "30", "40", "50"
        ]  # fmt: skip
        assert shown.page.locator("#caption").text_content() == "m s⁻¹"
    with opened(browser, page_file(input=npy(np.eye(4)))) as shown:
        assert not shown.page.locator("#bar").is_visible()


def test_the_facts_of_a_page_are_json(page_file, npy):
    text = page_file(input=npy(np.eye(4)), label=EVIL).read_text()
    facts = re.search(r'id="facts">(.*?)</script>', text)[1]
    assert json.loads(facts)["mesh"]["columns"] == 4
