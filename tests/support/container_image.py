"""An image that is built, and what runs of it, without a container engine."""

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from machine_root import PATH, Root

# The one interface of a new network, which is down: SIOCSIFFLAGS, IFF_UP.
LOOPBACK_UP = """import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh14x", b"lo", 1))"""
ASK = """import sys, urllib.request as u
_, method, url, kind = sys.argv
asked = u.Request(url, sys.stdin.buffer.read(), {"Content-Type": kind}, method=method)
sys.stdout.write(u.urlopen(asked).read().decode())"""
STOP_S = 90


@dataclass
class Image:
    """A stage that is built: its root, and how it is to be run."""

    root: Root
    env: dict[str, str] = field(default_factory=lambda: {"PATH": PATH})
    workdir: str = "/"
    user: str = "0:0"
    volumes: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    def run(self, command: Sequence[str], more: Mapping[str, str] | None = None) -> str:
        """What a command prints that runs in it; `more` are variables.

        Raises:
            AssertionError: The command fails.
        """
        return self.call(self.script(command, more), shlex.join(command))

    def call(self, script: str, title: str, mounted: Sequence[str] = ()) -> str:
        """What a script prints that root runs in it; see `Root.calling`.

        Raises:
            AssertionError: The script fails.
        """
        return output_of(self.root.calling(script, mounted), title)

    def script(self, command: Sequence[str], more: Mapping[str, str] | None = None) -> str:
        """The shell's text that becomes `command` with the image's user and settings.

        Whoever is not root can gain nothing either, as the stack of docker-compose.yml has it.
        HOME is what the accounts say, as engines have it.
        """
        uid, gid = self.user.split(":")
        rights = [] if uid == "0" else ["--bounding-set", "-all", "--no-new-privs"]
        become = ["setpriv", "--reuid", uid, "--regid", gid, "--clear-groups", *rights]
        # A process of another user outlives its caller, were that not asked for again.
        started = shlex.join([*become, "--pdeathsig", "KILL", "env", "-i"])
        settings = [f"{name}={value}" for name, value in {**self.env, **(more or {})}.items()]
        home = f'"HOME=$(getent passwd {uid} | cut -d: -f6)"'
        workdir = shlex.join(["cd", self.workdir])
        return f"set -e\n{workdir}\nexec {started} {home} {shlex.join([*settings, *command])}"

    @contextmanager
    def started(self, folder: Path) -> Iterator["Container"]:
        """Its command, running as a container: with volumes in `folder`, and a network of its own.

        In that network is nothing but the container, so its port is nobody else's.
        """
        up = shlex.join([sys.executable, "-c", LOOPBACK_UP])
        mounted = [up, *(self._volume(folder, place) for place in self.volumes)]
        command = self.root.calling(self.script(self.command), mounted, ["--net"])
        with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
            container = Container(self, process)
            try:
                yield container
            finally:
                container.kill()

    def _volume(self, folder: Path, place: str) -> str:
        """The command that mounts a volume, which begins with what the image has there."""
        kept = folder / place.strip("/").replace("/", "-")
        kept.mkdir()
        bind = shlex.join(["mount", "--bind", str(kept), "mnt"])
        self.call(shlex.join(["cp", "-a", f"{place}/.", "/mnt"]), f"VOLUME {place}", [bind])
        return shlex.join(["mount", "--bind", str(kept), place.lstrip("/")])


@dataclass(frozen=True)
class Container:
    """An image whose command runs."""

    image: Image
    process: "subprocess.Popen[bytes]"

    def run(self, command: Sequence[str], stdin: bytes = b"") -> str:
        """What a further command prints that runs in it.

        Raises:
            AssertionError: The command fails.
        """
        enter = [
            "nsenter",
            f"--target={self._pid()}",
            "--mount",
            "--pid",
            "--net",
            "--ipc",
            "--uts",
        ]
        script = self.image.script(command)
        return output_of([*enter, "/bin/sh", "-c", script], shlex.join(command), stdin)

    def ask(self, method: str, url: str, body: bytes, kind: str) -> dict[str, object]:
        """The answer, in JSON, to a request from within it."""
        answer: dict[str, object] = json.loads(
            self.run(["python", "-c", ASK, method, url, kind], body)
        )
        return answer

    def is_healthy(self) -> bool:
        """Whether the image's health check succeeds now."""
        return self.succeeds(self.image.health)

    def succeeds(self, command: Sequence[str]) -> bool:
        """Whether a command that runs in it succeeds now.

        Raises:
            AssertionError: The container has ended.
        """
        assert self.process.poll() is None, f"it ended with {self.process.returncode}"
        try:
            self.run(command)
        except AssertionError:
            return False
        return True

    def stop(self) -> int:
        """End it as engines do; the exit code of its command."""
        os.kill(self._pid(), signal.SIGTERM)
        return self.process.wait(STOP_S)

    def kill(self) -> None:
        """End it with all that it has started, if it runs."""
        first = self._first()
        for process in first:
            process.kill()
        psutil.wait_procs(first, STOP_S)
        self.process.kill()

    def _pid(self) -> int:
        """The machine's number of its process 1, once that has the root of the image."""
        first = self._first()
        assert first, "it has no process"
        assert not Path(f"/proc/{first[0].pid}/root").samefile("/"), "it has no root yet"
        return int(first[0].pid)

    def _first(self) -> "list[psutil.Process]":
        """Its process 1; none before it is started and when it has ended."""
        ended = self.process.poll() is not None
        return [] if ended else psutil.Process(self.process.pid).children()


def output_of(command: Sequence[str], title: str, stdin: bytes = b"") -> str:
    """What a command of this machine prints.

    Raises:
        AssertionError: It fails; with `title` and all that it told.
    """
    done = subprocess.run(command, input=stdin, capture_output=True, check=False)
    told = (done.stdout + done.stderr).decode(errors="replace")
    assert done.returncode == 0, f"{title}\nended with {done.returncode}:\n{told}"
    return done.stdout.decode()
