#!/usr/bin/env bash
# What a machine can check without running the program: format, lint, types, layers, house rules.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/setup-venv.sh"

ensure_venv requirements-dev.txt
cd "$root"

failed=
check() { "$@" || failed=1; }

check "$venv/bin/ruff" format --check --quiet
check "$venv/bin/ruff" check --quiet
check "$venv/bin/mypy" --no-error-summary
check "$venv_python" -m pytest --quiet tests/test_layers.py tests/test_house_rules.py

[ -z "$failed" ] || die "checks failed"
