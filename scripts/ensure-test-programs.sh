#!/usr/bin/env bash
# Install the programs that tests open but pip cannot bring; does nothing where they are.
#
#   ./scripts/ensure-test-programs.sh [PROGRAM ...]     all of them when none is named
#
# On Debian and Ubuntu they come from the system's packages, as root or through sudo.
set -euo pipefail

say() { printf 'zyra: %s\n' "$*" >&2; }

die() {
  say "$@"
  exit 1
}

programs() { printf 'chromium\n'; }

# Other systems have it under other names.
is_there() {
  case "$1" in
    chromium) command -v chromium || command -v chromium-browser || command -v google-chrome ;;
    *) die "no program $1 is known here; known: $(programs | tr '\n' ' ')" ;;
  esac >/dev/null 2>&1
}

install_packages() {
  local as_root=
  [ "$(id -u)" = 0 ] || as_root=sudo
  { [ -z "$as_root" ] || command -v sudo >/dev/null; } && command -v apt-get >/dev/null ||
    die "cannot install $* here; please install them with your system's packages"
  say "installing $* from the system's packages"
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >&2 ||
    { $as_root apt-get update -q >&2 &&
      $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >&2; } ||
    die "could not install $* (see above); is there a network?"
}

# shellcheck disable=SC2046 # one name for each word
[ "$#" -gt 0 ] || set -- $(programs)
missing=()
for program in "$@"; do
  case " $(programs | tr '\n' ' ') " in
    *" $program "*) ;;
    *) die "no program $program is known here; known: $(programs | tr '\n' ' ')" ;;
  esac
  is_there "$program" || missing+=("$program")
done
[ "${#missing[@]}" = 0 ] || install_packages "${missing[@]}"
