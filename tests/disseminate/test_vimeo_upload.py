"""Films are uploaded to a server of the shape that Vimeo documents."""

import json
import os
from io import BytesIO
from pathlib import Path

import pytest
from pydantic import ValidationError
from vimeo_server import CLIENT, TOKEN

from zyra.core.errors import (
    AddressRefused,
    DataError,
    InputNotFound,
    TransferError,
    UsageError,
)
from zyra.core.kinds import Kind, kinds_of
from zyra.disseminate.commands.vimeo import VimeoUploadArgs
from zyra.disseminate.vimeo import deliver, run
from zyra.transfer.failures import RefusedByServer

FILM = os.urandom(100_003)
CHUNK = 30_000


@pytest.fixture
def film(tmp_path: Path) -> Path:
    (tmp_path / "sea ice.mp4").write_bytes(FILM)
    return tmp_path / "sea ice.mp4"


@pytest.fixture
def upload(ran, vimeo, film, patient):
    """Upload in small chunks, waiting for nothing; gives the URI."""

    def uploaded(**args):
        given = {"input": str(film), "vimeo_token": TOKEN, "api_url": vimeo.api_url} | args
        parsed = VimeoUploadArgs.model_validate(given)
        return deliver(parsed, ran.job(), patient, chunk_bytes=CHUNK)

    return uploaded


def test_a_film_becomes_a_video_whose_uri_is_printed(ran, vimeo, film):
    run(VimeoUploadArgs(input=str(film), vimeo_token=TOKEN, api_url=vimeo.api_url), ran.job())
    assert ran.stdout.getvalue() == b"/videos/1000\n"
    assert vimeo.film("/videos/1000") == FILM
    assert vimeo.asked[0] == (
        "POST",
        "/me/videos",
        {"upload": {"approach": "tus", "size": str(len(FILM))}, "name": "sea ice"},
    )


def test_a_large_film_goes_in_chunks_with_progress(upload, vimeo, ran):
    assert vimeo.film(upload()) == FILM
    offsets = [offset for method, path, offset in vimeo.asked if method == "PATCH"]
    assert offsets == ["0", "30000", "60000", "90000"]
    assert ran.reports[-1] == (1.0, "0.1 of 0.1 MB")


def test_name_description_and_privacy_are_told(upload, vimeo, tmp_path):
    (tmp_path / "about.txt").write_text("Sea ice,\nevery day\n")
    uri = upload(
        name="Ice",
        description_file=str(tmp_path / "about.txt"),
        privacy="password",
        video_password="open sesame",
    )
    assert vimeo.videos[uri] == {
        "name": "Ice",
        "description": "Sea ice,\nevery day",
        "privacy": {"view": "password"},
        "password": "open sesame",
    }


def test_stdin_is_uploaded(upload, vimeo, ran):
    ran.stdin = BytesIO(FILM)
    uri = upload(input="-")
    assert vimeo.film(uri) == FILM
    assert "name" not in vimeo.videos[uri]


@pytest.mark.parametrize(
    "replaced", ["/videos/76", "76", "https://vimeo.com/76", "https://vimeo.com/manage/videos/76"]
)
def test_the_film_of_a_video_is_replaced(upload, vimeo, replaced):
    vimeo.add(76, {})
    assert upload(replace_uri=replaced) == "/videos/76"
    assert vimeo.film("/videos/76") == FILM
    method, path, value = vimeo.asked[0]
    assert (method, path) == ("POST", "/videos/76/versions")
    assert value == {
        "file_name": "sea ice.mp4",
        "upload": {"approach": "tus", "size": str(len(FILM)), "status": "in_progress"},
    }


def test_a_replaced_video_keeps_its_name_unless_told(upload, vimeo):
    vimeo.add(76, {})
    upload(replace_uri="76", description="new")
    assert vimeo.videos["/videos/76"]["name"] == "A film"
    assert vimeo.videos["/videos/76"]["description"] == "new"


def test_what_is_to_be_replaced_has_to_be_a_video(upload, vimeo):
    with pytest.raises(UsageError, match="names no video of Vimeo"):
        upload(replace_uri="/videos/76/../../me")
    with pytest.raises(RefusedByServer, match="404 Not Found: The requested video"):
        upload(replace_uri="76")
    assert vimeo.uploads == {}


@pytest.mark.parametrize("fault", ["reset", "short", "conflict", "behind", "busy"])
def test_an_upload_that_breaks_off_goes_on_where_it_stopped(upload, vimeo, fault):
    vimeo.faults += ["", fault, "", fault]
    assert vimeo.film(upload()) == FILM
    assert vimeo.faults == type(vimeo.faults)()


def test_after_a_reset_the_server_is_asked_how_much_it_has(upload, vimeo):
    vimeo.faults += ["reset"]
    upload()
    offsets = [(method, offset) for method, path, offset in vimeo.asked if path == "/files"]
    assert offsets[:3] == [("PATCH", "0"), ("HEAD", None), ("PATCH", "15000")]


def test_an_upload_that_is_always_refused_ends(upload, vimeo, pauses):
    vimeo.faults += ["conflict"] * 100
    with pytest.raises(TransferError, match=r"409 Conflict; the film of /videos/1000 is not"):
        upload()
    assert len(pauses) == 4


def test_an_upload_that_fails_tells_how_to_go_on(upload, vimeo):
    vimeo.faults += ["", "expired"]
    with pytest.raises(TransferError, match="410 Gone") as caught:
        upload()
    assert caught.value.hint == "upload it to the same video: --replace-uri /videos/1000"


