"""Read variables that hold a person's credentials, for the command line.

The one reader of the environment beside `core.settings`. The child of the service
starts with a clean environment, so there every name is unset.
"""

import os
from collections.abc import Mapping

from dotenv import dotenv_values

from zyra.core.errors import UsageError

_CLOUD = ("AWS_", "GOOGLE_", "AZURE_", "HOME", "NETRC")


def cloud_variables() -> Mapping[str, str]:
    """The variables by which tools of transfer are told where and who, and the home folder."""
    return {name: value for name, value in os.environ.items() if name.startswith(_CLOUD) and value}


def look_up(name: str) -> str | None:
    """The value of a variable of the environment, else of the file .env in this folder."""
    return os.environ.get(name, dotenv_values(".env").get(name))


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
