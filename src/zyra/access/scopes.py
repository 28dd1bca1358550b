"""Scopes: what a key or token allows.

`run:STAGE` allows every command of a stage, `run:STAGE.COMMAND` one, `run:*` all;
`secrets:NAME` allows runs to use that secret of the server; the others are the words of
`PLAIN`. `admin` allows everything.
"""

import re
from collections.abc import Collection, Iterable

from zyra.core.closest import closest
from zyra.core.errors import UsageError
from zyra.core.stages import STAGE_NAMES, STAGES
from zyra.registry import Registry

ADMIN = "admin"
RUN = "run:"
RUN_ALL = "run:*"
JOBS_READ = "jobs:read"
JOBS_CANCEL = "jobs:cancel"
FILES_READ = "files:read"
FILES_WRITE = "files:write"
METRICS_READ = "metrics:read"
SECRETS = "secrets:"
_SECRET_SCOPE = re.compile(SECRETS + r"[A-Za-z0-9_.-]{1,64}")
PLAIN = (JOBS_READ, JOBS_CANCEL, FILES_READ, FILES_WRITE, METRICS_READ, ADMIN)
EVERYTHING = frozenset({ADMIN})


def parse_scopes(words: Iterable[str], registry: Registry) -> frozenset[str]:
    """The scopes that people name, with older names of stages made plain.

    Raises:
        UsageError: A word is no scope; the hint has those that look like it.
    """
    scopes = frozenset(_parsed(word.strip(), registry) for word in words if word.strip())
    if not scopes:
        raise UsageError("no scope is given", hint=f"choose among {', '.join(_known(registry))}")
    return scopes


def allows(held: Collection[str], wanted: str) -> bool:
    """Whether the scopes `held` allow what needs the scope `wanted`."""
    if ADMIN in held or wanted in held:
        return True
    stage, dot, _ = wanted.partition(".")
    return wanted.startswith(RUN) and (RUN_ALL in held or (bool(dot) and stage in held))


def run_scope(stage: str, command: str) -> str:
    """The scope that running a command needs."""
    return f"{RUN}{stage}.{command}"


def secrets_of(held: Collection[str]) -> frozenset[str]:
    """Names of the server's secrets that the scopes `held` allow; `*` is all."""
    named = {scope.removeprefix(SECRETS) for scope in held if scope.startswith(SECRETS)}
    return frozenset(named | ({"*"} if ADMIN in held else set()))


def _parsed(word: str, registry: Registry) -> str:
    if word in PLAIN or word == RUN_ALL or _SECRET_SCOPE.fullmatch(word):
        return word
    stage, dot, command = word.removeprefix(RUN).partition(".")
    stage = STAGE_NAMES.get(stage, stage)
    is_known = stage in registry and (not dot or command in registry[stage])
    if word.startswith(RUN) and is_known:
        return f"{RUN}{stage}{dot}{command}"
    known = _known(registry)
    raise UsageError(
        f"no scope {word!r}", hint=f"choose among {', '.join(closest(word, known) or known)}"
    )


def _known(registry: Registry) -> list[str]:
    stages = [f"{RUN}{stage.name}" for stage in STAGES]
    commands = [run_scope(stage, name) for stage, known in registry.items() for name in known]
    return [*PLAIN, RUN_ALL, *stages, *commands]
