"""Load an object by the dotted name that a declaration of ours gives.

Never called with text from a client: only with names that stand in the source.
"""

import gc
import importlib
from typing import Any


def load(dotted: str) -> Any:
    """Import `package.module` and return its attribute, for `package.module:attribute`."""
    module, _, attribute = dotted.partition(":")
    return getattr(importlib.import_module(module), attribute)


def load_for_good(dotted: str) -> Any:
    """As `load`, for what stays as long as the process: no garbage is looked for in it, ever.

    Loading makes hardly any, and to look for it again and again takes a tenth of the time.
    """
    gc.disable()
    try:
        return load(dotted)
    finally:
        gc.freeze()
        gc.enable()
