"""What is counted of a caller: the names of the limits."""

RUNS, READS, UPLOADS, STREAMS, LOGINS = "runs", "reads", "upload-kib", "streams", "failed-logins"
