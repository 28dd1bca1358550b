"""Every path also answers under `/v1`: the prefix is treated as a mount point.

So routes, links in answers and the documentation's own addresses need not know of it.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = "/v1"


class VersionPrefix:
    """Move a leading `/v1` of the path into the root path."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] in ("http", "websocket"):
            scope = _mounted(scope)
        await self._app(scope, receive, send)


def _mounted(scope: Scope) -> Scope:
    root = scope.get("root_path", "").rstrip("/")
    path = scope["path"]
    # Behind a proxy the path may or may not still have the root path before it.
    inner = path[len(root) :] if path.startswith(f"{root}/") else path
    if inner != PREFIX and not inner.startswith(f"{PREFIX}/"):
        return scope
    below = inner[len(PREFIX) :] or "/"
    return {**scope, "root_path": root + PREFIX, "path": root + PREFIX + below}
