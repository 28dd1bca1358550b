"""The room of a run: which files its process can open, enforced by the kernel.

Arguments are checked before a run, but a data file can itself name others (an HDF5 dataset
may lie in an external file), so the process is confined as well: it reads its inputs,
Python and the system's libraries, writes its own folders, opens TCP connections to the
egress broker only if its command needs the network, to nobody else, and can signal nobody
outside.

Source: Linux kernel documentation, "Landlock: unprivileged access control", ABI 7.
"""

import ctypes
import fcntl
import os
import stat
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

_CREATE_RULESET = 444
_ADD_RULE = 445
_RESTRICT_SELF = 446
_OPENAT2 = 437  # Linux 5.6, so where there is Landlock
_NO_LINKS, _CURRENT_FOLDER = 0x04, -100
_VERSION_FLAG = 1
_RULE_PATH_BENEATH, _RULE_NET_PORT = 1, 2

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG, _MAKE_SYM = 1 << 4, 1 << 5, 1 << 7, 1 << 8, 1 << 12
_REFER, _TRUNCATE = 1 << 13, 1 << 14
# What each ABI can handle: bits of file access, from the first version on.
_HANDLED_FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_TCP, _CONNECT_TCP = 0b11, 0b10  # bind and connect; ABI 4
_SCOPED = 0b11  # abstract Unix sockets, signals; ABI 6

_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
_READ = _READ_FILE | _READ_DIR
_RUN = _READ | _EXECUTE
_WRITE = (_READ | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _MAKE_SYM) | (
    _REFER | _TRUNCATE
)

# What programs and libraries need of the system; nothing with secrets in it.
SYSTEM = ("/usr", "/lib", "/lib64", "/bin")
SETTINGS = (
    "/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/etc/resolv.conf", "/etc/hosts",
    "/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/services", "/etc/localtime",
    "/etc/ld.so.cache", "/etc/mime.types", "/run/systemd/resolve", "/dev/urandom", "/dev/zero",
)  # fmt: skip

_FIRST_DESCRIPTOR = 16  # below are those that a command's streams take

_LIBC = ctypes.CDLL(None, use_errno=True)


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _How(ctypes.Structure):
    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


class _PortRule(ctypes.Structure):
    _fields_ = (("allowed", ctypes.c_uint64), ("port", ctypes.c_uint64))


@dataclass(frozen=True)
class Room:
    """What a run may touch beside Python and the system.

    Attributes:
        readable: Its inputs, by paths without links.
        writable: Its own folders.
        port: The one TCP port that it may connect to, the egress broker's; None for none.
    """

    readable: Sequence[str]
    writable: Sequence[str]
    port: int | None = None


@dataclass(frozen=True)
class Walls:
    """A ruleset of the kernel with all that every run may touch, made before a run is known.

    It belongs to one process: what is added to it would hold for all who share it.

    Attributes:
        version: Of the kernel's Landlock.
        ruleset: Descriptor.
    """

    version: int
    ruleset: int

    def confine(self, room: Room) -> None:
        """Confine this process and all it starts to `room`, for good, and close the ruleset.

        Raises:
            OSError: The kernel refuses.
        """
        files = _files_of(self.version)
        try:
            # A link in place of an output of an earlier run would lead to what it names.
            _allow(self.ruleset, room.readable, _READ & files, opener=_open_plainly)
            _allow(self.ruleset, room.writable, _WRITE & files)
            if self.version >= 4 and room.port is not None:
                _allow_port(self.ruleset, room.port)
            _checked(_LIBC.syscall(_RESTRICT_SELF, self.ruleset, 0))
        finally:
            os.close(self.ruleset)


