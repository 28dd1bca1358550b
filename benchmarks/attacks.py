"""Attack a service of our own with paths, URLs, names, redirects and links; print the counts.

    .venv/bin/python benchmarks/attacks.py [--count 500] [--seed 7] [--race 4]

Nothing outside the rooms of the runs may be opened, and no listener of this machine reached.
The exit code is 1 when that happened, or when an answer was 500 or above. Needs Linux; without
Landlock only the checks of arguments are tried. Takes some minutes.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from _attack_texts import COUNT, SEED, attack_texts, loopback_urls
from _attacks import Samples, attack
from _canaries import canaries
from _redirects import redirecting, redirects
from _service import running
from _symlink_race import race

DATA = Path(__file__).parents[1] / "tests" / "data"
REDIRECTING = "127.0.0.2"  # the only address that runs may reach


def main() -> int:
    """Attack and print what came of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=COUNT, help="how many texts")
    parser.add_argument("--seed", type=int, default=SEED, help="which texts")
    parser.add_argument("--race", type=float, default=4.0, help="seconds of the race of links")
    parser.add_argument("--runs", type=int, default=6, help="runs with each argument")
    given = parser.parse_args()
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="zyra-attacks-") as name:
        folder = Path(name).resolve()
        settings = {"ZYRA_DATA_ROOTS": str(DATA), "ZYRA_ALLOW_HOSTS": REDIRECTING}
        with (
            canaries(folder / "outside") as found,
            redirecting(REDIRECTING) as url,
            running(folder, settings) as client,
        ):
            texts = attack_texts(found.file, found.port, given.count, given.seed)
            tally = attack(client, texts, Samples(DATA, url), given.runs)
            redirected = redirects(client, url, loopback_urls(found.port), Samples(DATA, url))
            opened, connections = found.opened(), found.connections
        served, escapes = race(folder / "race", given.race)
    print(f"{len(texts)} texts, {tally}")
    print(f"redirects to this machine: {redirected}")
    print(f"canary files opened: {opened}, connections to canary listeners: {connections}")
    print(f"race of links, {given.race:g} s: {served} files served, {escapes} escapes")
    print(f"{time.monotonic() - start:.0f} s", file=sys.stderr)
    for fault in (*tally.faults, *redirected.faults):
        print(fault)
    return 1 if tally.faults or redirected.faults or opened or connections or escapes else 0


if __name__ == "__main__":
    sys.exit(main())
