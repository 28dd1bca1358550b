"""Replay workflows of n8n without n8n: its nodes as far as our examples use them.

Expressions are JavaScript, so a browser evaluates them; requests are made as the HTTP Request
node makes them, with its own rule for which answers are files. What n8n itself does with the
examples is written down in examples/README.md.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page

# Of the HTTP Request node: other answers that are not JSON are taken for text.
FILE_TYPES = (
    "image/", "audio/", "video/", "application/octet-stream", "application/gzip",
    "application/zip", "application/pdf", "application/x-tar",
)  # fmt: skip
_PART = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_MOST_STEPS = 100


@dataclass(frozen=True)
class Item:
    """What goes from node to node."""

    json: dict[str, Any]
    body: bytes | None = None
    filename: str | None = None

    @property
    def values(self) -> dict[str, Any]:
        """As expressions see it."""
        binary = {} if self.body is None else {"data": {"fileName": self.filename}}
        return {"json": self.json, "binary": binary}


class Stopped(Exception):
    """A node ended the workflow with an error."""


@dataclass
class Replay:
    """One execution of a workflow.

    Attributes:
        page: Evaluates expressions.
        resume_url: Where a callback resumes it.
        wait: Returns the callback that came there.
    """

    workflow: dict[str, Any]
    page: Page
    resume_url: str
    wait: Callable[[], dict[str, Any]]
    said: dict[str, list[Item]] = field(default_factory=dict)

    def run(self) -> None:
        """Run until no node has anything to do."""
        nodes = {node["name"]: node for node in self.workflow["nodes"]}
        todo = [("Start", [Item({})])]
        for _ in range(_MOST_STEPS):
            if not todo:
                return
            name, items = todo.pop(0)
            outputs = self._node(nodes[name], items)
            self.said[name] = [item for output in outputs for item in output]
            links = self.workflow["connections"].get(name, {"main": []})["main"]
            for output, targets in zip(outputs, links, strict=False):
                todo += [(target["node"], output) for target in targets if output]
        raise AssertionError("it goes round in circles")

    def _node(self, node: dict[str, Any], items: list[Item]) -> list[list[Item]]:
        kind = node["type"].removeprefix("n8n-nodes-base.")
        if kind == "if":
            (condition,) = node["parameters"]["conditions"]["conditions"]
            held = [self._value(condition["leftValue"], item) is True for item in items]
            sides = ([], [])
            for item, is_true in zip(items, held, strict=True):
                sides[0 if is_true else 1].append(item)
            return list(sides)
        doing: dict[str, Callable[[dict[str, Any], Item], list[Item]]] = {
            "manualTrigger": lambda _, item: [item],
            "set": self._set,
            "httpRequest": self._request,
            "readWriteFile": self._file,
            "wait": lambda _, item: [Item({"body": self.wait()})],
            "stopAndError": self._stop,
        }
        return [[made for item in items for made in doing[kind](node["parameters"], item)]]

    def _set(self, given: dict[str, Any], item: Item) -> list[Item]:
        assigned = given["assignments"]["assignments"]
        return [Item({one["name"]: self._value(one["value"], item) for one in assigned})]

    def _request(self, given: dict[str, Any], item: Item) -> list[Item]:
        query = given["queryParameters"]["parameters"] if given.get("sendQuery") else []
        content, headers = None, {}
        if given.get("contentType") == "binaryData":
            content = item.body
        elif given.get("sendBody"):
            assert given["specifyBody"] == "json"
            content = self._value(given["jsonBody"], item)
            headers["Content-Type"] = "application/json"
        answer = httpx.request(
            given.get("method", "GET"),
            self._value(given["url"], item),
            params={one["name"]: one["value"] for one in query} or None,
            content=content,
            headers=headers,
            timeout=90,
        )
        answer.raise_for_status()
        return [_item(answer)]

    def _file(self, given: dict[str, Any], item: Item) -> list[Item]:
        if given.get("operation") != "write":
            wanted = Path(self._value(given["fileSelector"], item))
            paths = sorted(wanted.parent.glob(wanted.name))
            return [Item({}, path.read_bytes(), path.name) for path in paths]
        assert item.body is not None, f"no file, but {item.json}"
        Path(self._value(given["fileName"], item)).write_bytes(item.body)
        return [item]

    def _stop(self, given: dict[str, Any], item: Item) -> list[Item]:
        raise Stopped(self._value(given["errorMessage"], item))

    def _value(self, text: str, item: Item) -> Any:
        """A parameter, with its expressions evaluated as n8n does."""
        if not text.startswith("="):
            return text
        whole = _PART.fullmatch(text[1:].strip())
        if whole is not None and "{{" not in whole[1]:
            return self._evaluated(whole[1], item)
        return _PART.sub(lambda found: str(self._evaluated(found[1], item)), text[1:])

    def _evaluated(self, expression: str, item: Item) -> Any:
        known = {name: [one.values for one in items] for name, items in self.said.items()}
        return self.page.evaluate(
            """([code, item, known, resumeUrl]) => {
              const $ = (name) => ({ first: () => known[name][0], last: () => known[name].at(-1) });
              const names = ["$json", "$binary", "$", "$execution"];
              const values = [item.json, item.binary, $, { resumeUrl }];
              return new Function(...names, `return (${code});`)(...values);
            }""",
            [expression, item.values, known, self.resume_url],
        )


def _item(answer: httpx.Response) -> Item:
    """What the HTTP Request node makes of an answer when it is to find out itself."""
    kind = answer.headers["content-type"]
    if "application/json" in kind:
        return Item(json.loads(answer.content))
    if not kind.startswith(FILE_TYPES):
        return Item({"data": answer.text})
    message = Message()
    message["Content-Disposition"] = answer.headers.get("content-disposition", "")
    return Item({}, answer.content, message.get_filename())
