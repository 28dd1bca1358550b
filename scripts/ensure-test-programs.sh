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

programs() { printf 'chromium\ncaddy\nnginx\nffmpeg\nprometheus\nzsh\nfish\n'; }

# Chromium has other names on other systems; servers lie where only root has its path.
is_there() {
  local PATH="$PATH:/usr/sbin:/sbin"
  case "$1" in
    chromium) command -v chromium || command -v chromium-browser || command -v google-chrome ;;
    prometheus) command -v prometheus && command -v promtool ;;
    caddy | nginx | ffmpeg | zsh | fish) command -v "$1" ;;
    *) die "no program $1 is known here; known: $(programs | tr '\n' ' ')" ;;
  esac >/dev/null 2>&1
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

install_packages() {
  { [ "$(id -u)" = 0 ] || command -v sudo >/dev/null; } && command -v apt-get >/dev/null ||
    die "cannot install $* here; please install them with your system's packages"
  say "installing $* from the system's packages"
  apt_install "$@" || { as_root apt-get update -q >&2 && apt_install "$@"; } ||
    die "could not install $* (see above); is there a network?"
  leave_stopped "$@"
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >&2
}

# Packages of servers start them; tests start their own, on ports of their own.
leave_stopped() {
  local program
  [ -d /run/systemd/system ] || return 0
  for program in "$@"; do
    case "$program" in caddy | nginx | prometheus) as_root systemctl disable --quiet --now "$program.service" ;; esac
  done
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
