#!/usr/bin/env bash
# Start the service, and a worker when there is a Redis, in the background; the dev container
# calls this each time it starts. What runs already is left alone.
#
#   ./scripts/devcontainer-start.sh     # logs: .devcontainer/log/api.log and worker.log
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/setup-venv.sh"

logs="${ZYRA_DEV_LOGS:-$root/.devcontainer/log}"
mkdir -p "$logs"

# Outlives the shell that starts it, and holds its lock while it lives.
start() {
  local name="$1"
  shift
  if ! flock --nonblock "$logs/$name.lock" true; then
    say "$name runs already, its log is $logs/$name.log"
    return
  fi
  nohup flock --nonblock --no-fork "$logs/$name.lock" "$@" </dev/null >"$logs/$name.log" 2>&1 &
  say "$name started (process $!), its log is $logs/$name.log"
}

ensure_venv requirements-dev.txt
start api "$root/scripts/start-api.sh" --host "${ZYRA_DEV_HOST:-0.0.0.0}" --port "${ZYRA_DEV_PORT:-8000}" --reload
[ -z "${ZYRA_REDIS_URL:-}" ] || start worker "$venv/bin/zyra" worker
