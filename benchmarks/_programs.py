"""Programs of this machine that pip cannot bring."""

import os
import shutil

SYSTEM = "/usr/sbin:/sbin"  # where servers lie, which only root has on the path
REMEDY = "run ./scripts/ensure-test-programs.sh"


def find_program(*names: str) -> str | None:
    """Path of the first of these programs that is here."""
    places = f"{os.environ.get('PATH', os.defpath)}:{SYSTEM}"
    return next((path for name in names if (path := shutil.which(name, path=places))), None)
