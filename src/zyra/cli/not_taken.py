"""Flags of the published `zyra run` that this one refuses, with what serves instead."""

import argparse
from collections.abc import Sequence
from typing import Any

_CRON = "cron starts workflows: --export-cron prints its lines"
_LOG = "2>> FILE keeps what is told"
NOT_TAKEN = {
    **dict.fromkeys(("--watch", "--watch-interval", "--watch-count"), _CRON),
    **dict.fromkeys(("--state-file", "--run-on-first"), _CRON),
    **dict.fromkeys(("--log-file", "--log-dir", "--log-file-mode"), _LOG),
    "--max-workers": "jobs run one after the other, steps joined by pipes side by side",
}


class NotTaken(argparse.Action):
    """Refuses one of these flags, whatever follows it."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str) -> None:
        super().__init__(option_strings, dest, nargs="?", help=help)

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,  # noqa: ARG002
        values: str | Sequence[Any] | None,  # noqa: ARG002
        option_string: str | None = None,
    ) -> None:
        """End the process, as for any wrong usage."""
        parser.error(f"{option_string} is not taken: {NOT_TAKEN[str(option_string)]}")
