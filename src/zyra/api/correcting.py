"""Find the request that was meant by one that is refused, so that it can be copied.

People who know the command line, or other services, make the same few mistakes: flags with dashes,
a list of words for arguments, `"mode": "Async"`, a path of their own machine. A body is changed by
what is known of these; if the result would be taken, it is shown with the refusal. Nothing is ever
run that was not asked for.
"""

import json
import re
import shlex
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from pydantic import ValidationError

from zyra.api.models.cli_request import CliRequest
from zyra.core.closest import closest
from zyra.core.command import Command
from zyra.core.errors import UnknownName, ZyraError
from zyra.core.kinds import READ_KINDS, Kind
from zyra.core.stages import STAGE_NAMES
from zyra.jobs.requests import RequestRefused
from zyra.jobs.resolving import MASK
from zyra.jobs.validation import validate_args
from zyra.registry import Registry, find_command

LONGEST = 2000  # characters of a request that is shown
UPLOAD_FIRST = "; ID is what POST /upload answers"
_UPLOADED = "file_id:ID"

# What other services, and people, call them.
_MEMBERS = {
    **dict.fromkeys(("arguments", "argv", "flags", "options", "parameters", "params"), "args"),
    **dict.fromkeys(("cmd", "action"), "command"),
    "async": "mode",
    "timeout": "timeout_s",
}
_MODES = {
    **dict.fromkeys(("asynchronous", "background", "true"), "async"),
    **dict.fromkeys(("synchronous", "blocking", "wait", "false"), "sync"),
}


def suggest(error: ZyraError, where: str, meant: Mapping[str, Any] | None) -> None:
    """Add the request to copy to what an error hints at, if one is known.

    Args:
        error: The refusal.
        where: Method and path.
        meant: The body; None where none is known.
    """
    text = json.dumps(meant, ensure_ascii=True) if meant else ""
    if not text or len(text) > LONGEST:
        return
    more = UPLOAD_FIRST if _UPLOADED in text else ""
    hint = f"try {where} {text}{more}"
    error.hint = f"{error.hint}; {hint}" if error.hint else hint


def corrected_body(
    body: Mapping[str, Any], registry: Registry, error: ZyraError
) -> dict[str, Any] | None:
    """The body of `POST /cli/run` that was meant, secrets masked; None if it is not known."""
    changed = _members(body, registry)
    try:
        command = find_command(registry, str(changed["stage"]), str(changed["command"]))
    except (KeyError, UnknownName):
        return None
    given = changed.get("args", {})
    meant = {**changed, "args": _args(command, given, _refused_names(error))}
    if meant == body or not _is_taken(command, meant):
        return None
    return {**meant, "args": _masked(command, meant["args"])}


def corrected_args(
    command: Command, args: Mapping[str, Any], error: ZyraError
) -> dict[str, Any] | None:
    """The same for the arguments that are the body of a command's own path."""
    meant = _args(command, args, _refused_names(error))
    is_known = meant != args and validate_args(command, meant, []) is not None
    return _masked(command, meant) if is_known else None


