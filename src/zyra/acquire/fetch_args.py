"""How a folder is filled: side by side, incrementally, with a manifest; alike in every command."""

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

from zyra.acquire.listing_args import ListingArgs, readable
from zyra.core.arguments import arg
from zyra.core.errors import UsageError
from zyra.core.fitting_args import Conflict, FittingArgs
from zyra.core.kinds import InputFile, OutputDir, OutputFile

_UNITS = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}
_SYNC_OPTIONS = (
    "overwrite_existing",
    "recheck_existing",
    "min_remote_size",
    "prefer_remote",
    "prefer_remote_if_meta_newer",
    "skip_if_local_done",
    "recheck_missing_meta",
    "frames_meta",
)


@dataclass(frozen=True)
class Growth:
    """By how much a remote file has to be larger than the local one.

    Attributes:
        least: Bytes that it has to have.
        percent: Of the local size, that it has to have more.
    """

    least: int = 0
    percent: float = 0.0

    def holds(self, remote: int, local: int) -> bool:
        """Whether a file of `remote` bytes is enough larger than one of `local`."""
        enough = remote * 100 >= local * (100 + self.percent)
        return remote > local and remote >= self.least and enough


def parse_growth(text: str) -> Growth:
    """Read `10%`, a number of bytes, or one with k, M or G.

    Raises:
        UsageError: It is none of these.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(%|[kKmMgG]?[bB]?)", text.strip())
    if found is None:
        raise UsageError(f"{text!r} is not a size", hint="write bytes, 10k, 5M, or 10%")
    if found[2] == "%":
        return Growth(percent=float(found[1]))
    return Growth(least=int(float(found[1]) * _UNITS[found[2].lower().rstrip("b")]))


Size = Annotated[str, AfterValidator(readable(parse_growth))]


class FetchArgs(ListingArgs, FittingArgs):
    """Arguments that say how files come into a folder."""

    output_dir: OutputDir | None = arg(None, "Folder for the fetched files")
    sync_dir: OutputDir | None = arg(
        None,
        "Folder to keep equal to the source: only what is new or changed is fetched; what is"
        " known of each file stays in .zyra-sync.json there",
    )
    overwrite_existing: bool = arg(False, "Sync: fetch files again that are there already")
    recheck_existing: bool = arg(
        False, "Sync: ask the server for size and time of each file that is there already"
    )
    min_remote_size: Size | None = arg(
        None,
        "Sync: fetch again only what is larger than the local file and has so many bytes (10k,"
        " 5M), or is larger by a percentage (10%)",
    )
    prefer_remote: bool = arg(False, "Sync: what the source has always replaces the local file")
    prefer_remote_if_meta_newer: bool = arg(
        False, "Sync: fetch again what is newer in the frames metadata than the local file"
    )
    skip_if_local_done: bool = arg(
        False, "Sync: leave a file NAME alone when a file NAME.done is beside it"
    )
    recheck_missing_meta: bool = arg(
        False, "Sync: fetch again what the frames metadata does not name"
    )
    frames_meta: InputFile | None = arg(
        None, "JSON of scan-frames about the folder; default: frames-meta.json in it"
    )
    write_manifest: OutputFile | None = arg(
        None, "JSON to write about the files: name, size, sha256, source, time"
    )
    parallel: int | None = arg(
        None,
        "Transfers at a time; default 8, 16 for object stores, 4 for FTP and SFTP",
        ge=1,
        le=32,
    )
    timeout: int = arg(
        60,
        "Seconds that a server may be silent, before its answer and within it; services that"
        " compute what they send may need more",
        ge=1,
        le=86_400,
    )
    min_speed: int | None = arg(
        None,
        "Try again, and at last give up, when a server sends fewer bytes per second than this for"
        " a minute; default 100, and 0 for any speed",
        ge=0,
    )

    @property
    def folder(self) -> str | None:
        """Where files go, if into a folder."""
        return self.output_dir or self.sync_dir

    @property
    def reads_frames(self) -> bool:
        """Whether the frames metadata decides anything."""
        return self.prefer_remote_if_meta_newer or self.recheck_missing_meta

    def conflicts(self) -> tuple[Conflict, ...]:
        """What is wrong with the arguments as they stand together: whether, and in words."""
        return self.fetch_conflicts()

    def fetch_conflicts(self) -> tuple[Conflict, ...]:
        """The part of `conflicts` that is alike in every command."""
        options = [name for name in _SYNC_OPTIONS if getattr(self, name)]
        return (
            *self.filter_conflicts(),
            (
                self.output_dir is not None and self.sync_dir is not None,
                "give either output_dir or sync_dir",
            ),
            (
                self.sync_dir is None and bool(options),
                f"{', '.join(options)}: for sync_dir only",
            ),
            (
                self.frames_meta is not None and not self.reads_frames,
                "frames_meta is for prefer_remote_if_meta_newer and recheck_missing_meta",
            ),
        )
