"""Say in words what an operation of an OpenAPI document takes."""

from collections.abc import Iterator
from typing import Any

from zyra.acquire.openapi_document import Document, Operation, Parameter, Schema

_WIDEST = 32


def help_text(document: Document, operation: Operation) -> str:
    """Parameters and bodies, with a line each; what is required comes first."""
    lines = [f"{operation.method} {operation.path}"]
    if operation.summary:
        lines.append(f"  {operation.summary.splitlines()[0]}")
    ordered = sorted(operation.parameters, key=lambda each: not each.required)
    lines += ["", "parameters:" if ordered else "parameters: none"]
    lines += _table((each.name, _parameter(document, each)) for each in ordered)
    for kind, schema in operation.bodies.items():
        need = "required" if operation.body_required else "optional"
        lines += ["", f"body, {need}: {kind}", *_table(_members(document, schema))]
    return "\n".join(lines) + "\n"


def _table(rows: Any) -> list[str]:
    shown = [(_plain(name), _plain(text)) for name, text in rows]
    width = min(max((len(name) for name, _ in shown), default=0), _WIDEST)
    return [f"  {name:<{width}}  {text}".rstrip() for name, text in shown]


def _plain(text: str) -> str:
    """The text without what would move a terminal's cursor."""
    return "".join(c if c.isprintable() else " " for c in text)


def _parameter(document: Document, parameter: Parameter) -> str:
    need = ", required" if parameter.required else ""
    return _joined(
        f"{parameter.place}{need}, {_type(document, parameter.schema)}", parameter.description
    )


def _members(document: Document, schema: Schema) -> Iterator[tuple[str, str]]:
    described = document.resolved(schema)
    required = described.get("required")
    properties = document.resolved(described.get("properties"))
    if not properties:
        yield "", _type(document, described)
    for name, part in properties.items():
        own = document.resolved(part)
        is_required = isinstance(required, list) and name in required
        need = "required, " if is_required else ""
        text = " ".join(str(own.get("description") or "").split())
        yield str(name), _joined(f"{need}{_type(document, own)}", text)


def _type(document: Document, schema: Schema) -> str:
    described = document.resolved(schema)
    kind = described.get("type", "any value")
    words = " or ".join(map(str, kind)) if isinstance(kind, list) else str(kind)
    if isinstance(described.get("items"), dict):
        words += f" of {document.resolved(described['items']).get('type', 'any value')}"
    if isinstance(described.get("enum"), list):
        words += f": {', '.join(map(str, described['enum']))}"
    low, high = described.get("minimum"), described.get("maximum")
    words += "" if low is None else f", from {low}"
    words += "" if high is None else f", up to {high}"
    default = described.get("default")
    return words if default is None else f"{words} (default: {default})"


def _joined(facts: str, description: str) -> str:
    return f"{facts}; {description}" if description else facts
