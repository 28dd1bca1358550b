"""The environment that commands run in: made anew, so no secret of the service is in it."""

import os
import sys


def child_environment() -> dict[str, str]:
    """What a command's process may see: where programs and modules are, and one thread.

    A parent with more than one thread cannot fork safely, and a command has one core anyway.
    """
    return {
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
