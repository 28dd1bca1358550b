#!/usr/bin/env bash
# Run every check and every test, after making .venv with the pinned dependencies when needed.
#
#   ./scripts/test.sh [flags and paths of pytest]
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/setup-venv.sh"

ensure_venv requirements-dev.txt
cd "$root"

# Both are always run, so that one look shows everything; pytest's summary stands last.
checks=0
./scripts/check.sh || checks=$?
"$venv_python" -m pytest ${1+"$@"}
exit "$checks"
