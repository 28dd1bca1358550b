"""A server on the loopback address in the shape that Vimeo documents for its API, with tus.

    with VimeoServer() as vimeo:
        vimeo.api_url                  # for --api-url
        vimeo.faults.append("reset")   # for the next PATCH to an upload link

Source: Vimeo API reference 3.4 (Upload a video, Add a version, Get a video, client
credentials); tus resumable upload protocol 1.0.0.
"""

import hashlib
import json
import re
from base64 import b64decode
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from web_server import WebHandler, WebServer

TOKEN = "a-vimeo-token"
CLIENT = ("an-id", "a-client-secret")


@dataclass
class Upload:
    """A film that arrives."""

    size: int
    video: str
    data: bytearray = field(default_factory=bytearray)


class VimeoServer(WebServer):
    """The server; a context manager.

    Attributes:
        videos: What is known of each, by its URI.
        uploads: Films that arrive, by the path of their link.
        faults: Of the next PATCHes to links: reset, short, conflict, behind, busy, expired;
            "" is none.
        limits: How many of the next requests to the API are answered 429.
        asked: Method and path of each request, with its JSON.
    """

    def __init__(self) -> None:
        self.videos: dict[str, dict[str, Any]] = {}
        self.uploads: dict[str, Upload] = {}
        self.faults: deque[str] = deque()
        self.limits = 0
        self.transcoding: deque[str] = deque()
        self.asked: list[tuple[str, str, Any]] = []
        self.authorized: list[tuple[str, str | None]] = []
        super().__init__(_Handler)

    @property
    def api_url(self) -> str:
        return self.url("")

    def film(self, uri: str) -> bytes:
        """The newest film of a video."""
        return bytes([up for up in self.uploads.values() if up.video == uri][-1].data)

    def add(self, number: int, films: dict[str, bytes], **more: Any) -> None:
        """A video with files to fetch, by quality."""
        heights = {"source": 2160, "1080p": 1080, "360p": 360}
        self.videos[f"/videos/{number}"] = {
            "uri": f"/videos/{number}",
            "name": "A film",
            "download": [
                {
                    "quality": "source" if name == "source" else "hd",
                    "rendition": name,
                    "type": "video/mp4",
                    "height": heights[name],
                    "size": len(data),
                    "md5": hashlib.md5(data).hexdigest(),
                    "link": f"{self.api_url}/film/{number}/{name}",
                    "expires": "2030-01-01T00:00:00+00:00",
                }
                for name, data in films.items()
            ],
            "_films": films,
        } | more


