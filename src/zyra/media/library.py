"""The gate to everything that stands on PyAV, which not every installation has.

PyAV is an optional part (`zyra[media]`). Modules of this package import it at their top,
so whoever may run without it loads them by name through `load_media` and gets a remedy
instead of an import error.
"""

from importlib.util import find_spec
from typing import Any

from zyra.core.errors import DependencyMissing
from zyra.core.loading import load

_LIBRARY = "av"


def has_media() -> bool:
    """Whether PyAV is installed."""
    return find_spec(_LIBRARY) is not None


def load_media(dotted: str) -> Any:
    """Load `package.module:attribute` of ours, a module that stands on PyAV.

    Raises:
        DependencyMissing: PyAV is not installed.
    """
    if not has_media():
        raise DependencyMissing(
            "films and sounds need PyAV, which is not installed",
            hint="install it in zyra's folder: pip install '.[media]'",
        )
    return load(dotted)
