#!/usr/bin/env bash
# Start the service on 127.0.0.1:8000, after making .venv with the pinned dependencies when needed.
#
#   ./scripts/start-api.sh [--host HOST] [--port PORT] [--reload]
#
# ZYRA_PYTHON names the Python (3.11 to 3.13) to make .venv with. Settings are read from the
# environment and from .env in the project's folder.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/setup-venv.sh"

ensure_venv requirements.txt
cd "$root"

exec "$venv_python" -m zyra.cli.main serve ${1+"$@"}
