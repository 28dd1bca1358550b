"""A root file system for a test: this machine's own, with changes that stay in a folder.

It is an overlay, entered in namespaces of its own that end with the first process in them. So
nothing of the machine is changed, and nothing stays mounted or running, however a test ends.
"""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = ("setpriv", "unshare", "nsenter", "mount", "pivot_root", "apt-get")  # of any Debian
PYTHON = Path(sys.base_prefix, "bin", f"python3.{sys.version_info.minor}").resolve()
PATH = f"{PYTHON.parent}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
NOBODY = 65534
INSTALLED = "zyra"  # the user of a machine on which the service is installed
# Ends with its caller, even where that is killed, and takes along all that it has started.
APART = (
    *("setpriv", "--pdeathsig", "KILL"),
    *("unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child"),
)


@dataclass(frozen=True)
class Root:
    """A root whose changes are kept below `folder`."""

    folder: Path

    @property
    def changes(self) -> Path:
        """What was added to the machine's files or changed in them, under the same paths."""
        return self.folder / "changes"

    def make(self, base: "Root | None" = None) -> None:
        """Begin with what `base` holds, or else with the machine as a bare system.

        The changes of the base are copied: the kernel takes no second layer from below the first
        one, which is the whole machine.
        """
        for name in ("work", "root"):
            (self.folder / name).mkdir(parents=True)
        if base is None:
            self.changes.mkdir()
            _write_bare_system(self.changes)
        else:
            subprocess.run(["cp", "-a", base.changes, self.changes], check=True)

    def mounting(self, place: Path | str) -> str:
        """The shell's command that mounts it at `place`."""
        layers = f"lowerdir=/,upperdir={self.changes},workdir={self.folder / 'work'}"
        # Without an index, for a mount of the step before may still be on its way out.
        options = f"index=off,{layers}"
        return shlex.join(["mount", "-t", "overlay", "-o", options, "overlay", str(place)])

    def calling(
        self, script: str, mounted: Sequence[str] = (), options: Sequence[str] = ()
    ) -> list[str]:
        """The command that runs a script in it, as process 1.

        Args:
            script: Text for a shell, run by root in `/`.
            mounted: Commands run before that in its folder, where paths are still the machine's.
            options: Further flags of unshare.
        """
        devices = (f"touch dev/{name}; mount --bind /dev/{name} dev/{name}" for name in DEVICES)
        lines = [
            "set -e",
            self.mounting(self.folder / "root"),
            f"cd {shlex.quote(str(self.folder / 'root'))}",
            "mount -t proc proc proc",
            "mount --rbind -o ro /sys sys",
            "mount -t tmpfs -o mode=755 dev dev",
            *devices,
            "mkdir -m 1777 dev/shm; mkdir dev/pts; ln -s /proc/self/fd pts/ptmx dev",
            "mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts",
            *mounted,
            "pivot_root . .",  # both roots at one place, the old one on top
            "umount -l .",
            script,
        ]
        return [*APART, *options, "/bin/sh", "-c", "\n".join(lines)]


def why_not(folder: Path) -> str | None:
    """Why this machine can make no such root below `folder`, if it cannot."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "roots of their own need Linux and the user root"
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        return f"roots of their own need {', '.join(missing)}"
    root = Root(folder / "tried")
    try:
        root.make()
    except PermissionError as exc:  # root of a container only
        return f"roots of their own need more rights: {exc}"
    done = subprocess.run(root.calling("true"), capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else None


def _write_bare_system(changes: Path) -> None:
    """What makes this machine look like the image of Python: that, and no accounts of people."""
    for name, mode in (("tmp", 0o1777), ("run", 0o755), ("srv", 0o755)):
        _folder(changes / name, mode)
        os.setxattr(changes / name, "trusted.overlay.opaque", b"y")  # hides what is below
    etc = _folder(changes / "etc")
    _write_accounts(etc)
    shutil.copy("/etc/resolv.conf", etc)  # which may be a link into /run
    (_folder(etc / "apt/apt.conf.d") / "zz-retries").write_text('Acquire::Retries "5";\n')
    # As Debian's images have it.
    (_folder(etc / "dpkg/dpkg.cfg.d") / "unsafe-io").write_text("force-unsafe-io\n")
    programs = PYTHON.relative_to("/").parent
    for folder in (programs, *programs.parents):
        _folder(changes / folder)  # so that every user finds the way
    for name in ("python", "python3"):
        (changes / programs / name).symlink_to(PYTHON.name)


def _write_accounts(etc: Path) -> None:
    """Leave the accounts that Debian's packages know of, and no others."""
    for names, numbers in (("shadow", "passwd"), ("gshadow", "group")):
        lines = [line.split(":") for line in Path("/etc", numbers).read_text().splitlines()]
        known = {line[0] for line in lines if int(line[2]) < 1000 or int(line[2]) == NOBODY}
        for name in (names, numbers):
            whole = Path("/etc", name).read_text().splitlines(keepends=True)
            kept = [line for line in whole if line.split(":")[0] in known - {INSTALLED}]
            shutil.copy(Path("/etc", name), etc)  # for its mode
            (etc / name).write_text("".join(kept))


def _folder(path: Path, mode: int = 0o755) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(mode)
    return path