def landlock_version() -> int:
    """Version of the kernel's Landlock; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    return max(0, int(_LIBC.syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG)))


@dataclass(frozen=True)
class Ground:
    """What every run may touch, opened once for all runs.

    Attributes:
        version: Of the kernel's Landlock.
        rules: With a descriptor each.
    """

    version: int
    rules: Sequence[_PathRule]

    def build_walls(self) -> Walls:
        """What confines one run.

        Raises:
            OSError: The kernel refuses.
        """
        asked = _Ruleset(
            _files_of(self.version),
            _TCP if self.version >= 4 else 0,
            _SCOPED if self.version >= 6 else 0,
        )
        size = _size(self.version)
        ruleset = _checked(_LIBC.syscall(_CREATE_RULESET, ctypes.byref(asked), size, 0))
        for rule in self.rules:
            _add(ruleset, rule)
        lifted = fcntl.fcntl(ruleset, fcntl.F_DUPFD_CLOEXEC, _FIRST_DESCRIPTOR)
        os.close(ruleset)
        return Walls(self.version, lifted)

    def close(self) -> None:
        """Close the descriptors; walls that were built stand."""
        for rule in self.rules:
            os.close(rule.parent)


def survey() -> Ground | None:
    """Open what every run needs; None where the kernel has no Landlock, as `zyra doctor` says."""
    version = landlock_version()
    if version == 0:
        return None
    files = _files_of(version)
    places = (
        *((place, _RUN) for place in _outermost((*_python_places(), *SYSTEM))),
        *((place, _READ) for place in SETTINGS),
        ("/dev/null", _WRITE),
    )
    rules = (_rule(place, access & files, _open_for_rule) for place, access in places)
    return Ground(version, [rule for rule in rules if rule is not None])


def _files_of(version: int) -> int:
    """The kinds of access to files that a version can handle."""
    return max(bits for first, bits in _HANDLED_FILES.items() if first <= version)


def _size(version: int) -> int:
    """Bytes of the ruleset that a version knows; an older one refuses a longer one."""
    return 8 if version < 4 else 16 if version < 6 else 24


def _python_places() -> set[str]:
    """Where the interpreter and its packages are."""
    return {sys.prefix, sys.base_prefix, *filter(os.path.isabs, sys.path)}


def _outermost(places: Iterable[str]) -> set[str]:
    """Real places of those that lie beneath no other: a rule holds for all below it."""
    real = {os.path.realpath(place) for place in places}
    return {p for p in real if not any(p.startswith(f"{other}/") for other in real)}


def _open_for_rule(place: str) -> int:
    return os.open(place, os.O_PATH | os.O_CLOEXEC)


def _open_plainly(place: str) -> int:
    """Open a path that has no links.

    Source: openat2(2).
    """
    how = _How(os.O_PATH | os.O_CLOEXEC, 0, _NO_LINKS)
    path = os.fsencode(place)
    return _checked(
        _LIBC.syscall(_OPENAT2, _CURRENT_FOLDER, path, ctypes.byref(how), ctypes.sizeof(how))
    )


def _allow(
    ruleset: int,
    places: Iterable[str],
    access: int,
    opener: Callable[[str], int] = _open_for_rule,
) -> None:
    """Allow `access` beneath each of `places`."""
    for place in places:
        rule = _rule(place, access, opener)
        if rule is not None:
            try:
                _add(ruleset, rule)
            finally:
                os.close(rule.parent)


def _rule(place: str, access: int, opener: Callable[[str], int]) -> _PathRule | None:
    """The rule that allows `access` beneath a place; one that does not exist needs none."""
    try:
        parent = opener(place)
    except OSError:
        return None
    is_folder = stat.S_ISDIR(os.fstat(parent).st_mode)
    return _PathRule(access if is_folder else access & _ON_FILES, parent)


def _add(ruleset: int, rule: _PathRule) -> None:
    _checked(_LIBC.syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, ctypes.byref(rule), 0))


def _allow_port(ruleset: int, port: int) -> None:
    rule = _PortRule(_CONNECT_TCP, port)
    _checked(_LIBC.syscall(_ADD_RULE, ruleset, _RULE_NET_PORT, ctypes.byref(rule), 0))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"landlock: {os.strerror(number)}")
    return result
