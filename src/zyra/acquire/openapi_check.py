"""Hold a request against an operation of an OpenAPI document.

Of JSON Schema are looked at: type, enum, const, the bounds of numbers, texts and lists,
properties, required, additionalProperties: false, items, allOf, anyOf and oneOf (of which one
has to fit). Patterns and formats are left to the service.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from zyra.acquire.json_shapes import list_of
from zyra.acquire.openapi_document import Document, Operation, Parameter, Schema
from zyra.core.closest import closest
from zyra.core.errors import DataError
from zyra.core.json_values import decode
from zyra.transfer.client import Headers

_DEEPEST = 64  # nested schemas; deeper is left to the service
_MOST_CHECKS = 100_000  # of one request; schemas that refer to themselves could ask for any number
_IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})  # OpenAPI 3.1, 4.8.12.1
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
_NUMBERS = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")


class Checker:
    """Finds what is wrong with a request.

    Args:
        document: Resolves references.
        operation: What is asked for.
    """

    def __init__(self, document: Document, operation: Operation) -> None:
        self._document = document
        self._operation = operation
        self._checks = 0

    def problems(
        self,
        query: list[tuple[str, str]],
        headers: Headers,
        body: bytes | None,
        content_type: str,
    ) -> list[str]:
        """What is wrong, in words that hold no header's value.

        Args:
            query: Names and values.
            headers: As they are sent.
            body: As it is sent, if any.
            content_type: Of the body.
        """
        return [
            *self._query(query),
            *self._path(),
            *self._headers(headers),
            *self._body(body, content_type),
        ]

    def _of(self, place: str) -> list[Parameter]:
        return [each for each in self._operation.parameters if each.place == place]

    def _query(self, query: list[tuple[str, str]]) -> Iterator[str]:
        known = {each.name.removesuffix("[]"): each for each in self._of("query")}
        given = {name.partition("[")[0] for name, _ in query}
        for name in sorted(given - known.keys() - self._document.query_keys):
            close = ", ".join(closest(name, known) or known)
            yield f"unknown query parameter {name}; there is {close or 'none'}"
        for name, parameter in known.items():
            if parameter.required and name not in given:
                yield f"query parameter {name} is missing"
        for name, value in query:
            if name in known:
                yield from self._text(value, known[name].schema, f"query parameter {name}")

    def _path(self) -> Iterator[str]:
        for parameter in self._of("path"):
            value = self._operation.path_values.get(parameter.name)
            if value is not None:
                yield from self._text(value, parameter.schema, f"{parameter.name} in the path")

    def _headers(self, headers: Headers) -> Iterator[str]:
        given = {name.lower() for name in headers}
        for parameter in self._of("header"):
            name = parameter.name.lower()
            if parameter.required and name not in given and name not in _IGNORED_HEADERS:
                yield f"header {parameter.name} is missing"

    def _body(self, body: bytes | None, content_type: str) -> Iterator[str]:
        bodies = self._operation.bodies
        if body is None:
            if self._operation.body_required:
                yield f"data is missing: {', '.join(bodies)}"
            return
        kind = content_type.partition(";")[0].strip().lower()
        fitting = next((known for known in bodies if _fits(kind, known)), None)
        if fitting is None:
            wanted = f"{', '.join(bodies)} is wanted" if bodies else "no data is wanted"
            yield f"data of {kind or 'no media type'}: {wanted}"
        elif kind == "application/json" or kind.endswith("+json"):
            try:
                value = decode(body, line=1, offset=0)
            except DataError as exc:
                yield f"data is not JSON: {exc.message}"
                return
            yield from self.value_problems(value, bodies[fitting], "data")

    def _text(self, text: str, schema: Schema, where: str) -> Iterator[str]:
        """What is wrong with a value that is written as text."""
        described = self._document.resolved(schema)
        kinds = _kinds(described)
        if "array" in kinds and "string" not in kinds:
            for part in text.split(","):
                yield from self._text(part, described.get("items") or {}, where)
            return
        yield from self.value_problems(_read(text, kinds), described, where)

    def value_problems(self, value: Any, schema: Any, where: str, depth: int = 0) -> Iterator[str]:
        """What is wrong with a JSON value by a schema."""
        described = self._document.resolved(schema)
        self._checks += 1
        if self._checks > _MOST_CHECKS:
            raise DataError(f"{self._document.shown}: its schemas are too intricate to check")
        if depth > _DEEPEST:
            return
        kinds = _kinds(described)
        if kinds and not any(_is(value, kind) for kind in kinds):
            yield f"{where} is not of type {' or '.join(kinds)}"
            return
        yield from _limits(value, described, where)
        for part in list_of(described.get("allOf")):
            yield from self.value_problems(value, part, where, depth + 1)
        for key in ("anyOf", "oneOf"):
            choices = list_of(described.get(key))
            wrong = [list(self.value_problems(value, one, where, depth + 1)) for one in choices]
            if choices and all(wrong):
                yield from min(wrong, key=len)
        if isinstance(value, dict):
            yield from self._members(value, described, where, depth)
        if isinstance(value, list) and "items" in described:
            for place, element in enumerate(value):
                yield from self.value_problems(
                    element, described["items"], f"{where}.{place}", depth + 1
                )

    def _members(
        self, value: Mapping[str, Any], schema: Schema, where: str, depth: int
    ) -> Iterator[str]:
        properties = schema.get("properties")
        known = properties if isinstance(properties, Mapping) else {}
        for name in map(str, list_of(schema.get("required"))):
            if name not in value:
                yield f"{where}.{name} is missing"
        for name, part in value.items():
            if name in known:
                yield from self.value_problems(part, known[name], f"{where}.{name}", depth + 1)
            elif schema.get("additionalProperties") is False:
                yield f"{where}.{name} is unknown; there is {', '.join(known) or 'nothing'}"


def _limits(value: Any, schema: Schema, where: str) -> Iterator[str]:
    known = list_of(schema.get("enum"))
    if known and value not in known:
        yield f"{where} is none of {', '.join(map(str, known))}"
    if "const" in schema and value != schema["const"]:
        yield f"{where} is not {schema['const']}"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from _bounds(value, schema, where, "minimum", "maximum")
    elif isinstance(value, str):
        yield from _bounds(len(value), schema, f"the length of {where}", "minLength", "maxLength")
    elif isinstance(value, list):
        yield from _bounds(len(value), schema, f"the length of {where}", "minItems", "maxItems")


def _bounds(number: float, schema: Schema, where: str, low: str, high: str) -> Iterator[str]:
    lowest, highest = schema.get(low), schema.get(high)
    if isinstance(lowest, (int, float)) and number < lowest:
        yield f"{where} is less than {lowest}"
    if isinstance(highest, (int, float)) and number > highest:
        yield f"{where} is more than {highest}"


def _kinds(schema: Schema) -> list[str]:
    kind = schema.get("type")
    kinds = [each for each in (list_of(kind) or [kind]) if isinstance(each, str)]
    nullable = schema.get("nullable") or schema.get("x-nullable")
    return [*kinds, "null"] if kinds and nullable else kinds


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES.get(kind, (object,)))


def _read(text: str, kinds: list[str]) -> Any:
    """The value that `text` stands for, as far as a type says so."""
    if {"integer", "number"} & set(kinds) and _NUMBERS.fullmatch(text):
        return float(text) if "." in text or "e" in text.lower() else int(text)
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    return text


def _fits(kind: str, known: str) -> bool:
    wanted = known.partition(";")[0].strip().lower()
    return wanted in (kind, "*/*") or (
        wanted.endswith("/*") and kind.startswith(wanted.removesuffix("*"))
    )
