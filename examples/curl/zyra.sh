# What the other examples have in common; they read it with `.`.
#
#   ZYRA      address of the service, http://127.0.0.1:8000 if unset
#   ZYRA_KEY  your key; callers on the service's own machine may do without
set -euo pipefail

ZYRA=${ZYRA:-http://127.0.0.1:8000}

# Ask the service; an error prints what it says and ends the script.
ask() { curl -sS --fail-with-body ${ZYRA_KEY:+-H "X-API-Key: $ZYRA_KEY"} "$@"; }

# Send JSON: post /path '{...}' [more of curl's options]
post() { ask "$ZYRA$1" -H 'Content-Type: application/json' -d "$2" "${@:3}"; }

# One member of the JSON on stdin.
field() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
