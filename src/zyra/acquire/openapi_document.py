"""Read what an OpenAPI document (2.0 and 3) says of one operation.

Source: OpenAPI Specification 3.1.1, and 2.0 ("Swagger").
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from zyra.acquire.json_shapes import list_of
from zyra.core.closest import closest_or_all
from zyra.core.errors import DataError, UsageError
from zyra.core.json_values import decode
from zyra.core.yaml_values import decode_yaml

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_MOST_REFERENCES = 50  # in a row; more lead in a circle
_VARIABLE = re.compile(r"\{([^{}/]+)\}")
_IN_PARAMETER = ("type", "enum", "items", "minimum", "maximum", "minLength", "maxLength", "default")

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation.

    Attributes:
        place: `query`, `path`, `header` or `cookie`.
    """

    name: str
    place: str
    required: bool
    schema: Schema
    description: str = ""


@dataclass(frozen=True)
class Operation:
    """What can be sent to one path with one method.

    Attributes:
        path: Template, such as /items/{id}.
        bodies: Schema of the body by media type; empty where there is none.
        path_values: What stands in the request for the template's variables.
    """

    method: str
    path: str
    summary: str
    parameters: tuple[Parameter, ...]
    bodies: Mapping[str, Schema] = field(default_factory=dict)
    body_required: bool = False
    path_values: Mapping[str, str] = field(default_factory=dict)


class Document:
    """An OpenAPI document.

    Args:
        root: Its content.
        shown: Where it came from, for messages.
    """

    def __init__(self, root: Mapping[str, Any], shown: str) -> None:
        self._root = root
        self.shown = shown

    def resolved(self, node: Any) -> Mapping[str, Any]:
        """The object that `node` is or refers to; empty for what lies in other documents."""
        for _ in range(_MOST_REFERENCES):
            if not isinstance(node, Mapping):
                return {}
            reference = node.get("$ref")
            if not isinstance(reference, str):
                return node
            node = self._at(reference)
        raise DataError(f"{self.shown}: its references lead in a circle")

    def operation(self, method: str, path: str) -> Operation:
        """What the document says of a request.

        Args:
            method: In upper case.
            path: Of the request, percent-encoding undone.

        Raises:
            UsageError: The document has no such path, or not with this method.
        """
        found = min(self._fitting(path), key=lambda fit: len(fit[1]), default=None)
        if found is None:
            close = closest_or_all(path, list(self._paths())[:20])
            raise UsageError(f"{self.shown} has no path {path}", hint=f"it has {close}")
        template, values = found
        item = self.resolved(self._paths()[template])
        if method.lower() not in item:
            known = ", ".join(name.upper() for name in _METHODS if name in item)
            raise UsageError(f"{self.shown} has no {method} {template}", hint=f"it has {known}")
        return self._operation(method, template, item, values)

    @property
    def query_keys(self) -> frozenset[str]:
        """Query parameters that hold credentials."""
        components = self.resolved(self._root.get("components"))
        schemes = {
            **self.resolved(components.get("securitySchemes")),
            **self.resolved(self._root.get("securityDefinitions")),
        }
        described = map(self.resolved, schemes.values())
        return frozenset(str(each.get("name")) for each in described if each.get("in") == "query")

    def _paths(self) -> Mapping[str, Any]:
        return self.resolved(self._root.get("paths"))

    def _fitting(self, path: str) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Templates that fit the path, with what stands for their variables."""
        for base in {*self._bases(), ""}:
            if not path.startswith(base):
                continue
            rest = "/" + path[len(base) :].lstrip("/")
            for template in self._paths():
                found = _pattern(str(template)).fullmatch(rest)
                if found:
                    names = _VARIABLE.findall(str(template))
                    yield template, dict(zip(names, found.groups(), strict=True))

    def _bases(self) -> Iterator[str]:
        yield str(self._root.get("basePath") or "").rstrip("/")
        servers = self._root.get("servers")
        for server in servers if isinstance(servers, list) else ():
            described = self.resolved(server)
            defaults = {
                name: str(self.resolved(variable).get("default", ""))
                for name, variable in self.resolved(described.get("variables")).items()
            }
            url = str(described.get("url", ""))
            for name, default in defaults.items():
                url = url.replace(f"{{{name}}}", default)
            yield urlsplit(url).path.rstrip("/")

    def _operation(
        self, method: str, template: str, item: Mapping[str, Any], values: Mapping[str, str]
    ) -> Operation:
        own = self.resolved(item[method.lower()])
        described = [*list_of(item.get("parameters")), *list_of(own.get("parameters"))]
        # A parameter of the operation takes the place of one of the path.
        nodes = {
            (str(node.get("name")), str(node.get("in"))): node
            for node in map(self.resolved, described)
        }
        body = self.resolved(own.get("requestBody"))
        older = next((node for node in nodes.values() if node.get("in") == "body"), None)
        content = self.resolved(body.get("content"))
        bodies = {kind: self.resolved(media).get("schema", {}) for kind, media in content.items()}
        if older is not None:
            kinds = list_of(own.get("consumes")) or list_of(self._root.get("consumes"))
            bodies = {str(kind): older.get("schema", {}) for kind in kinds or ["application/json"]}
        return Operation(
            method=method,
            path=template,
            summary=str(own.get("summary") or own.get("description") or "").strip(),
            parameters=tuple(self._parameter(node) for node in nodes.values() if node is not older),
            bodies=bodies,
            body_required=bool((older or body).get("required")),
            path_values=values,
        )

    def _parameter(self, node: Mapping[str, Any]) -> Parameter:
        content = self.resolved(node.get("content"))
        media: Mapping[str, Any] = next((self.resolved(each) for each in content.values()), {})
        schema = node.get("schema") or media.get("schema")
        if schema is None:  # version 2 writes the schema into the parameter itself
            schema = {key: node[key] for key in _IN_PARAMETER if key in node}
        return Parameter(
            name=str(node.get("name", "")),
            place=str(node.get("in", "")),
            required=bool(node.get("required")),
            schema=self.resolved(schema),
            description=" ".join(str(node.get("description") or "").split()),
        )

    def _at(self, reference: str) -> Any:
        """What a JSON pointer (RFC 6901) within the document leads to."""
        if not reference.startswith("#/"):
            return None
        node: Any = self._root
        for step in reference[2:].split("/"):
            key = unquote(step).replace("~1", "/").replace("~0", "~")
            node = node.get(key) if isinstance(node, Mapping) else None
        return node


def parse_document(data: bytes, shown: str) -> Document:
    """Read an OpenAPI document in JSON or YAML.

    Raises:
        DataError: It is none.
    """
    root = _parsed(data, shown)
    if not isinstance(root, Mapping) or not ({"openapi", "swagger"} & root.keys()):
        raise DataError(f"{shown} is not an OpenAPI document", hint="it has no key openapi")
    return Document(root, shown)


def _parsed(data: bytes, shown: str) -> Any:
    if data.lstrip()[:1] == b"{":
        return decode(data, line=1, offset=0)
    return decode_yaml(data, shown)


def _pattern(template: str) -> re.Pattern[str]:
    parts = _VARIABLE.split(template.rstrip("/") or "/")
    literal = (re.escape(part) if place % 2 == 0 else "([^/]+)" for place, part in enumerate(parts))
    return re.compile("".join(literal) + "/?")
