"""Command-line flags made from a declaration; no parameter is written a second time."""

import argparse
import inspect
import re
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from zyra.core.annotations import plain_type
from zyra.core.arguments import Args
from zyra.core.kinds import Kind, kinds_of

_METAVARS = {
    Kind.INPUT_FILE: "FILE",
    Kind.INPUT_SOURCE: "FILE|URL",
    Kind.OUTPUT_FILE: "FILE",
    Kind.INPUT_DIR: "DIR",
    Kind.OUTPUT_DIR: "DIR",
    Kind.SOURCE_URL: "URL",
    Kind.TARGET_URL: "URL",
    Kind.SECRET: "SECRET",
}
_UNSIGNED = r"(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_NEGATIVE_NUMBERS = re.compile(rf"-{_UNSIGNED}(?:,-?{_UNSIGNED})*,?$")
_TYPE_METAVARS = {int: "N", float: "X"}


def add_flags(parser: argparse.ArgumentParser, args: type[Args]) -> None:
    """Give `parser` every argument of `args`; what is not given stays unset."""
    # Its own pattern knows no exponents or lists: -1.5e7 and -10,0,10 would be taken for flags.
    parser._negative_number_matcher = _NEGATIVE_NUMBERS
    kinds = kinds_of(args)
    for name in own_first(args):
        field = args.model_fields[name]
        options = _options(field, kinds.get(name), repeat=args.form_of(name).repeat)
        if args.form_of(name).positional:
            _add_positional(parser, name, field, options)
        else:
            required = field.is_required()
            parser.add_argument(*flag_names(args, name), dest=name, required=required, **options)


def own_first(args: type[Args]) -> list[str]:
    """The names of all arguments: the command's own first, those it shares with others after."""
    declared = (name for cls in args.__mro__ for name in inspect.get_annotations(cls))
    return [name for name in dict.fromkeys(declared) if name in args.model_fields]


def takes(args: type[Args], name: str) -> str:
    """What an argument takes, for people: `netcdf, geotiff`, `FILE|URL ...`, `yes or no`."""
    options = _options(args.model_fields[name], kinds_of(args).get(name), repeat=False)
    if "metavar" not in options and "choices" not in options:
        return "yes or no"
    word = ", ".join(options["choices"]) if "choices" in options else str(options["metavar"])
    return f"{word} ..." if "nargs" in options else word


def flag_of(args: type[Args], name: str) -> str:
    """How a person gives the argument: `--name`, or the name where it goes by place."""
    return name if args.form_of(name).positional else f"--{_dashed(name)}"


def flag_names(args: type[Args], name: str) -> list[str]:
    """How the argument is given: its short flags, its flag and the older ones, or by place."""
    form = args.form_of(name)
    if form.positional:
        return [name]
    return [*form.flags, f"--{_dashed(name)}", *(f"--{_dashed(also)}" for also in form.also)]


def _add_positional(
    parser: argparse.ArgumentParser, name: str, field: FieldInfo, options: dict[str, Any]
) -> None:
    metavar = name if "choices" not in options else None
    options["metavar"] = metavar
    if not field.is_required():
        options["nargs"] = "?"
    parser.add_argument(name, **options)


def _options(field: FieldInfo, kind: Kind | None, *, repeat: bool) -> dict[str, Any]:
    help_text = (field.description or "").replace("%", "%%") + _default_text(field)
    inner = plain_type(field.annotation)
    if inner is bool:
        return {"help": help_text, "action": _switch(field)}
    options: dict[str, Any] = {"help": help_text}
    if get_origin(inner) in (list, tuple):
        options |= {"action": "append"} if repeat else {"action": "extend", "nargs": "+"}
        inner = plain_type(get_args(inner)[0])
    choices = _choices(inner)
    if choices:
        return options | {"choices": choices}
    return options | {"metavar": _METAVARS[kind] if kind else _TYPE_METAVARS.get(inner, "TEXT")}


def _switch(field: FieldInfo) -> Any:
    return argparse.BooleanOptionalAction if field.default is True else "store_true"


def _choices(inner: Any) -> list[str]:
    if get_origin(inner) is Literal:
        return [str(choice) for choice in get_args(inner)]
    if isinstance(inner, type) and issubclass(inner, Enum):
        return [str(member.value) for member in inner]
    return []


def _default_text(field: FieldInfo) -> str:
    default = field.get_default()
    if field.is_required() or default in (None, False, True, "", (), []):
        return ""
    text = default.value if isinstance(default, Enum) else default
    return f" (default: {text})".replace("%", "%%")


def _dashed(name: str) -> str:
    return name.replace("_", "-")
