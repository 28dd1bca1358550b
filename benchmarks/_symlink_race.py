"""Exchange outputs for links while they are collected, read and served."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from _canaries import SECRET
from zyra.jobs.plain_files import open_plain
from zyra.jobs.results import Workspace

HONEST = b"what the run wrote"


def race(folder: Path, seconds: float) -> tuple[int, int]:
    """Read and list files of a job while another thread exchanges them for links and back.

    Returns:
        How many files were read, and how many of them were the one outside.
    """
    outside = folder / "outside"
    outside.mkdir(parents=True)
    (outside / "f").write_text(SECRET)
    workspace = Workspace(folder.resolve() / "job")
    workspace.create()
    (workspace.outputs / "d").mkdir()
    (workspace.outputs / "d" / "f").write_bytes(HONEST)
    stop = threading.Event()
    swaps = [
        _swapping(workspace.outputs / "f", outside / "f", stop),
        _folders(workspace, outside, stop),
    ]
    threads = [threading.Thread(target=swap) for swap in swaps]
    for thread in threads:
        thread.start()
    served = escapes = 0
    deadline = time.monotonic() + seconds
    try:
        while time.monotonic() < deadline:
            contents = [_read(workspace.output(name)) for name in ("f", "d/f")]
            served += sum(content is not None for content in contents)
            escapes += SECRET.encode() in contents
            escapes += sum(output.size == len(SECRET) for output in workspace.collect())
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    return served, escapes


def _read(path: Path) -> bytes | None:
    try:
        with open_plain(path) as stream:
            return stream.read()
    except FileNotFoundError:
        return None


def _swapping(path: Path, target: Path, stop: threading.Event) -> Callable[[], None]:
    def swap() -> None:
        file, link = path.with_name(".part-file"), path.with_name(".part-link")
        while not stop.is_set():
            file.write_bytes(HONEST)
            file.replace(path)
            link.symlink_to(target)
            link.replace(path)

    return swap


def _folders(workspace: Workspace, outside: Path, stop: threading.Event) -> Callable[[], None]:
    def swap() -> None:
        folder, link = workspace.outputs / "d", workspace.outputs / ".part-link-to-folder"
        away = workspace.outputs / ".part-away"
        while not stop.is_set():
            folder.rename(away)
            link.symlink_to(outside)
            link.rename(folder)
            folder.unlink()
            away.rename(folder)

    return swap