def test_the_upload_link_gets_no_token(upload, vimeo):
    upload()
    links = [header for path, header in vimeo.authorized if path.startswith("/files/")]
    assert set(links) == {None}


def test_a_limit_on_requests_is_waited_for(upload, vimeo, pauses):
    vimeo.limits = 2
    assert vimeo.film(upload()) == FILM
    assert pauses == [1.0, 1.0]


def test_the_conversion_is_waited_for_when_asked(upload, vimeo, pauses):
    vimeo.transcoding += ["in_progress", "in_progress", "complete"]
    upload(wait=True)
    assert pauses == [5.0, 5.0]


def test_a_film_that_cannot_be_converted_fails(upload, vimeo):
    vimeo.transcoding += ["in_progress", "error"]
    with pytest.raises(TransferError, match="cannot convert"):
        upload(wait=True)


def test_waiting_has_an_end(upload, vimeo):
    vimeo.transcoding += ["in_progress"] * 1_000_000
    with pytest.raises(TransferError, match=r"not converted the film of /videos/1000 within"):
        upload(wait=True, wait_timeout=0.05)


def test_a_wrong_token_is_one_clear_line_without_it(upload, ran):
    with pytest.raises(RefusedByServer) as caught:
        upload(vimeo_token="a-wrong-secret")
    assert "401 Unauthorized: You must log in." in caught.value.message
    assert "developer.vimeo.com/apps" in caught.value.hint
    shown = f"{caught.value.message}{caught.value.hint}{ran.told}"
    assert "a-wrong-secret" not in shown


def test_without_a_token_one_is_asked_for_with_the_client(upload, vimeo):
    upload(vimeo_token=None, vimeo_client_id=CLIENT[0], credential=[f"client_secret={CLIENT[1]}"])
    assert vimeo.asked[0][1] == "/oauth/authorize/client"
    assert vimeo.film("/videos/1000") == FILM


@pytest.mark.parametrize("secret", ["token=@VIMEO", "access_token=@VIMEO"])
def test_a_token_may_be_a_credential(upload, vimeo, tmp_path, secret):
    (tmp_path / "keys").write_text(f"VIMEO={TOKEN}\n")
    upload(vimeo_token=None, credential=[secret], credential_file=str(tmp_path / "keys"))
    assert vimeo.film("/videos/1000") == FILM


def test_the_video_s_password_may_be_a_key(upload, vimeo, tmp_path):
    (tmp_path / "keys").write_text("DOOR=open-sesame\n")
    secret = {"video_password": "@DOOR", "credential_file": str(tmp_path / "keys")}
    assert vimeo.videos[upload(privacy="password", **secret)]["password"] == "open-sesame"


def test_a_client_beside_a_token_is_not_silently_left_out(upload, ran):
    upload(vimeo_client_id="x", vimeo_client_secret="y")
    assert "not needed" in ran.told


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"vimeo_token": None}, "wants a token"),
        ({"vimeo_token": None, "vimeo_client_id": "x"}, "wants a token"),
        ({"credential": ["token=x"]}, "given twice"),
        ({"credential": ["key=x"]}, "no effect"),
    ],
)
def test_secrets_that_do_not_suffice_are_refused(upload, args, message):
    with pytest.raises(UsageError, match=message):
        upload(**args)


def test_every_secret_is_known_to_be_secret():
    secret = {name for name, kind in kinds_of(VimeoUploadArgs).items() if kind is Kind.SECRET}
    assert secret == {
        "vimeo_token", "vimeo_client_id", "vimeo_client_secret", "credential", "video_password",
    }  # fmt: skip


def test_an_empty_or_missing_film_is_refused_before_vimeo_hears_of_it(upload, vimeo, tmp_path):
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(DataError, match=r"empty\.mp4 is empty"):
        upload(input=str(tmp_path / "empty.mp4"))
    with pytest.raises(InputNotFound):
        upload(input=str(tmp_path / "none.mp4"))
    assert vimeo.asked == []


def test_a_private_address_is_refused(upload):
    with pytest.raises(AddressRefused):
        upload(api_url="http://127.0.0.2:1/")


def test_a_film_that_changes_while_it_is_sent_is_refused(upload, vimeo, film):
    class Changing(type(vimeo.faults)):
        def popleft(self):
            film.write_bytes(FILM[::-1] + b"x")
            return super().popleft()

    vimeo.faults = Changing(["", "", ""])
    with pytest.raises(TransferError, match=r"(changed|became shorter) while it was sent"):
        upload()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"description": "a", "description_file": "b"}, "either description"),
        ({"privacy": "password"}, "go together"),
        ({"video_password": "x"}, "go together"),
        ({"wait_timeout": 5}, "only with wait"),
        ({"credential_file": "x"}, "name an @KEY"),
        ({"privacy": "friends"}, "Input should be"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(args, message):
    with pytest.raises(ValidationError, match=message):
        VimeoUploadArgs.model_validate({"input": "a", "vimeo_token": "t"} | args)


def test_answers_that_are_no_json_are_one_clear_line(ran, sink, film, patient):
    args = VimeoUploadArgs(input=str(film), vimeo_token=TOKEN, api_url=sink.url("/api"))
    with pytest.raises(TransferError, match="has no uri"):
        deliver(args, ran.job(), patient)
    assert json.loads(sink.taken[0].body)["upload"]["approach"] == "tus"
