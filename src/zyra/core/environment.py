"""Read a variable that a person names on the command line, for a credential.

The one reader of the environment beside `core.settings`. The child of the service
starts with a clean environment, so there every name is unset.
"""

import os

from zyra.core.errors import UsageError


def read_variable(name: str) -> str:
    """The value of the environment variable `name`.

    Raises:
        UsageError: It is not set or empty.
    """
    value = os.environ.get(name, "")
    if not value:
        raise UsageError(
            f"the environment variable {name} is not set",
            hint="set it, or give the value itself; on the service there are no variables",
        )
    return value
