# The environment in .venv: make it, keep it equal to the pins, say so instantly when it is.
#
# Sourced by start-api.sh, test.sh and check.sh; written for bash 3.2, which macOS has.
# What was installed is remembered as copies in .venv/.installed, compared byte by byte, so a
# second start needs no hashing tool and no Python. A .venv whose set-up was broken off holds
# the file .unfinished and is made anew.

unset CDPATH
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
venv="$root/.venv"
installed="$venv/.installed"
venv_python="$venv/bin/python"
setup_lock="$root/.venv.lock"

say() { printf 'zyra: %s\n' "$*" >&2; }

die() {
  say "$@"
  exit 1
}

# Make .venv hold exactly the pins of the file $1 (requirements.txt or requirements-dev.txt).
ensure_venv() {
  if ! is_installed "$1"; then
    take_setup_lock
    trap release_setup_lock EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    is_installed "$1" || set_up "$1"
    release_setup_lock
    trap - EXIT INT TERM
  fi
  compile_sources
}

is_installed() {
  [ -x "$venv_python" ] && [ ! -e "$venv/.unfinished" ] &&
    cmp -s "$root/$1" "$installed/$1" &&
    cmp -s "$root/pyproject.toml" "$installed/pyproject.toml" &&
    [ "$(cat "$installed/origin" 2>/dev/null)" = "$(origin)" ]
}

# A moved folder or another ZYRA_PYTHON needs another .venv: its scripts hold absolute paths.
origin() { printf '%s\n%s' "$root" "${ZYRA_PYTHON:-$(recorded_python)}"; }

recorded_python() { sed -n 2p "$installed/origin" 2>/dev/null || true; }

set_up() {
  is_usable || make_venv
  say "installing $1 into .venv"
  touch "$venv/.unfinished"
  # Wheels only: building from source would bring in tools that no hash pins.
  pip_install --require-hashes --only-binary :all: -r "$root/requirements.txt"
  # The FTP server of the tests has no wheel; the setuptools that were just installed build it.
  [ "$1" = requirements.txt ] ||
    pip_install --require-hashes --only-binary :all: --no-binary pyftpdlib --no-build-isolation -r "$root/$1"
  pip_install --no-deps --no-build-isolation --editable "$root"
  record "$1"
  rm -f "$venv/.unfinished"
}

# A .venv that somebody made by hand is usable too: it is brought up to the pins, not thrown away.
is_usable() {
  [ ! -e "$venv/.unfinished" ] && is_supported "$venv_python" && has_pip &&
    { [ ! -e "$installed/origin" ] || [ "$(cat "$installed/origin")" = "$(origin)" ]; }
}

has_pip() { "$venv_python" -m pip --version >/dev/null 2>&1; }

make_venv() {
  local python
  python="$(find_python)" || exit 1
  say "making .venv with $("$python" --version 2>&1) ($python)"
  rm -rf "$venv"
  mkdir "$venv"
  touch "$venv/.unfinished"
  "$python" -m venv "$venv" && has_pip ||
    die "could not make .venv; on Debian and Ubuntu install its missing part with: sudo apt install python3-venv"
  mkdir -p "$installed"
  printf '%s\n%s\n' "$root" "$python" >"$installed/origin"
}

pip_install() {
  "$venv_python" -m pip --disable-pip-version-check --no-input install --quiet "$@" ||
    die "pip could not install the dependencies (see above); is there a network?"
}

# requirements-dev.txt holds all of requirements.txt, so whoever has it can start the service too.
record() {
  mkdir -p "$installed"
  [ -e "$installed/origin" ] || printf '%s\n%s\n' "$root" "${ZYRA_PYTHON:-}" >"$installed/origin"
  rm -f "$installed"/requirements*.txt
  cp "$root/pyproject.toml" "$root/requirements.txt" "$installed/"
  cp "$root/$1" "$installed/"
}

# The first Python of a version that the pins have wheels for. Each candidate is run, for a pyenv shim may exist and yet fail.
find_python() {
  local candidate
  if [ -n "${ZYRA_PYTHON:-}" ]; then
    is_supported "$ZYRA_PYTHON" || die "ZYRA_PYTHON=$ZYRA_PYTHON is no working Python 3.11, 3.12 or 3.13"
    printf '%s' "$ZYRA_PYTHON"
    return
  fi
  for candidate in python3.13 python3.12 python3.11 python3 python; do
    if is_supported "$candidate"; then
      command -v "$candidate"
      return
    fi
  done
  die "no Python 3.11, 3.12 or 3.13 found; install one (python.org, your system's packages, pyenv) or name it in ZYRA_PYTHON"
}

is_supported() {
  "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1
}

# Cold starts read compiled files; an environment with PYTHONDONTWRITEBYTECODE would never write them.
compile_sources() {
  local mark="$installed/compiled"
  if [ ! -e "$mark" ] || [ -n "$(find "$root/src" -name '*.py' -newer "$mark" -print 2>/dev/null)" ]; then
    touch "$mark"
    "$venv_python" -m compileall -q "$root/src" || say "not every source file compiles (see above)"
  fi
}

# One set-up at a time in a folder; the lock of a process that died is taken over.
take_setup_lock() {
  local owner told=
  until (set -C && echo "$$" >"$setup_lock") 2>/dev/null; do
    owner="$(cat "$setup_lock" 2>/dev/null || true)"
    if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
      rm -f "$setup_lock"
      continue
    fi
    [ -n "$told" ] || say "waiting for another set-up (process $owner) to finish; if there is none, remove $setup_lock"
    told=1
    sleep 1
  done
}

release_setup_lock() { rm -f "$setup_lock"; }
