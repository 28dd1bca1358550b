"""What a STAC API and a static catalog answer, for `ApiServer`.

Shapes from STAC 1.1.0 and STAC API 1.0.0 (item search): a landing page with links to its search,
pages of features whose link `next` says how to ask on.
"""

from collections.abc import Sequence
from typing import Any

from api_server import ApiServer, Asked, Reply

Json = dict[str, Any]


def item(name: str, day: int, **assets: Json) -> Json:
    """An item of the first days of August 2024, 10 degrees further east each day."""
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "id": name,
        "collection": "radar",
        "bbox": [day * 10.0, 40.0, day * 10.0 + 5, 45.0],
        "geometry": None,
        "properties": {"datetime": f"2024-08-{day:02}T12:00:00Z"},
        "links": [],
        "assets": assets,
    }


class StacApi:
    """Searches `items` two at a time; fulfils `api_server.Answer`.

    Args:
        server: Where it answers.
        items: What there is.
        methods: Of its search.
        merge: Whether the link to the next page is merged into the search.
    """

    def __init__(
        self,
        server: ApiServer,
        items: Sequence[Json],
        methods: Sequence[str] = ("GET", "POST"),
        *,
        merge: bool = True,
    ) -> None:
        self.server, self.items, self.methods, self.merge = server, items, methods, merge
        self.files: dict[str, Reply] = {}
        server.answer = self

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == "/stac":
            return Reply.json(self._landing())
        if asked.path == "/stac/search":
            return self._search(asked)
        return self.files.get(asked.path, Reply(404))

    @property
    def searches(self) -> list[Asked]:
        return [asked for asked in self.server.asked if asked.path == "/stac/search"]

    def _landing(self) -> Json:
        links = [
            {"rel": "search", "href": "stac/search", "method": method} for method in self.methods
        ]
        return {"type": "Catalog", "stac_version": "1.1.0", "id": "api", "links": links}

    def _search(self, asked: Asked) -> Reply:
        if asked.method not in self.methods:
            return Reply(405)
        given = asked.json if asked.method == "POST" else asked.query
        start = int(given.get("token", 0))
        features = self.items[start : start + 2]
        links: list[Json] = []
        if start + 2 < len(self.items):
            links.append(self._next(asked, start + 2))
        return Reply.json({"type": "FeatureCollection", "features": features, "links": links})

    def _next(self, asked: Asked, token: int) -> Json:
        if asked.method == "GET":
            return {"rel": "next", "href": f"search?token={token}"}
        href = self.server.url("/stac/search")
        link = {"rel": "next", "href": href, "method": "POST", "body": {"token": token}}
        return {**link, "merge": True} if self.merge else link


def static_catalog(server: ApiServer, documents: dict[str, Json | Reply]) -> str:
    """Serve documents by their paths; return the URL of /catalog.json."""

    def answer(asked: Asked) -> Reply:
        found = documents.get(asked.path, Reply(404))
        return found if isinstance(found, Reply) else Reply.json(found)

    server.answer = answer
    return server.url("/catalog.json")


def catalog(kind: str, name: str, *links: tuple[str, str], **more: Any) -> Json:
    """A catalog or collection with links of (relation, reference)."""
    told = [{"rel": rel, "href": href} for rel, href in links]
    return {"type": kind, "stac_version": "1.1.0", "id": name, "links": told, **more}
