"""The documentation says what the declarations say, and is built without a warning."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from zyra.cli.commands import write_manual
from zyra.registry import CLI_REGISTRY

ROOT = Path(__file__).parent.parent
MANUAL = ROOT / "docs/commands"
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *(ROOT / folder / "README.md" for folder in ("examples", "tests/data")),
]


def test_the_manual_is_that_of_the_declarations(tmp_path: Path) -> None:
    (tmp_path / "images").symlink_to(ROOT / "docs/images")
    write_manual(tmp_path / "commands", tmp_path / "images/gallery")
    same = pages_below(MANUAL) == pages_below(tmp_path / "commands")
    assert same, "run: zyra commands --manual docs/commands --pictures docs/images/gallery"


def test_the_page_of_settings_is_that_of_the_class() -> None:
    spec = importlib.util.spec_from_file_location("page", ROOT / "scripts/build_settings_page.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.PAGE.read_text() == script.page(), "run scripts/build_settings_page.py"


@pytest.mark.timeout(300)
def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "commands/process/convert-format.html").is_file()


def pages_below(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.md")}


def test_every_example_that_draws_shows_its_picture() -> None:
    for command in CLI_REGISTRY["visualize"].values():
        page = (MANUAL / f"visualize/{command.name}.md").read_text()
        for number, _ in enumerate(command.examples, start=1):
            assert f"(../../images/gallery/{command.name}-{number}.png)" in page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_of_pages_outside_the_site_lead_somewhere(page: Path) -> None:
    for link in links_in(page):
        path, _, anchor = link.partition("#")
        target = page.parent / unquote(path) if path else page
        assert target.exists(), f"{page.name} links to {link}"
        assert not anchor or anchor in anchors_of(target), f"{page.name} links to {link}"


def links_in(page: Path) -> list[str]:
    """Targets of links and pictures, but for those on the web, which tests do not ask."""
    prose = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^()\s]+)\)|<(?:img|a) [^>]*?(?:src|href)=\"([^\"]+)\"", prose)
    return [first or second for first, second in targets if "://" not in (first or second)]


def anchors_of(page: Path) -> set[str]:
    """The anchors that headings get."""
    headings = re.findall(r"^#+ +(.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}
