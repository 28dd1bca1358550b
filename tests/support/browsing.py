"""Open pages in Chromium: headless, and with an eye on all that they ask for and say."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from programs import needed

NAMES = ("chromium", "chromium-browser", "google-chrome")
DEGREES = re.compile(r"([\d.]+)°([NS]?) ([\d.]+)°([EW]?)")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium; where it is missing, tests are left out, or fail where CI is set."""
    found = needed("Chromium", *NAMES)
    with sync_playwright() as playwright:
        # The tests of a container run as root, for whom Chromium has no sandbox.
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Opened:
    """A page that is shown: what it asked for, and what it complained of."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def box(self) -> dict[str, float]:
        """Where the map is in the window."""
        return self.page.locator("#map").bounding_box()

    def hover(self, x: float, y: float) -> str:
        """What is told of a place, in pixels of the map."""
        box = self.box
        self.page.mouse.move(box["x"] + x, box["y"] + y)
        return self.told()

    def told(self) -> str:
        return self.page.locator("#readout").text_content()

    def pixel(self, x: float, y: float) -> list[int]:
        """Colour of a pixel of the map, RGBA."""
        return self.page.evaluate(
            "([x, y]) => [...document.getElementById('map').getContext('2d')"
            ".getImageData(x, y, 1, 1).data]",
            [round(x), round(y)],
        )


@contextmanager
def opened(browser: Browser, path: Path, **context) -> Iterator[Opened]:
    """A page of ours, drawn, in a window of 1100 x 800 unless asked otherwise."""
    made = browser.new_context(**({"viewport": {"width": 1100, "height": 800}} | context))
    page = made.new_page()
    found = Opened(page)
    page.on("request", lambda request: found.requests.append(request.url))
    page.on("console", lambda message: found.complaints.append(message.text))
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready=yes]", state="attached")
    yield found
    made.close()


def place_in(told: str) -> tuple[float, float]:
    """Longitude and latitude of a read-out."""
    lat, north, lon, east = DEGREES.search(told).groups()
    return float(lon) * (-1 if east == "W" else 1), float(lat) * (-1 if north == "S" else 1)


def value_in(told: str) -> float:
    """The first number of a read-out that is no place."""
    text = told.split("\u00b7")[1].strip().replace("\u2212", "-")
    return float(text.split(" ")[0])
