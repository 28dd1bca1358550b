"""Download outputs: the main one in constant memory, the rest of one, all as one archive.

python download.py FILE.grib2
"""

import hashlib
import sys
import zipfile
from pathlib import Path

import httpx
from zyra_client import connect


def save(client: httpx.Client, url: str, target: Path) -> httpx.Headers:
    """Save what is at `url`; go on behind what `target` has already."""
    have = target.stat().st_size if target.exists() else 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    with client.stream("GET", url, headers=headers) as answer, target.open("ab") as stream:
        for chunk in answer.iter_bytes():
            stream.write(chunk)
        return answer.headers


path = Path(sys.argv[1])
with connect() as client, path.open("rb") as stream:
    file_id = client.put(f"/upload/{path.name}", content=stream).json()["file_id"]
    args = {"input": f"file_id:{file_id}", "var": "t", "format": "netcdf", "output": "all.nc"}
    job_id = client.post("/cli/process/convert-format", json=args).json()["job_id"]
    url = f"/jobs/{job_id}/download"

    # as=file: bytes of no known type, for programs that would take data for text.
    whole = Path("all.nc")
    etag = save(client, f"{url}?as=file", whole)["ETag"]

    # A download that broke off goes on where it stopped.
    part = Path("part.nc")
    part.write_bytes(whole.read_bytes()[:100_000])
    save(client, url, part)
    print("resumed" if part.read_bytes() == whole.read_bytes() else "DAMAGED")

    # Nothing is sent again that is here already.
    print(client.get(url, headers={"If-None-Match": etag}).status_code)

    # All outputs, and what they have to be.
    save(client, f"{url}?zip=1", Path("all.zip"))
    artifacts = client.get(f"/jobs/{job_id}/manifest").json()["artifacts"]
    with zipfile.ZipFile("all.zip") as archive:
        for artifact in artifacts:
            digest = hashlib.sha256(archive.read(artifact["name"])).hexdigest()
            state = "intact" if digest == artifact["sha256"] else "DAMAGED"
            print(artifact["name"], artifact["size"], state)
