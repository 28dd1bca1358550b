"""Ask Vimeo's API: JSON, a token, and errors in Zyra's words.

Source: Vimeo API reference, version 3.4 (developer.vimeo.com/api/reference).
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from zyra.core.errors import DataError, TransferError, UsageError
from zyra.core.json_values import decode, encode
from zyra.transfer.answer_words import beginning_of, one_line
from zyra.transfer.asking import Asking
from zyra.transfer.failures import RefusedByServer, ServerBusy
from zyra.transfer.hiding import Hider
from zyra.transfer.http import HttpClient, Response, basic_authorization, check_status
from zyra.transfer.receive import Reception, Remote
from zyra.transfer.request import BytesBody

_ACCEPT = "application/vnd.vimeo.*+json;version=3.4"
_ANSWER_BYTES = 8 << 20
_TOO_MANY = 429
_VIDEO = re.compile(
    r"(?:https?://(?:www\.)?vimeo\.com/(?:manage/)?(?:videos/)?|/?videos/)?"
    r"([0-9]{1,20})(?:[:/]([0-9a-f]{1,40}))?/?(?:[?#].*)?"
)
_HINTS = {
    401: "the token is not valid: make one at developer.vimeo.com/apps",
    403: "the token may not do this; it needs the scopes public, private, and upload and edit to"
    " write or video_files to fetch",
    404: "check the number of the video; private ones need a token of their owner",
}


def video_path(text: str) -> str:
    """The path in the API of a video: by its number, its URI or its page.

    Raises:
        UsageError: It is none of them.
    """
    found = _VIDEO.fullmatch(text)
    if found is None:
        raise UsageError(
            f"{text!r} names no video of Vimeo",
            hint="it is like 76979871, /videos/76979871 or https://vimeo.com/76979871",
        )
    return f"/videos/{found[1]}" + (f":{found[2]}" if found[2] else "")


class VimeoApi:
    """The API, asked with one token.

    Args:
        http: Makes the requests.
        address: Of the API.
        authorization: Value of the header; shows who asks.
    """

    def __init__(self, http: HttpClient, address: str, authorization: str) -> None:
        self.http = http
        self._address = address.rstrip("/")
        self._authorization = authorization

    def get(self, path: str, fields: str | None = None) -> dict[str, Any]:
        """What there is at `path`, or only the named `fields` of it.

        Raises:
            TransferError: Vimeo does not tell.
        """
        return self._ask("GET", path if fields is None else f"{path}?fields={fields}")

    def send(self, method: str, path: str, value: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to `value`, sent by POST or PATCH.

        Raises:
            TransferError: Vimeo refuses it.
        """
        return self._ask(method, path, encode(value))

    def _ask(self, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
        headers = {"Accept": _ACCEPT, "Authorization": self._authorization}
        if body is not None:
            headers["Content-Type"] = "application/json"
        asking = Asking(
            self.http, method, None if body is None else BytesBody(body), admit=self._admit
        )
        answer = BytesIO()
        remote = Remote(asking, f"{self._address}{path}", headers)
        Reception(remote, answer, limit=_ANSWER_BYTES).run()
        return _object(answer.getvalue(), remote.shown)

    def _admit(self, response: Response) -> None:
        """Judge an answer.

        Raises:
            ServerBusy: Too many requests, or an overloaded server.
            RefusedByServer: Any other error, with what Vimeo says of it.
        """
        if 200 <= response.status < 300:
            return
        said = self._error(response)
        message = f"{response.url.shown}: {response.phrase}{said and f': {said}'}"
        if response.status == _TOO_MANY and "Retry-After" not in response.headers:
            raise ServerBusy(message, _until_reset(response), response.status)
        try:
            check_status(response)
        except RefusedByServer as error:
            raise RefusedByServer(
                message, error.status, hint=_HINTS.get(response.status)
            ) from error
        raise RefusedByServer(message, response.status)

    def _error(self, response: Response) -> str:
        """What Vimeo says of an error; never the token, should it be repeated."""
        try:
            value = _object(beginning_of(response), "")
        except TransferError:  # the status is what matters
            return ""
        texts = [value.get("error"), value.get("developer_message")]
        named = value.get("invalid_parameters")
        items = named if isinstance(named, list) else []
        texts += [item.get("error") for item in items if isinstance(item, dict)]
        text = " ".join(dict.fromkeys(text for text in texts if isinstance(text, str)))
        return one_line(text, Hider.of({"Authorization": self._authorization}))


def open_api(http: HttpClient, address: str, secrets: Mapping[str, str]) -> VimeoApi:
    """The API, with the token of `secrets`, or one that is got for `client_id`.

    Args:
        http: Makes the requests.
        address: Of the API.
        secrets: `token`, or `client_id` and `client_secret`.

    Raises:
        UsageError: They do not suffice.
        TransferError: Vimeo gives no token.

    Source: Vimeo, "Working with authentication", client credentials.
    """
    if "token" in secrets:
        return VimeoApi(http, address, f"Bearer {secrets['token']}")
    if not {"client_id", "client_secret"} <= secrets.keys():
        raise UsageError(
            "Vimeo wants a token",
            hint="make one at developer.vimeo.com/apps; then: --vimeo-token '$VIMEO_TOKEN'",
        )
    basic = basic_authorization(secrets["client_id"], secrets["client_secret"])
    wanted = {"grant_type": "client_credentials", "scope": "public"}
    given = VimeoApi(http, address, basic).send("POST", "/oauth/authorize/client", wanted)
    token = given.get("access_token")
    if not isinstance(token, str) or not token.isprintable():
        raise TransferError("Vimeo gives no token for this client identifier")
    return VimeoApi(http, address, f"Bearer {token}")


def _object(data: bytes, shown: str) -> dict[str, Any]:
    """The JSON object of an answer; empty for an answer without a body."""
    try:
        value = decode(data, line=1, offset=0) if data else {}
    except DataError as exc:
        raise TransferError(f"{shown}: the answer is no JSON") from exc
    if not isinstance(value, dict):
        raise TransferError(f"{shown}: the answer is no JSON object")
    return value


def _until_reset(response: Response) -> float | None:
    """Seconds until the limit on requests is lifted, as far as Vimeo says."""
    try:
        moment = datetime.fromisoformat(response.headers.get("X-RateLimit-Reset", ""))
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())
