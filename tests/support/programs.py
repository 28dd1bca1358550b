"""Programs of the machine that tests open and that pip cannot bring."""

import os

import pytest

from _programs import REMEDY, find_program


def needed(title: str, *names: str) -> str:
    """Path of the first of these programs.

    Without any of them tests are left out, or fail where CI is set.
    """
    found = find_program(*names)
    if found is not None:
        return found
    if os.environ.get("CI"):
        pytest.fail(f"no {title} here: {REMEDY}")
    pytest.skip(f"no {title} here: {REMEDY}")
