#!/usr/bin/env bash
# Upload a file and name it in arguments; an output is named likewise by what comes after.
#
#   ./upload.sh FILE.grib2
. "$(dirname "$0")/zyra.sh"

# The body is the file. X-Expected-SHA256 refuses it if it was damaged on its way.
digest=$(python3 -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$1")
upload=$(ask -T "$1" -H "X-Expected-SHA256: $digest" "$ZYRA/upload/")
file=$(field file_id <<<"$upload")
echo "uploaded $(field filename <<<"$upload"), $(field size <<<"$upload") bytes"

# The same as a form, as browsers send it.
again=$(ask -F "file=@$1" "$ZYRA/upload" | field file_id)
ask -X DELETE "$ZYRA/files/$again"

# file_id:ID is an upload, job_id:ID/NAME an output of an earlier job.
job=$(post /cli/process/extract-variable '{
  "input": "file_id:'"$file"'", "pattern": ":TMP:850 mb:", "output": "t850.grib2"}' | field job_id)
post /cli/process/stats '{"input": "job_id:'"$job"'/t850.grib2"}' | field stdout
