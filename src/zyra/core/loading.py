"""Load an object by the dotted name that a declaration of ours gives.

Never called with text from a client: only with names that stand in the source.
"""

import importlib
from typing import Any


def load(dotted: str) -> Any:
    """Import `package.module` and return its attribute, for `package.module:attribute`."""
    module, _, attribute = dotted.partition(":")
    return getattr(importlib.import_module(module), attribute)
