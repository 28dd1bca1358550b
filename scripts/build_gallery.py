"""Rebuild docs/gallery.md and its pictures: every visualize command's examples as they stand.

.venv/bin/python scripts/build_gallery.py [COMMAND ...]

The pictures are also what tests/visualize/test_gallery.py compares new ones with, so look at what
has changed before you commit them. Films are shown by a frame from their middle; pages that
move are shown as they open, in a headless Chromium.
"""

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
from PIL import Image
from playwright.sync_api import sync_playwright

from zyra.cli.help import command_line
from zyra.core.command import Command, Example
from zyra.registry import CLI_REGISTRY

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tests/data"
PAGE = ROOT / "docs/gallery.md"
PICTURES = ROOT / "docs/images/gallery"
WIDTH = 1024  # of a picture on the page; larger ones are made smaller
INTRODUCTION = (
    "Every picture here was drawn by the command under it from the sample files of this repository"
    " (`tests/data`, origins in the README there), without internet. The commands'"
    " [pages](commands/index.md) explain each argument."
)


@dataclass(frozen=True)
class Entry:
    """One example of the gallery."""

    command: Command
    example: Example
    number: int

    @property
    def line(self) -> str:
        """The command line."""
        return command_line(self.command, self.example.args)

    @property
    def picture(self) -> Path:
        """Where its picture is kept."""
        return PICTURES / f"{self.command.name}-{self.number}.png"


def entries() -> list[Entry]:
    """Every example of every command that draws."""
    return [
        Entry(command, example, number)
        for command in CLI_REGISTRY["visualize"].values()
        for number, example in enumerate(command.examples, start=1)
    ]


def draw(entry: Entry, folder: Path) -> Path:
    """Run an example in `folder`, among the sample files; give its picture, made small."""
    before = set(folder.iterdir())
    zyra = Path(sys.executable).parent / "zyra"
    subprocess.run(
        [zyra, *shlex.split(entry.line)[1:]], cwd=folder, check=True, capture_output=True
    )
    made = min(set(folder.iterdir()) - before, key=_plainness)
    small = folder / f"small-{entry.picture.name}"
    picture = _shown(made)
    picture.thumbnail((WIDTH, WIDTH), Image.Resampling.LANCZOS)
    picture.save(small, optimize=True)
    return small


def sample_folder(place: Path) -> Path:
    """A folder with links to the sample files, in which examples run."""
    folder = place / "samples"
    folder.mkdir()
    for file in DATA.iterdir():
        (folder / file.name).symlink_to(file)
    return folder


def page() -> str:
    """The page, as Markdown."""
    return "\n\n".join(["# Gallery", INTRODUCTION, *_sections()]) + "\n"


def main(names: list[str]) -> None:
    """Draw the examples of the commands named, or of all, and write the page."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        for number, entry in enumerate(entries()):
            if not names or entry.command.name in names:
                (Path(place) / str(number)).mkdir()
                folder = sample_folder(Path(place) / str(number))
                draw(entry, folder).replace(entry.picture)
                print(entry.picture.name)
    PAGE.write_text(page(), encoding="utf-8")


def _sections() -> Iterator[str]:
    seen = None
    for entry in entries():
        if entry.command is not seen:
            seen = entry.command
            yield f"## {seen.name}"
            yield seen.summary
        shown = os.path.relpath(entry.picture, PAGE.parent)
        yield f"**{entry.example.title}**"
        yield f"![{entry.example.title}]({shown})"
        yield f"```sh\n{entry.line}\n```"


def _plainness(made: Path) -> tuple[bool, str]:
    """Pictures before films and pages, pages before folders."""
    order = (".png", ".mp4", ".html")
    return made.suffix not in order, f"{order.index(made.suffix) if made.suffix in order else 9}"


def _shown(made: Path) -> Image.Image:
    if made.is_dir():
        frames = sorted(made.glob("*.png"))
        return Image.open(frames[len(frames) // 2]).convert("RGB")
    if made.suffix == ".mp4":
        return _middle_frame(made)
    if made.suffix == ".html":
        return _screenshot(made)
    return Image.open(made).convert("RGBA")


def _middle_frame(film: Path) -> Image.Image:
    with av.open(str(film)) as container:
        frames = list(container.decode(video=0))
        return frames[len(frames) // 2].to_image()


def _screenshot(page_file: Path) -> Image.Image:
    target = page_file.with_suffix(".shot.png")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        view = browser.new_page(viewport={"width": WIDTH, "height": 640})
        view.goto(page_file.resolve().as_uri())
        view.wait_for_load_state("networkidle")
        view.screenshot(path=target)
        browser.close()
    return Image.open(target).convert("RGB")


if __name__ == "__main__":
    main(sys.argv[1:])
