"""Upload damaged files to a service and run commands on them; say how it bore them.

    .venv/bin/python benchmarks/mutations_http.py [--count 5000] [--first 0]

Every run has to be answered with 200 and exit code 0 or 2; a run that crashes is a finding, and the
service has to answer in the same process at the end. The exit code is 1 when it was otherwise.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from _mutations import GOOD_CODES, Trial, make_input
from _service import Client, running
from mutations import make_trials

Outcome = tuple[str, str]


def main() -> int:
    """Run the trials, and print what came of them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=5000, help="how many files to damage")
    parser.add_argument("--first", type=int, default=0, help="first seed")
    given = parser.parse_args()
    start, outcomes = time.monotonic(), Counter[str]()
    with tempfile.TemporaryDirectory(prefix="zyra-mutations-") as place:
        trials = [trial for trial in make_trials(Path(place)) if trial.source.is_file()]
        with running(Path(place) / "service", {"ZYRA_CONCURRENCY": "2"}) as client:
            for seed in range(given.first, given.first + given.count):
                outcome, detail = answered(client, trials[seed % len(trials)], seed, Path(place))
                outcomes[outcome] += 1
                if outcome == "finding":
                    print(f"seed {seed}: {detail}", flush=True)
            is_alive = client.get("/health")[0] == 200
    told = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
    seconds = time.monotonic() - start
    print(f"{given.count} damaged files in {seconds:.0f} s: {told}; service alive: {is_alive}")
    return 0 if is_alive and not outcomes["finding"] else 1


def answered(client: Client, trial: Trial, seed: int, place: Path) -> Outcome:
    """What the service made of one damaged file."""
    with tempfile.TemporaryDirectory(dir=place) as folder:
        file_id = upload(client.port, make_input(trial, seed, Path(folder)))
    args: dict[str, Any] = {
        **trial.args,
        trial.source_argument: f"file_id:{file_id}",
        trial.target_argument: trial.output,
    }
    status, answer = client.post(f"/cli/process/{trial.command}", args)
    if status == 422:
        return "refused", ""
    if status != 200:
        return "finding", f"{trial.command} of {trial.source.name}: HTTP {status} {answer}"
    if answer["exit_code"] not in GOOD_CODES or "Traceback" in answer["stderr"]:
        told = {name: answer[name] for name in ("exit_code", "reason", "stderr")}
        return "finding", f"{trial.command} of {trial.source.name}: {told}"
    return ("read all the same" if answer["ok"] else "told in one line"), ""


def upload(port: int, path: Path) -> str:
    """Give the service a file; its id."""
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("PUT", f"/upload/{path.name}", path.read_bytes())
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return str(answer["file_id"])


if __name__ == "__main__":
    sys.exit(main())
