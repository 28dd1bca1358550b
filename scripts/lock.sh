#!/usr/bin/env bash
# Rewrite requirements.txt and requirements-dev.txt from pyproject.toml: exact versions with the
# hashes of every published file, good for each supported Python and platform.
#
#   ./scripts/lock.sh [--upgrade | --upgrade-package NAME]
#
# Pins that still satisfy pyproject.toml stay as they are unless an upgrade is asked for.
# Needs uv (pip install uv), which only whoever changes a dependency has to have.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

lock() {
  local output="$1"
  shift
  uv pip compile pyproject.toml --all-extras --no-config --universal --python-version 3.11 \
    --generate-hashes --no-emit-index-url --no-annotate --quiet \
    --custom-compile-command ./scripts/lock.sh --output-file "$output" "$@"
}

lock requirements.txt --group install ${1+"$@"}
lock requirements-dev.txt --group install --group dev --constraint requirements.txt ${1+"$@"}
