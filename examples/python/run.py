"""Run a command and wait for its end; then start one and look at it later.

python run.py FILE.grib2
"""

import sys
from pathlib import Path

from zyra_client import connect

path = Path(sys.argv[1])
with connect() as client, path.open("rb") as stream:
    file_id = client.put(f"/upload/{path.name}", content=stream).json()["file_id"]

    # Sync: the answer has the exit code, what was printed, and the outputs. A command that
    # fails is no error of HTTP; ?fail_on_error=true makes it one.
    request = {
        "stage": "process",
        "command": "decode-grib2",
        "args": {"input": f"file_id:{file_id}", "pattern": ":TMP:850 mb:"},
        "mode": "sync",
    }
    answer = client.post("/cli/run", json=request).json()
    print("exit code", answer["exit_code"])
    print(answer["stdout"], end="")

    # Async: 202 at once. The key makes it safe to send the request again.
    request = {
        "stage": "visualize",
        "command": "heatmap",
        "args": {
            "input": f"file_id:{file_id}",
            "var": "t",
            "level": "850 hPa",
            "output": "t850.png",
        },
        "mode": "async",
        "idempotency_key": f"t850-{file_id}",
    }
    job_id = client.post("/cli/run", json=request).json()["job_id"]
    record = {"done": False}
    while not record["done"]:  # answers as soon as the job is done, after 30 s at the latest
        record = client.get(f"/jobs/{job_id}", params={"wait": 30}).json()
    print(f"{record['status']}: {record['output_file']}")
