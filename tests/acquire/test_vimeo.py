"""Films are fetched from a server of the shape that Vimeo documents."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from vimeo_server import TOKEN, VimeoServer

from zyra.acquire.commands.vimeo import VimeoFetchArgs
from zyra.acquire.vimeo import fetch_video, run
from zyra.core.errors import AddressRefused, SelectionError, TransferError, UsageError
from zyra.core.network import NetworkPolicy
from zyra.transfer.failures import RefusedByServer
from zyra.transfer.http import HttpClient
from zyra.transfer.retries import Retries

FILMS = {
    name: os.urandom(size) for name, size in (("source", 900_000), ("1080p", 500), ("360p", 100))
}


@pytest.fixture
def vimeo() -> Iterator[VimeoServer]:
    with VimeoServer() as running:
        running.add(76, FILMS)
        yield running


@pytest.fixture
def fetch(ran, vimeo: VimeoServer) -> Callable[..., bytes]:
    def fetched(video: str = "76", **args: Any) -> bytes:
        given = {"video_id": video, "vimeo_token": TOKEN, "api_url": vimeo.api_url} | args
        retries = Retries(pause=lambda _: None)
        with HttpClient(NetworkPolicy.allowing(["127.0.0.1"]), retries=retries) as patient:
            fetch_video(VimeoFetchArgs.model_validate(given), ran.job(), patient)
        return ran.stdout.getvalue()

    return fetched


def test_a_film_goes_to_its_output(ran, vimeo, tmp_path: Path):
    target = tmp_path / "film.mp4"
    args = {"video_id": "76", "output": str(target), "vimeo_token": TOKEN, "api_url": vimeo.api_url}
    run(VimeoFetchArgs.model_validate(args), ran.job())
    assert target.read_bytes() == FILMS["source"]
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


@pytest.mark.parametrize(
    ("quality", "film"),
    [("best", "source"), ("smallest", "360p"), ("1080p", "1080p"), ("2160p", "source")],
)
def test_the_quality_chooses_the_film(fetch, quality, film):
    assert fetch(quality=quality) == FILMS[film]


def test_a_quality_that_is_not_there_tells_which_are(fetch):
    with pytest.raises(SelectionError, match="no film of 720p") as caught:
        fetch(quality="720p")
    assert caught.value.hint == "there are source, 1080p, 360p"


@pytest.mark.parametrize(
    "video", ["/videos/76", "https://vimeo.com/76", "https://vimeo.com/76?a=1"]
)
def test_a_video_is_named_by_number_uri_or_page(fetch, video):
    assert fetch(video) == FILMS["source"]


def test_metadata_is_what_vimeo_tells(fetch):
    told = json.loads(fetch(metadata=True))
    assert (told["name"], len(told["download"])) == ("A film", 3)


def test_a_transfer_that_breaks_off_is_resumed(fetch, vimeo):
    vimeo.faults.append("reset")
    assert fetch() == FILMS["source"]


def test_the_token_stays_with_the_api(fetch, vimeo):
    fetch()
    others = [header for path, header in vimeo.authorized if not path.startswith("/videos/")]
    assert others == [None, None]


@pytest.mark.parametrize(
    ("wrong", "message"), [({"md5": "0" * 32}, "checksum"), ({"size": 5}, "tells of 5")]
)
def test_a_film_that_is_another_than_told_is_not_kept(fetch, vimeo, tmp_path, wrong, message):
    vimeo.videos["/videos/76"]["download"][0] |= wrong
    with pytest.raises(TransferError, match=message):
        fetch(output=str(tmp_path / "film.mp4"))
    assert list(tmp_path.iterdir()) == []


def test_a_video_without_files_tells_what_may_be_missing(fetch, vimeo):
    vimeo.add(77, {})
    with pytest.raises(RefusedByServer, match="gives no file") as caught:
        fetch("77")
    assert "video_files" in caught.value.hint


def test_a_video_that_is_not_there_is_one_clear_line(fetch):
    with pytest.raises(RefusedByServer, match="404 Not Found: The requested video"):
        fetch("404")


def test_a_wrong_token_is_not_repeated(fetch):
    with pytest.raises(RefusedByServer, match="401") as caught:
        fetch(vimeo_token="a-wrong-secret")
    assert "a-wrong-secret" not in f"{caught.value.message}{caught.value.hint}"


def test_a_film_at_a_private_address_is_refused(fetch, vimeo):
    vimeo.videos["/videos/76"]["download"][0]["link"] = "http://127.0.0.2/film"
    with pytest.raises(AddressRefused):
        fetch()


@pytest.mark.parametrize("video", ["", "../me", "https://example.com/76", "76/../../me"])
def test_what_names_no_video_is_refused(fetch, video):
    with pytest.raises(UsageError, match="names no video"):
        fetch(video)


def test_quality_and_metadata_do_not_go_together():
    with pytest.raises(ValidationError, match="quality is for the film"):
        VimeoFetchArgs(video_id="76", metadata=True, quality="best")
