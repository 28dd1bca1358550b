"""Read steps as the pipeline files of the published CLI write them.

There every argument became a flag: null and empty lists were left out, one value was a list
of one, numbers were text. Some stages and arguments had other names.
"""

import re
from collections.abc import Mapping
from typing import Any, get_origin

from zyra.core.annotations import plain_type
from zyra.core.command import Command
from zyra.core.kinds import READ_KINDS, Kind

_STAGES = {
    "acquisition": "acquire",
    "processing": "process",
    "visualization": "visualize",
    "decimation": "disseminate",
}
_BACKEND_STEPS = ("acquire", "decimate")  # commands that once named their kind as an argument
_PERIOD = re.compile(r"(\d+)\s*([YMWDHymwdh])")
_DOTS = re.compile(r"^(?:\./+)+")
_FILES = (*READ_KINDS, Kind.OUTPUT_FILE, Kind.OUTPUT_DIR)


def stage_name(given: str) -> str:
    """The stage that is meant; other names than the older ones are left to the registry."""
    name = given.strip().lower()
    return _STAGES.get(name, name)


def command_name(given: str, args: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The command that is meant, and the arguments that are left."""
    rest = dict(args)
    if given in _BACKEND_STEPS and isinstance(rest.get("backend"), str):
        return rest.pop("backend").lower(), rest
    return given, rest


def modern_args(command: Command, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments by their names of today, with values of the types that are declared."""
    names = command.args.names()
    args = {key.replace("-", "_"): value for key, value in given.items()}
    _rename(args, names)
    kept = {name: value for name, value in args.items() if value is not None and value != []}
    found: dict[str, Any] = {}
    for key, value in kept.items():
        name = names.get(key, key)
        # Given twice, also by an older name: both stay, for validation to say so.
        found[key if name in found else name] = _fitting(command, name, value)
    return found


def _rename(args: dict[str, Any], names: Mapping[str, str]) -> None:
    if "file_pattern" in args and "file_pattern" not in names and "pattern" in names:
        args.setdefault("pattern", args.pop("file_pattern"))
    period = _PERIOD.fullmatch(str(args.get("period", "")))
    if period and "period" not in names and "since_period" in names:
        del args["period"]
        unit = period[2].upper()
        args.setdefault("since_period", f"P{'T' if unit == 'H' else ''}{period[1]}{unit}")


def _fitting(command: Command, name: str, value: Any) -> Any:
    """The value as the declared type takes it, where what is meant is plain."""
    field = command.args.model_fields.get(name)
    if field is None:
        return value
    inner = plain_type(field.annotation)
    if get_origin(inner) in (list, tuple) and not isinstance(value, (list, dict)):
        value = [value]
    if command.kinds.get(name) in _FILES:
        return _without_dot(value)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return str(value) if inner is str and is_number else value


def _without_dot(value: Any) -> Any:
    """A path without a leading `./`, which means the same."""
    if isinstance(value, list):
        return [_without_dot(part) for part in value]
    return _DOTS.sub("", value) or value if isinstance(value, str) else value
