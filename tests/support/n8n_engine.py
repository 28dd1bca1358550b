"""Run workflows with n8n's own engine and nodes, which scripts/ensure-n8n.sh installs."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from programs import leave_out
from source_tree import ROOT

WORKFLOWS = ROOT / "examples" / "n8n"
PLACE = ROOT / ".n8n"
OURS = ROOT / "tests" / "n8n"
_AN_EXECUTION_S = 120


def execute(name: str, home: Path, settings: dict[str, str], **variables: str) -> dict[str, Any]:
    """Run a workflow of the examples to its end.

    Args:
        home: Folder for what n8n keeps.
        settings: Values for the workflow's node Settings.
        variables: More of the environment, such as `WEBHOOK_URL`.

    Returns:
        What tests/n8n/run.cjs says of it.
    """
    command = [PLACE / "node", OURS / "run.cjs", WORKFLOWS / f"{name}.json", json.dumps(settings)]
    own = {
        "PATH": os.environ["PATH"],
        "NODE_PATH": str(PLACE / "node_modules"),
        "N8N_USER_FOLDER": str(home),
        "N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS": "true",
    }
    done = subprocess.run(
        command,
        env=own | variables,
        capture_output=True,
        text=True,
        timeout=_AN_EXECUTION_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


def need_n8n() -> None:
    """Leave tests out where n8n is not installed as the lock says; fail where CI is set."""
    wanted, found = OURS / "package-lock.json", PLACE / "installed-lock.json"
    if not found.is_file() or found.read_bytes() != wanted.read_bytes():
        leave_out("no n8n of these versions here: run ./scripts/ensure-n8n.sh")
