#!/usr/bin/env bash
# Install n8n's engine and nodes into .n8n (240 MB), where the tests of the workflows run them;
# does nothing where they are. tests/n8n/README.md tells how the versions are changed.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/npm-packages.sh"

ensure_packages n8n "n8n's engine and nodes"
