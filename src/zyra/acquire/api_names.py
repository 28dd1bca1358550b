"""Name a file as the server does, without letting the server choose where it goes."""

import mimetypes
import re
from email.message import Message
from urllib.parse import unquote

from zyra.acquire.api_answers import media_type
from zyra.acquire.batch import safe_name
from zyra.core.urls import Url
from zyra.transfer.client import Headers

_UNNAMED = "download"
# RFC 8187, which knows no other character sets.
_EXTENDED = re.compile(r"(?i);\s*filename\*\s*=\s*(UTF-8|ISO-8859-1)'[^']*'([^\s;\"]+)")


def server_name(headers: Headers, url: Url) -> str:
    """A plain file name for an answer: from Content-Disposition, else from its URL.

    Source: RFC 6266; `filename*` counts more than `filename`.
    """
    given = _disposition_name(headers.get("Content-Disposition", ""))
    last = given.replace("\\", "/").rpartition("/")[2]
    name = safe_name(last) or safe_name(url.name)
    return name or _UNNAMED + (mimetypes.guess_extension(media_type(headers)) or "")


def _disposition_name(header: str) -> str:
    extended = _EXTENDED.search(header)
    if extended is not None:
        return unquote(extended[2], encoding=extended[1].lower(), errors="replace")
    message = Message()
    # A header is read as latin-1, though servers send UTF-8.
    message["Content-Disposition"] = header.encode("latin-1", "replace").decode(errors="replace")
    return message.get_filename("")
