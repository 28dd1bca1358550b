"""Give every secret argument a canary, and look for it everywhere it must not be. Needs Linux."""

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import redis

from zyra.core.command import Command
from zyra.core.kinds import Kind
from zyra.registry import CLI_REGISTRY, all_commands

CANARY = "canary-3c9e-secret-of-a-caller"
# Each form in which commands take secrets; what one refuses has to be forgotten as well.
_WITH = {"video_password": {"privacy": "password"}}  # what secrets cannot be without
FORMS = ("{}", "token={}", "X-Canary: {}", "bearer:{}", "basic:me:{}")
SECRETS = [
    (command, name)
    for command in all_commands(CLI_REGISTRY)
    for name, kind in command.kinds.items()
    if kind is Kind.SECRET
]


def args_with_canary(
    command: Command, name: str, form: str, usual: Mapping[str, Any]
) -> dict[str, Any]:
    """The usual arguments and the canary, in a list where the argument takes one."""
    text = form.format(CANARY)
    is_list = "list[" in str(command.args.model_fields[name].annotation)
    signed = {other: value for other, value in usual.items() if other != "unsigned"}
    return {**signed, **_WITH.get(name, {}), name: [text] if is_list else text}


def found_in_files(folder: Path) -> list[str]:
    """Files below the service's folders, its temporary ones included, that hold the canary."""
    command = ["grep", "-rlaF", CANARY, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()


def found_in_processes() -> list[str]:
    """Command lines and environments of all processes that hold the canary."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            try:
                if CANARY.encode() in (process / name).read_bytes():
                    found.append(str(process / name))
            except OSError:  # it has ended, or is somebody else's
                continue
    return found


def found_in_redis(client: "redis.Redis[bytes]") -> tuple[int, list[bytes]]:
    """How many keys there are, and those whose name or value holds the canary."""
    keys = list(client.scan_iter())
    held = [key for key in keys if CANARY.encode() in key + b"".join(_values(client, key))]
    return len(keys), held


def _values(client: "redis.Redis[bytes]", key: bytes) -> Iterator[bytes]:
    match client.type(key):
        case b"string":
            yield client.get(key) or b""
        case b"hash":
            yield from (part for pair in client.hgetall(key).items() for part in pair)
        case b"list":
            yield from client.lrange(key, 0, -1)
        case b"set":
            yield from client.smembers(key)
        case b"zset":
            yield from client.zrange(key, 0, -1)
        case b"stream":
            for _, fields in client.xrange(key):
                yield from (part for pair in fields.items() for part in pair)
        case b"none":  # it went away just now
            return
        case other:
            raise AssertionError(f"{key!r} is a {other!r}, which nobody looks into")
