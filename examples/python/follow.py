"""Follow a job live, from its first line of output to its exit code, which becomes ours.

python follow.py FILE.grib2
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from zyra_client import connect

FINAL = ("succeeded", "failed", "canceled")


def frames(client: httpx.Client, job_id: str) -> Iterator[dict[str, Any]]:
    """Every frame of a job, over as many connections as it takes."""
    seq = 0
    while True:
        try:
            headers = {"Last-Event-ID": str(seq)}
            with client.stream("GET", f"/jobs/{job_id}/events", headers=headers) as answer:
                for line in answer.iter_lines():
                    if line.startswith("data:"):
                        frame = json.loads(line.removeprefix("data:"))
                        seq = frame["seq"]
                        yield frame
                        if frame["status"] in FINAL:
                            return
        except httpx.TransportError:
            continue  # Last-Event-ID gives all that is missing


path = Path(sys.argv[1])
with connect() as client, path.open("rb") as stream:
    file_id = client.put(f"/upload/{path.name}", content=stream).json()["file_id"]
    args = {"input": f"file_id:{file_id}", "pattern": ":TMP:"}
    headers = {"Prefer": "respond-async"}
    job = client.post("/cli/process/decode-grib2", json=args, headers=headers).json()

    # Each frame has what is new of stdout and stderr, and how far the command is. The last
    # one has the exit code.
    for frame in frames(client, job["job_id"]):
        sys.stdout.write(frame["stdout"])
        sys.stderr.write(frame["stderr"])
        if frame["progress"]:
            sys.stderr.write(f"{frame['progress']:4.0%} {frame['message']}\n")
    sys.exit(1 if frame["exit_code"] is None else frame["exit_code"])
