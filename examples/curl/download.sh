#!/usr/bin/env bash
# Download outputs: the main one, in two halves, all as one archive; check their digests.
#
#   ./download.sh FILE.grib2
. "$(dirname "$0")/zyra.sh"

file=$(ask -T "$1" "$ZYRA/upload/" | field file_id)
job=$(post /cli/process/convert-format '{
  "input": "file_id:'"$file"'", "var": "t", "format": "netcdf", "output": "all.nc"}' | field job_id)

# as=file: bytes of no known type, for programs that would take data for text.
ask -o all.nc "$ZYRA/jobs/$job/download?as=file"

# A download that broke off goes on where it stopped: -C - sends a Range.
head -c 100000 all.nc >part.nc
ask -C - -o part.nc "$ZYRA/jobs/$job/download"
cmp all.nc part.nc

# Nothing is sent again that is here already.
etag=$(ask -I "$ZYRA/jobs/$job/download" | tr -d '\r' | sed -n 's/^etag: //ip')
ask -o /dev/null -w '%{http_code}\n' -H "If-None-Match: $etag" "$ZYRA/jobs/$job/download"

# All outputs, and what they have to be.
ask -o all.zip "$ZYRA/jobs/$job/download?zip=1"
ask "$ZYRA/jobs/$job/manifest" | python3 -c '
import hashlib, json, sys, zipfile
archive = zipfile.ZipFile("all.zip")
for artifact in json.load(sys.stdin)["artifacts"]:
    digest = hashlib.sha256(archive.read(artifact["name"])).hexdigest()
    print(artifact["name"], artifact["size"], "intact" if digest == artifact["sha256"] else "DAMAGED")'
