#!/usr/bin/env bash
# Run a command and wait for its end; then start one and look at it later.
#
#   ./run.sh FILE.grib2
. "$(dirname "$0")/zyra.sh"

file=$(ask -T "$1" "$ZYRA/upload/" | field file_id)

# Sync: the answer has the exit code, what was printed, and the outputs. A command that
# fails is no error of HTTP; ?fail_on_error=true makes it one.
answer=$(post /cli/run '{
  "stage": "process", "command": "decode-grib2", "mode": "sync",
  "args": {"input": "file_id:'"$file"'", "pattern": ":TMP:850 mb:"}}')
echo "exit code $(field exit_code <<<"$answer")"
field stdout <<<"$answer"

# Async: 202 at once. The key makes it safe to send the request again.
job=$(post /cli/run '{
  "stage": "visualize", "command": "heatmap", "mode": "async",
  "args": {"input": "file_id:'"$file"'", "var": "t", "level": "850 hPa", "output": "t850.png"}}' \
  -H "Idempotency-Key: t850-$file" | field job_id)

# Answers as soon as the job is done, after 30 s at the latest.
until record=$(ask "$ZYRA/jobs/$job?wait=30") && [ "$(field done <<<"$record")" = True ]; do :; done
echo "$(field status <<<"$record"): $(field output_file <<<"$record")"
