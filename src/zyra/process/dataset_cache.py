"""Answers from the network, kept in the user's cache folder for a time."""

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zyra.core.errors import OutputError
from zyra.core.job import Job
from zyra.core.outputs import open_output
from zyra.process.dataset_files import is_own_command_line


@dataclass(frozen=True)
class AnswerCache:
    """JSON values by the question that they answer.

    Attributes:
        folder: Where they lie, a file each; None keeps and knows nothing.
        ttl_s: How long they are good for, in seconds.
    """

    folder: Path | None
    ttl_s: int

    def get(self, *question: str) -> Any | None:
        """The kept answer, or None when there is none, or none that is good."""
        if self.folder is None:
            return None
        path = self.folder / _name(question)
        try:
            if time.time() - path.stat().st_mtime > self.ttl_s:
                return None
            return json.loads(path.read_bytes())
        except (OSError, ValueError):  # not there, or not whole: it is asked for again
            return None

    def put(self, answer: Any, job: Job, *question: str) -> None:
        """Keep an answer; a folder that cannot be written to is told and does no harm."""
        if self.folder is None:
            return
        try:
            with open_output(str(self.folder / _name(question)), job) as stream:
                stream.write(json.dumps(answer).encode())
        except OutputError as error:
            job.tell(f"the answer is not kept: {error.message}", detail=True)

    def forget_old(self) -> None:
        """Remove answers that are no longer good."""
        for path in self.folder.glob("*.json") if self.folder is not None else ():
            try:
                if time.time() - path.stat().st_mtime > self.ttl_s:
                    path.unlink()
            except OSError:  # another run has removed it, or it is not ours to remove
                continue


def answer_cache(job: Job, ttl_s: int) -> AnswerCache:
    """The cache of a person's command line; a run of the service has none.

    The folder of such a run is gone afterwards, and it may write nowhere else.
    """
    if ttl_s == 0 or not is_own_command_line(job):
        return AnswerCache(None, ttl_s)
    cache = AnswerCache(_cache_folder() / "datasets", ttl_s)
    cache.forget_old()
    return cache


def _cache_folder() -> Path:
    """The platform's folder for what can be fetched again."""
    apple = Path.home() / "Library" / "Caches"
    return (apple if apple.is_dir() else Path.home() / ".cache") / "zyra"


def _name(question: tuple[str, ...]) -> str:
    return hashlib.sha256(json.dumps(question).encode()).hexdigest() + ".json"
