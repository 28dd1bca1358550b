#!/usr/bin/env bash
# Install Azurite, Microsoft's emulator of Azure's object store, into .azurite (60 MB), where tests
# start it; does nothing where it is. tests/n8n/README.md tells how such versions are changed.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/npm-packages.sh"

ensure_packages azurite Azurite
