"""JSON answers that can always be encoded."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response


class JsonAnswer(Response):
    """Readable UTF-8 JSON; half surrogate pairs, as in odd file names, stay escaped."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Encode `content`."""
        # The handler's form of a lone surrogate, \udXXX, is just JSON's own escape for it.
        return _encode(content).encode("utf-8", "backslashreplace")


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def json_answer(
    content: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> JsonAnswer:
    """Answer with `content` as JSON."""
    return JsonAnswer(content, status, dict(headers or {}))
