#!/usr/bin/env bash
# Follow a job live, from its first line of output to its exit code, which becomes ours.
#
#   ./follow.sh FILE.grib2
. "$(dirname "$0")/zyra.sh"

file=$(ask -T "$1" "$ZYRA/upload/" | field file_id)
job=$(post /cli/process/decode-grib2 '{"input": "file_id:'"$file"'", "pattern": ":TMP:"}' \
  -H 'Prefer: respond-async' | field job_id)

# Each frame has what is new of stdout and stderr, and how far the command is. The last one
# has the exit code. After a broken connection `Last-Event-ID: SEQ` gives all that is missing.
ask -N "$ZYRA/jobs/$job/events" | python3 -c '
import json, sys
for line in sys.stdin:
    if not line.startswith("data:"):
        continue
    frame = json.loads(line[5:])
    sys.stdout.write(frame["stdout"])
    sys.stderr.write(frame["stderr"])
    if frame["progress"]:
        sys.stderr.write("%3d %% %s\n" % (100 * frame["progress"], frame["message"]))
    if frame["status"] in ("succeeded", "failed", "canceled"):
        sys.exit(1 if frame["exit_code"] is None else frame["exit_code"])
sys.exit("the stream ended too soon")'
