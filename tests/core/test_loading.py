"""What is loaded for good is never searched for garbage; the search goes on for all else."""

import gc
import subprocess
import sys

import pytest

from zyra.core.loading import load_for_good

PROGRAM = """
import gc
from zyra.core.loading import load_for_good
before = gc.get_freeze_count()
parse = load_for_good("json:loads")
print(parse("[1]"), gc.get_freeze_count() > before, gc.isenabled())
"""


def test_what_is_loaded_for_good_is_kept_out_of_the_search() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, check=True)
    assert done.stdout == b"[1] True True\n"


def test_the_search_goes_on_when_loading_fails() -> None:
    with pytest.raises(ModuleNotFoundError):
        load_for_good("zyra.is_not_there:app")
    gc.unfreeze()
    assert gc.isenabled()
