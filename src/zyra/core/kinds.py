"""What an argument's text stands for: a file, a folder, a URL, a secret.

No code guesses which argument is a path: the file resolver, the network policy,
the masking of secrets, the forms and the JSON Schema all read these types.
"""

from enum import Enum
from typing import Annotated, Any, get_args

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic_core import CoreSchema


class Kind(Enum):
    """The kinds of text that need care; an argument without a kind is plain data."""

    INPUT_FILE = "input-file"  # a local file that is read, or "-" for stdin
    INPUT_SOURCE = "input-source"  # the same, or a URL that is fetched
    OUTPUT_FILE = "output-file"  # a file that is written, or "-" for stdout
    INPUT_DIR = "input-dir"
    OUTPUT_DIR = "output-dir"
    SOURCE_URL = "source-url"  # a URL that is fetched
    TARGET_URL = "target-url"  # a URL that is written to
    SECRET = "secret"  # noqa: S105 - a kind, not a password; masked in records, events, logs and errors

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Add the kind to the JSON Schema, for forms and other readers of it."""
        return {**handler(schema), "x-zyra-kind": self.value}


InputFile = Annotated[str, Kind.INPUT_FILE]
InputSource = Annotated[str, Kind.INPUT_SOURCE]
OutputFile = Annotated[str, Kind.OUTPUT_FILE]
InputDir = Annotated[str, Kind.INPUT_DIR]
OutputDir = Annotated[str, Kind.OUTPUT_DIR]
SourceUrl = Annotated[str, Kind.SOURCE_URL]
TargetUrl = Annotated[str, Kind.TARGET_URL]
Secret = Annotated[str, Kind.SECRET]

READ_KINDS = (Kind.INPUT_FILE, Kind.INPUT_SOURCE, Kind.INPUT_DIR)
URL_KINDS = (Kind.INPUT_SOURCE, Kind.SOURCE_URL, Kind.TARGET_URL)


def kinds_of(model: type[BaseModel]) -> dict[str, Kind]:
    """Kind of each argument of `model` that has one, also inside `| None` and lists."""
    found: dict[str, Kind] = {}
    for name, field in model.model_fields.items():
        kind = _first_kind(field.metadata) or _kind_within(field.annotation)
        if kind is not None:
            found[name] = kind
    return found


def texts_of(value: Any) -> list[str]:
    """The texts that an argument's value is made of: itself, those of a list, or none."""
    parts = value if isinstance(value, (list, tuple)) else (value,)
    return [part for part in parts if isinstance(part, str)]


def _first_kind(metadata: list[Any] | tuple[Any, ...]) -> Kind | None:
    return next((item for item in metadata if isinstance(item, Kind)), None)


def _kind_within(annotation: Any) -> Kind | None:
    parts = get_args(annotation)
    own = _first_kind(parts)
    if own is not None:
        return own
    return next((kind for part in parts if (kind := _kind_within(part))), None)