class _Handler(WebHandler):
    def handle_any(self) -> None:
        owner = self.server.owner
        owner.authorized.append((self.path, self.headers.get("Authorization")))
        if self.path.startswith("/files/"):
            owner.asked.append((self.command, "/files", self.headers.get("Upload-Offset")))
            self._tus(owner.uploads.get(self.path))
        elif self.path.startswith(("/film/", "/cdn/")):
            self._give_film()
        else:
            data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            value = json.loads(data) if data else None
            owner.asked.append((self.command, self.path, value))
            self._api(value)

    do_GET = do_HEAD = do_POST = do_PATCH = handle_any  # noqa: N815 - the base's names

    def _api(self, value: Any) -> None:
        owner = self.server.owner
        if "version=3.4" not in self.headers.get("Accept", ""):
            return self._json(400, {"error": "no version"})
        if owner.limits:
            owner.limits -= 1
            return self._json(429, {"error": "Too many API requests."}, {"Retry-After": "1"})
        if self.path == "/oauth/authorize/client":
            return self._grant(value)
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            shown = self.headers.get("Authorization")
            return self._json(401, {"error": "You must log in.", "developer_message": shown})
        return self._video(value)

    def _grant(self, value: Any) -> None:
        encoded = self.headers.get("Authorization", "").removeprefix("Basic ")
        if b64decode(encoded).decode() != ":".join(CLIENT):
            return self._json(401, {"error": "invalid_client"})
        assert value["grant_type"] == "client_credentials"
        return self._json(200, {"access_token": TOKEN, "token_type": "bearer"})

    def _video(self, value: Any) -> None:
        owner, path = self.server.owner, self.path.partition("?")[0]
        uri = path.partition("/versions")[0]
        if (self.command, path) == ("POST", "/me/videos"):
            uri = f"/videos/{1000 + len(owner.videos)}"
            owner.videos[uri] = {name: item for name, item in value.items() if name != "upload"}
            return self._ready(uri, uri, value)
        if uri not in owner.videos:
            return self._json(404, {"error": "The requested video couldn't be found."})
        if self.command == "POST" and path != uri:
            return self._ready(f"{uri}/versions/1", uri, value)
        if self.command == "PATCH":
            owner.videos[uri] |= value
        shown = {name: item for name, item in owner.videos[uri].items() if name[0] != "_"}
        if "fields=" in self.path:
            status = owner.transcoding.popleft() if owner.transcoding else "complete"
            shown = {"upload": {"status": "complete"}, "transcode": {"status": status}}
        return self._json(200, shown)

    def _ready(self, made: str, uri: str, value: Any) -> None:
        owner, upload = self.server.owner, value["upload"]
        assert upload["approach"] == "tus"
        link = f"/files/{len(owner.uploads)}"
        owner.uploads[link] = Upload(int(upload["size"]), uri)
        given = upload | {"upload_link": f"{owner.api_url}{link}", "status": "in_progress"}
        self._json(201, {"uri": made, "upload": given})

    def _tus(self, upload: Upload | None) -> None:
        assert self.headers["Tus-Resumable"] == "1.0.0"
        if upload is None:
            self._send(404)
        elif self.command == "HEAD":
            self._at(200, upload)
        else:
            assert self.headers["Content-Type"] == "application/offset+octet-stream"
            faults = self.server.owner.faults
            self._take(upload, faults.popleft() if faults else "")

    def _take(self, upload: Upload, fault: str) -> None:
        length = int(self.headers["Content-Length"])
        if fault in ("reset", "short"):
            upload.data += self.rfile.read(length // 2)
            if fault == "reset":
                return self.hang_up()
            self.rfile.read(length - length // 2)
            return self._at(204, upload)
        data = self.rfile.read(length)
        is_next = int(self.headers["Upload-Offset"]) == len(upload.data)
        refused = {"conflict": 409, "busy": 503, "expired": 410}
        if fault in refused or not is_next:
            return self._send(refused.get(fault, 409))
        upload.data += data
        if fault == "behind":  # says less than it has: the next PATCH is a conflict
            return self._send(204, {"Upload-Offset": str(len(upload.data) - 1)})
        return self._at(204, upload)

    def _at(self, status: int, upload: Upload) -> None:
        headers = {"Upload-Offset": str(len(upload.data)), "Upload-Length": str(upload.size)}
        self._send(status, headers)

    def _give_film(self) -> None:
        owner = self.server.owner
        if self.path.startswith("/film/"):
            return self._send(302, {"Location": self.path.replace("/film/", "/cdn/")})
        _, _, number, quality = self.path.split("/")
        data = owner.videos[f"/videos/{number}"]["_films"][quality]
        fault = owner.faults.popleft() if owner.faults else ""
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(asked[1]) if asked else 0
        part = {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"} if asked else {}
        headers = {"ETag": '"v1"', "Content-Length": str(len(data) - start)}
        self.begin(206 if asked else 200, headers | part)
        if fault == "reset":
            self.wfile.write(data[start : len(data) // 2])
            return self.hang_up()
        self.wfile.write(data[start:])
        return None

    def _json(self, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
        body = json.dumps(value).encode()
        self._send(status, {"Content-Type": "application/json"} | (headers or {}), body)

    def _send(self, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
        length = {} if status == 204 else {"Content-Length": str(len(body))}
        self.begin(status, (headers or {}) | length)
        self.wfile.write(body)
