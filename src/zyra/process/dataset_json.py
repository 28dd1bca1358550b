"""JSON documents that commands read and write: metadata of frames, lists of datasets."""

import json
from collections.abc import Mapping
from typing import Any, Never

from zyra.core.errors import DataError, LimitExceeded
from zyra.core.inputs import STDIN, open_input
from zyra.core.job import Job
from zyra.core.outputs import open_output
from zyra.process.json_facts import json_text

MAX_BYTES = 256 << 20


def read_text(source: str, job: Job) -> tuple[str, str]:
    """The text of a JSON document, without byte order mark, and its name for messages.

    Args:
        source: Path, or `-` for stdin.
        job: Gives stdin.

    Raises:
        InputNotFound: It cannot be read.
        LimitExceeded: It has more than `MAX_BYTES`.
        DataError: It is not UTF-8.
    """
    name = "stdin" if source == STDIN else source
    with open_input(source, job) as stream:
        raw = stream.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise LimitExceeded(f"{name} has more than {MAX_BYTES} bytes")
    return decoded(raw, name), name


def decoded(raw: bytes, name: str) -> str:
    """Bytes of a JSON document as text.

    Raises:
        DataError: They are not UTF-8.
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise DataError(f"{name} is not UTF-8: {exc.reason} at byte {exc.start}") from exc


def parse_json(text: str, name: str) -> Any:
    """The value that a JSON text says.

    Raises:
        DataError: It is not JSON, or has NaN or infinity, which JSON has not.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as exc:
        what = "is empty" if not text.strip() else f"is not JSON: {exc}"
        raise DataError(f"{name} {what}") from exc
    except (ValueError, RecursionError) as exc:  # a number of thousands of digits; deep nesting
        raise DataError(f"{name} is not JSON that can be read: {exc}") from exc


def read_object(source: str, job: Job) -> tuple[dict[str, Any], str]:
    """A JSON object, and its name for messages.

    Raises:
        InputNotFound: It cannot be read.
        DataError: It is not JSON, or not an object.
    """
    text, name = read_text(source, job)
    value = parse_json(text, name)
    if not isinstance(value, dict):
        raise DataError(f"{name} holds {kind_of(value)} where a JSON object is expected")
    return value, name


def write_json(target: str, value: Any, job: Job) -> None:
    """Write `value` indented, with a newline at the end.

    Raises:
        DataError: A number in it is too large for JSON.
        OutputError: It cannot be written.
    """
    text = json_text(value)
    with open_output(target, job) as stream:
        # Half a surrogate pair, which JSON can say and UTF-8 cannot, stays the escape it was.
        stream.write(text.encode("utf-8", errors="backslashreplace"))


def kind_of(value: Any) -> str:
    """What a JSON value is, for messages."""
    if value is None:
        return "null"
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return names.get(type(value), "a number")


def optional_text(record: Mapping[str, Any], key: str, name: str) -> str | None:
    """The text under `key`, or None when it is null or not there.

    Raises:
        DataError: It is something else.
    """
    value = record.get(key)
    if value is None or isinstance(value, str):
        return value
    raise DataError(f"{name}: {key} is {kind_of(value)} where a text is expected")


def _refuse_constant(text: str) -> Never:
    raise ValueError(f"{text} is no JSON number")
