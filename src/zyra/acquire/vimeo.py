"""Fetch the film of a video on Vimeo, or what Vimeo tells of it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zyra.acquire.commands.vimeo import VimeoFetchArgs
from zyra.core.errors import SelectionError, TransferError
from zyra.core.job import Job
from zyra.core.json_values import encode
from zyra.core.outputs import open_output, output_path
from zyra.transfer.download import download, progress_in_bytes
from zyra.transfer.failures import RefusedByServer
from zyra.transfer.http import HttpClient, client_of
from zyra.transfer.receive import Remote
from zyra.transfer.vimeo_access import vimeo_of
from zyra.transfer.vimeo_api import video_path

_SOURCE = "source"


@dataclass(frozen=True)
class Film:
    """One of the files that Vimeo has of a video.

    Attributes:
        link: Address of the file; expires after some hours.
        quality: Such as `source` or `1080p`.
        height: Lines of the picture, 0 where it is not told.
        size: Bytes, 0 where they are not told.
        md5: Checksum, where it is told.
    """

    link: str
    quality: str
    height: int
    size: int
    md5: str | None


def run(args: VimeoFetchArgs, job: Job) -> None:
    """Write the film or the metadata of the video.

    Raises:
        UsageError: The video or a secret is malformed.
        SelectionError: There is no file of that quality.
        TransferError: Vimeo does not give it.
        OutputError: It cannot be written.
    """
    with client_of(job) as http:
        fetch_video(args, job, http)


def fetch_video(args: VimeoFetchArgs, job: Job, http: HttpClient) -> None:
    """Write the film or the metadata of the video.

    Raises:
        As `run`.
    """
    path = video_path(args.video_id)
    video = vimeo_of(args, job, http).get(path)
    if args.metadata:
        with open_output(args.output, job) as stream:
            stream.write(encode(video, pretty=True) + b"\n")
        return
    film = chosen(films_of(video, path), args.quality)
    job.tell(f"fetching {film.quality}, {film.size} bytes", detail=True)
    # Whole on disk first, also on its way to stdout: nothing goes out that is damaged.
    with output_path(args.output, job) as target:
        download(Remote(http, film.link), str(target), job, report=progress_in_bytes(job))
        _check(film, target)


def films_of(video: Mapping[str, Any], path: str) -> list[Film]:
    """The files that may be fetched of a video.

    Raises:
        RefusedByServer: Vimeo names none.

    Source: Vimeo API, "Get a specific video", field `download`.
    """
    listed = video.get("download")
    films = [_film(item) for item in listed or () if isinstance(item, dict) and item.get("link")]
    if not films:
        raise RefusedByServer(
            f"Vimeo gives no file of {path}",
            hint="the token must be its owner's, with the scope video_files, and the account a paid"
            " one; or the film is still being converted",
        )
    return films


def chosen(films: Sequence[Film], quality: str) -> Film:
    """The film of that quality.

    Raises:
        SelectionError: There is none.
    """
    if quality == "best":
        return max(films, key=lambda film: (film.quality == _SOURCE, film.height, film.size))
    if quality == "smallest":
        return min(films, key=lambda film: (film.height or film.size, film.size))
    fitting = [film for film in films if quality in (film.quality, f"{film.height}p")]
    if not fitting:
        there = ", ".join(dict.fromkeys(film.quality for film in films))
        raise SelectionError(f"there is no film of {quality}", hint=f"there are {there}")
    return max(fitting, key=lambda film: film.size)


def _film(item: Mapping[str, Any]) -> Film:
    quality = item.get("quality")
    named = quality if quality == _SOURCE else item.get("rendition") or quality
    height, size, md5 = item.get("height"), item.get("size"), item.get("md5")
    return Film(
        link=str(item["link"]),
        quality=str(named),
        height=height if isinstance(height, int) else 0,
        size=size if isinstance(size, int) else 0,
        md5=md5 if isinstance(md5, str) else None,
    )


def _check(film: Film, path: Path) -> None:
    """Compare with what Vimeo tells of the file.

    Raises:
        TransferError: It is another one.
    """
    size = path.stat().st_size
    if film.size and size != film.size:
        raise TransferError(f"Vimeo sent {size} bytes, and tells of {film.size}")
    if film.md5 is None:
        return
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False))
    if found.hexdigest() != film.md5.lower():
        raise TransferError("the checksum of what Vimeo sent is wrong", hint="fetch it again")
