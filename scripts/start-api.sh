#!/usr/bin/env bash
# Start the service on 127.0.0.1:8000, after making .venv with the pinned dependencies when needed.
#
#   ./scripts/start-api.sh [--host HOST] [--port PORT] [--reload] [other flags of uvicorn]
#
# ZYRA_PYTHON names the Python (3.11 to 3.13) to make .venv with. Settings are read from the
# environment and from .env in the project's folder.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/setup-venv.sh"

ensure_venv requirements.txt
cd "$root"

for flag in ${1+"$@"}; do
  # Without this, uvicorn would watch the thousands of files in .venv as well.
  [ "$flag" != --reload ] || set -- "$@" --reload-dir src
done

# Flags given by the caller come last and win.
exec "$venv_python" -m uvicorn zyra.api.server:app --host 127.0.0.1 --port 8000 ${1+"$@"}
