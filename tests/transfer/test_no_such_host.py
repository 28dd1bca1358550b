"""A host that does not exist ends every command of both stages at once, by the system's resolver.

Names under `.invalid` are looked up, but nobody has them (RFC 6761, section 6.4). A machine without
a name service says so instead of that.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HOST = "nothing.invalid"
WEB = f"http://{HOST}"
TOLD = re.compile(
    rf"zyra: error: [a-z0-9]+://\S+:( {HOST}:)? (no such host|the name service does not answer)"
)
SAYS_MORE = "  hint: "

# Read by the system's resolver: no name but ours is asked for, and nobody is waited for long.
RESOLVER = {"RES_OPTIONS": "timeout:1 attempts:1", "LOCALDOMAIN": "."}
ENVIRONMENT = RESOLVER | {
    "AWS_ENDPOINT_URL": WEB,
    "AWS_ACCESS_KEY_ID": "a-key",
    "AWS_SECRET_ACCESS_KEY": "a-secret",
    "GOOGLE_BASE_URL": WEB,
    "GOOGLE_SERVICE_ACCOUNT_KEY": json.dumps(
        {"client_email": "", "private_key": "", "private_key_id": "", "disable_oauth": True}
    ),
    "AZURE_STORAGE_ENDPOINT": WEB,
    "AZURE_STORAGE_ACCOUNT_NAME": "account",
}
TO_FILE = ("-o", "out")

COMMANDS = {
    "http": ("acquire", "http", f"{WEB}/a", *TO_FILE),
    "a page": ("acquire", "http", f"{WEB}/", "--pattern", "a", "--sync-dir", "out"),
    "s3": ("acquire", "s3", "--url", "s3://bucket/a", *TO_FILE),
    "a bucket": ("acquire", "s3", "--url", "s3://bucket/a/", "--sync-dir", "out"),
    "gs": ("acquire", "s3", "--url", "gs://bucket/a", "--unsigned", *TO_FILE),
    "az": ("acquire", "s3", "--url", "az://bucket/a", "--unsigned", *TO_FILE),
    "ftp": ("acquire", "ftp", f"ftp://{HOST}/a", *TO_FILE),
    "ftps": ("acquire", "ftp", f"ftps://{HOST}/folder/", "--sync-dir", "out"),
    "sftp": ("acquire", "ftp", f"sftp://me@{HOST}/a", "--password", "x", *TO_FILE),
    "thredds": ("acquire", "thredds", f"{WEB}/catalog.xml", "--output-dir", "out"),
    "api": ("acquire", "api", "--url", f"{WEB}/a", *TO_FILE),
    "stac": ("acquire", "stac", f"{WEB}/stac", "--output-dir", "out"),
    "vimeo": ("acquire", "vimeo", "1", "--api-url", WEB, "--vimeo-token", "x", *TO_FILE),
    "to s3": ("disseminate", "s3", "-i", "film", "--url", "s3://bucket/a"),
    "to gs": ("disseminate", "s3", "-i", "film", "--url", "gs://bucket/a"),
    "to az": ("disseminate", "s3", "-i", "film", "--url", "az://bucket/a", "--unsigned"),
    "to ftp": ("disseminate", "ftp", "-i", "film", f"ftp://{HOST}/a"),
    "to sftp": ("disseminate", "ftp", "-i", "film", f"sftp://me@{HOST}/a", "--password", "x"),
    "post": ("disseminate", "post", "-i", "film", f"{WEB}/a", *TO_FILE),
    "to vimeo": ("disseminate", "vimeo", "-i", "film", "--api-url", WEB, "--vimeo-token", "x"),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_one_clear_line_and_nothing_written(command, tmp_path: Path):
    (tmp_path / "film").write_bytes(b"a film")
    ran = subprocess.run(
        [sys.executable, "-m", "zyra.cli.main", *command],
        cwd=tmp_path,
        env=os.environ | ENVIRONMENT | {"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    problem, hint = ran.stderr.splitlines()
    assert TOLD.fullmatch(problem)
    assert hint.startswith(SAYS_MORE)
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["film"]
