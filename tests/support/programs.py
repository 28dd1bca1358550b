"""Programs of the machine that tests open and that pip cannot bring."""

import os
from typing import NoReturn

import pytest

from _programs import REMEDY, find_program


def needed(title: str, *names: str) -> str:
    """Path of the first of these programs.

    Without any of them tests are left out, or fail where CI is set.
    """
    found = find_program(*names)
    if found is None:
        leave_out(f"no {title} here: {REMEDY}")
    return found


def leave_out(reason: str) -> NoReturn:
    """Leave the test out for a reason, or let it fail where CI is set."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
