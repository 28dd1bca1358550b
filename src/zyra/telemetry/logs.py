"""Decide where log lines go and how they look; in force while a process serves or works."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from zyra.core.settings import LogFormat, Settings
from zyra.core.urls import credentials_in
from zyra.telemetry.log_lines import HumanLines, JsonLines, Lines

# Those of uvicorn that tell something; its lines for each request are replaced by ours.
_SERVER = ("uvicorn", "uvicorn.error", "uvicorn.asgi")
_SERVER_REQUESTS = "uvicorn.access"
_OWN = ("zyra", "uvicorn")


class _Handler(logging.StreamHandler):  # type: ignore[type-arg]
    """Ours, to be told from those of others."""


@contextmanager
def logging_as(settings: Settings) -> Iterator[None]:
    """Log as the settings say within the block, everything to stderr.

    A block within a block changes nothing: `zyra serve` begins one before the server does.
    """
    root = logging.getLogger()
    if any(isinstance(handler, _Handler) for handler in root.handlers):
        yield
        return
    handler = _Handler(sys.stderr)
    handler.setFormatter(lines_for(settings, is_terminal=sys.stderr.isatty()))
    names = (*_SERVER, _SERVER_REQUESTS, *_OWN)
    before = [(log, log.level, log.propagate, log.handlers[:]) for log in map(_logger, names)]
    root.addHandler(handler)
    for name in (*_SERVER, _SERVER_REQUESTS):
        _logger(name).handlers.clear()
        _logger(name).propagate = name != _SERVER_REQUESTS
    for name in _OWN:
        _logger(name).setLevel(settings.log_level.upper())
    try:
        yield
    finally:
        root.removeHandler(handler)
        for log, level, propagate, handlers in before:
            log.setLevel(level)
            log.propagate, log.handlers[:] = propagate, handlers


def lines_for(settings: Settings, *, is_terminal: bool) -> Lines:
    """How lines are to look."""
    hidden = tuple(secrets_in(settings))
    if is_json(settings.log_format, is_terminal=is_terminal):
        return JsonLines(hidden)
    return HumanLines(hidden)


def is_json(chosen: LogFormat, *, is_terminal: bool) -> bool:
    """Whether lines are JSON: `auto` is text for people on a terminal only."""
    return chosen == "json" or (chosen == "auto" and not is_terminal)


def secrets_in(settings: Settings) -> Iterator[str]:
    """The values of secret settings; of addresses only their passwords."""
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        if not field.repr and isinstance(value, str):
            yield from credentials_in(value) if "://" in value else [value]
    yield from settings.otlp_headers_by_name.values()


def _logger(name: str) -> logging.Logger:
    return logging.getLogger(name)
