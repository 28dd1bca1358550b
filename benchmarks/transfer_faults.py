"""Inject two hundred faults into transfers of each kind, and print what became of them.

    .venv/bin/python benchmarks/transfer_faults.py [--faults 200] [--seed 1] [KIND ...]

Resets, stalls, truncations, wrong lengths, 429 and 503, and files that change meanwhile happen to
downloads over HTTP, from an object store, over FTP and over SFTP; servers are those of the tests.
The exit code is 1 when a wrong file stood under a final name.
"""

import argparse
import importlib
import io
import sys
import tempfile
from pathlib import Path

from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob

TESTS = Path(__file__).resolve().parent.parent / "tests"
sys.path += [str(TESTS / "support"), str(TESTS / "servers")]


def main() -> int:
    """Run the campaigns, print a line for each."""
    campaign = importlib.import_module("fault_campaign")
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("kinds", nargs="*", choices=[*campaign.KINDS, []], help="all by default")
    parser.add_argument("--faults", type=int, default=200, help="of each kind")
    parser.add_argument("--seed", type=int, default=1, help="of the chance")
    given = parser.parse_args()
    wrong = 0
    for kind in given.kinds or campaign.KINDS:
        with tempfile.TemporaryDirectory(prefix="zyra-faults-") as folder:
            outcome = campaign.run_campaign(
                kind, faults=given.faults, seed=given.seed, folder=Path(folder), job=quiet_job()
            )
        print(
            f"{kind:5} {outcome.faults} faults: {outcome.whole} files whole, "
            f"{outcome.refused} refused, {len(outcome.wrong)} wrong {outcome.wrong or ''}",
            flush=True,
        )
        wrong += len(outcome.wrong)
    return 1 if wrong else 0


def quiet_job() -> StreamJob:
    """A job that may connect anywhere and tells nobody."""
    policy = NetworkPolicy(unrestricted=True)
    return StreamJob(io.BytesIO(), io.BytesIO(), io.BytesIO(), policy, quiet=True)


if __name__ == "__main__":
    sys.exit(main())