def _members(body: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    """The body with the names of its members, its stage, command and mode put right."""
    changed: dict[str, Any] = {}
    for name, value in body.items():
        changed.setdefault(_member(name, body), value)
    words = re.split(r"[\s./:]+", str(changed.get("command", "")).strip())
    words = words[1:] if words[:1] == ["zyra"] else words
    if len(words) > 1 and words[0].lower() in STAGE_NAMES:  # "process decode-grib2"
        changed["stage"], words = words[0], words[1:]
    stage = _one_of(str(changed.get("stage", "")), STAGE_NAMES)
    changed["stage"] = STAGE_NAMES.get(stage, stage)
    known = registry.get(changed["stage"], {})
    changed["command"] = _one_of(words[0].replace("_", "-"), known)
    if "mode" in changed:
        mode = str(changed["mode"]).strip().lower()
        changed["mode"] = _MODES.get(mode, mode)
    return changed


def _member(name: str, body: Mapping[str, Any]) -> str:
    plain = _snake(name)
    plain = _MEMBERS.get(plain, plain)
    if plain in CliRequest.model_fields:
        return plain
    close = closest(plain, [field for field in CliRequest.model_fields if field not in body])
    return close[0] if close else name


def _args(command: Command, given: Any, refused: Collection[str]) -> dict[str, Any]:
    """Arguments by the names that the command has for them."""
    if isinstance(given, str):
        with suppress(ValueError):  # a quotation mark without its partner
            given = shlex.split(given)
    if isinstance(given, Sequence) and not isinstance(given, str):
        given = _from_words(command, [str(word) for word in given])
    if not isinstance(given, Mapping):
        return {}
    names = command.args.names()
    named = {_argument(command, names, name): value for name, value in given.items()}
    return {
        name: _file(value) if name in refused and command.kinds.get(name) in READ_KINDS else value
        for name, value in named.items()
    }


def _from_words(command: Command, words: Sequence[str]) -> dict[str, Any]:
    """What a list of words gives, as the command line reads it: flags, their values, places."""
    model = command.args
    places = [name for name in model.model_fields if model.form_of(name).positional]
    shorts = {flag: name for name in model.model_fields for flag in model.form_of(name).flags}
    found: dict[str, Any] = {}
    pending = ""
    for word in words:
        if word in shorts or word.startswith("--"):
            flag, equals, value = word.partition("=")
            pending = _argument(command, model.names(), shorts.get(flag, flag))
            found[pending] = value if equals else True
            pending = "" if equals else pending
        elif pending:
            before = found[pending]
            found[pending] = word if before is True else [*_listed(before), word]
        elif places:
            found[places.pop(0)] = word
        else:
            found[""] = word  # is no argument, so nothing is suggested
    return _without_list_of_switches(command, found, places)


def _without_list_of_switches(
    command: Command, found: dict[str, Any], places: list[str]
) -> dict[str, Any]:
    """A word after a switch is no value of it but the next one that has its place."""
    for name, value in list(found.items()):
        field = command.args.model_fields.get(name)
        if field is not None and field.annotation is bool and isinstance(value, str) and places:
            found[name], found[places.pop(0)] = True, value
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _argument(command: Command, names: Mapping[str, str], given: str) -> str:
    """`--output-dir`, `outputDir` and `ouput_dir` are `output_dir`."""
    plain = _snake(given)
    if plain in names:
        return names[plain]
    begun = [name for name in names if plain.startswith(f"{name}_")]  # output_file is output
    close = sorted(begun, key=len)[-1:] or command.args.closest(plain)
    return names[close[0]] if close else given


def _snake(name: str) -> str:
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip().lstrip("-"))
    return parted.replace("-", "_").replace(" ", "_").lower()


def _file(value: Any) -> Any:
    """A file that may not be named so, as an upload: by its bare id, or one that is to be made."""
    if not isinstance(value, str):
        return value
    try:
        return f"file_id:{uuid.UUID(value)}"
    except ValueError:
        return _UPLOADED


def _refused_names(error: ZyraError) -> set[str]:
    """Arguments whose files or URLs may not be used."""
    problems = error.problems if isinstance(error, RequestRefused) else []
    return {str(p.loc[-1]) for p in problems if p.type == "name_refused" and p.loc}


def _one_of(given: str, known: Iterable[str]) -> str:
    names = list(known)
    return next(iter([given] if given in names else closest(given.lower(), names)), given)


def _is_taken(command: Command, body: Mapping[str, Any]) -> bool:
    try:
        CliRequest.model_validate(body)
    except ValidationError:
        return False
    return validate_args(command, body["args"], []) is not None


def _masked(command: Command, args: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: MASK if command.kinds.get(name) is Kind.SECRET else value
        for name, value in args.items()
    }
