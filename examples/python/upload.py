"""Upload a file and name it in arguments; an output is named likewise by what comes after.

python upload.py FILE.grib2
"""

import hashlib
import sys
from pathlib import Path

from zyra_client import connect

path = Path(sys.argv[1])
with connect() as client:
    # The body is the file, streamed. The digest refuses it if it was damaged on its way.
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(0)
        headers = {"X-Expected-SHA256": digest}
        upload = client.put(f"/upload/{path.name}", content=stream, headers=headers).json()
    print(f"uploaded {upload['filename']}, {upload['size']} bytes")

    # The same as a form, as browsers send it.
    with path.open("rb") as stream:
        again = client.post("/upload", files={"file": stream}).json()
    client.delete(f"/files/{again['file_id']}")

    # file_id:ID is an upload, job_id:ID/NAME an output of an earlier job.
    args = {
        "input": f"file_id:{upload['file_id']}",
        "pattern": ":TMP:850 mb:",
        "output": "t850.grib2",
    }
    job_id = client.post("/cli/process/extract-variable", json=args).json()["job_id"]
    args = {"input": f"job_id:{job_id}/t850.grib2"}
    print(client.post("/cli/process/stats", json=args).json()["stdout"], end="")
