"""What the shells people use offer after TAB, asked of the shells themselves.

The script of each lies where `zyra completion --help` says. A shell on a terminal of its own gets
all its keys at once and is awaited until it ends, so nothing depends on how fast it is.
"""

import os
import pty
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from programs import needed

# By a function of this name zsh's own completion tells what it found; it goes on unhindered.
TELL_MATCHES = (
    'compadd() { if [[ " $* " != *" -"[AOD]" "* ]]; then '
    'local -a found; builtin compadd -A found "$@"; print -rl -- $found >> offered; fi; '
    'builtin compadd "$@" }'
)
PLACES = {"bash": "zyra.bash", "zsh": "_zyra", "fish": "fish/completions/zyra.fish"}
# One line each: how a shell is made to complete what is typed after `zyra`.
SET_UPS = {
    "bash": "source ./zyra.bash",
    "zsh": f"fpath+=$PWD; autoload -U compinit; compinit -D -u; {TELL_MATCHES}",
}
INTERACTIVE = {"bash": ("--norc", "--noprofile", "-i"), "zsh": ("-f", "-i")}
# How bash itself calls the function of a completion: with the words, and which of them it is at.
ASK_BASH = """source ./zyra.bash
registered=$(complete -p zyra); registered=${registered#* -F }
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
"${registered%% *}" zyra "${*: -1}" "${*: -2:1}"
printf '%s\\n' "${COMPREPLY[@]}" >offered
"""


@dataclass(frozen=True)
class CompletingShell:
    """A shell in `folder`, which holds the script for it."""

    name: str
    folder: Path

    def install(self) -> None:
        """Write its script to its place."""
        place = self.folder / PLACES[self.name]
        place.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "zyra.cli.main", "completion", self.name]
        with place.open("wb") as stream:
            subprocess.run(command, stdout=stream, check=True)

    def offered(self, line: str) -> set[str]:
        """What it offers where `line` ends."""
        (self.folder / "offered").write_text("")
        if self.name == "bash":
            # A last word is begun by a blank, too.
            self._run(["-c", ASK_BASH, "bash", *line.split(" ")])
        elif self.name == "fish":
            # It reads what lies there only for commands that it knows.
            asked = f"function zyra; end; complete -C {shlex.quote(line)} >offered"
            self._run(["-c", asked])
        else:
            self.typed(f"{line}\t")
        told = (self.folder / "offered").read_text().splitlines()
        return {match.partition("\t")[0].strip() for match in told if match}

    def typed(self, line: str) -> list[str]:
        """What `zyra` is called with when `line`, with TABs, is typed into a terminal of it."""
        called = self.folder / "called"
        called.unlink(missing_ok=True)
        stand_in = "zyra() { printf '%s\\n' \"$@\" >called; }"
        self._type(f"{SET_UPS[self.name]}; {stand_in}\n{line}\nexit\n")
        return called.read_text().splitlines()

    def _run(self, arguments: Sequence[str]) -> None:
        subprocess.run([self._program(), *arguments], cwd=self.folder, env=self._own(), check=True)

    def _type(self, keys: str) -> None:
        terminal, other_end = pty.openpty()
        with subprocess.Popen(
            [self._program(), *INTERACTIVE[self.name]],
            stdin=other_end,
            stdout=other_end,
            stderr=other_end,
            cwd=self.folder,
            env=self._own(),
            start_new_session=True,
        ) as shell:
            os.close(other_end)
            os.write(terminal, keys.encode())
            drain(terminal)
            shell.wait()

    def _program(self) -> str:
        return needed(self.name, self.name)

    def _own(self) -> dict[str, str]:
        """The environment of one whose user has set up nothing."""
        homes = ("HOME", "ZDOTDIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
        folders = {name: str(self.folder) for name in homes}
        return {**os.environ, **folders, "TERM": "dumb", "HISTFILE": "", "INPUTRC": os.devnull}


def drain(terminal: int) -> None:
    """Read until the other end is closed, which Linux tells as an error."""
    try:
        while os.read(terminal, 4096):
            continue
    except OSError:
        pass
    finally:
        os.close(terminal)
