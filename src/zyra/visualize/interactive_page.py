"""Put a page together: what it carries, its style and its script, in one file.

No request can leave the page: its policy allows the one script and the one style that are in
it, told by their hashes, and nothing else. Text from data is never markup: it stands in JSON
that the script reads, and in the title with every sign escaped.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template
from typing import Any
from urllib.parse import urlsplit

from zyra import __version__

FOLDER = files("zyra.visualize").joinpath("data/interactive")
# In the order in which each needs those before it.
SCRIPTS = ("codec", "view", "mesh", "lines", "vectors", "points", "tiles", "pointer", "page")


@dataclass(frozen=True)
class Page:
    """A page.

    Attributes:
        title: Plain text.
        facts: What the script reads; can be written as JSON.
        blocks: Packed numbers by their names.
        tiles: URL of the tiles that the page may load, or None.
    """

    title: str
    facts: Mapping[str, Any]
    blocks: Mapping[str, str]
    tiles: str | None = None

    def html(self) -> str:
        """The whole file."""
        style = _text("page.css")
        parts = "\n".join(_text(f"{name}.js") for name in SCRIPTS)
        script = f'"use strict";\n(() => {{\n{parts}}})();\n'
        facts = f'<script type="application/json" id="facts">{json_in_html(self.facts)}</script>'
        blocks = (
            f'<script type="text/plain" id="{escape(name)}">{text}</script>'
            for name, text in self.blocks.items()
        )
        return Template(_text("page.html")).substitute(
            policy=escape(policy(script, style, self.tiles)),
            generator=f"Zyra {__version__}",
            title=escape(self.title),
            style=style,
            blocks="\n".join([facts, *blocks]),
            script=script,
        )


def policy(script: str, style: str, tiles: str | None = None) -> str:
    """The Content-Security-Policy that allows this script, this style and those tiles alone."""
    pictures = "data:" if tiles is None else f"data: {_origin(tiles)}"
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}';"
        f" img-src {pictures}; base-uri 'none'; form-action 'none'"
    )


def json_in_html(facts: Mapping[str, Any]) -> str:
    """JSON that ends no script element, whatever text is in it."""
    text = json.dumps(facts, allow_nan=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode('ascii')}"


def _text(name: str) -> str:
    return FOLDER.joinpath(name).read_text(encoding="utf-8")
