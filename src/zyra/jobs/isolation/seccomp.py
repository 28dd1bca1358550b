"""The system calls of a run: what no command ever needs is refused by the kernel.

A list of what is refused, not of what is allowed: the libraries under the commands differ from
release to release, and a call that is missing from a list of allowed ones would break a run. So
this keeps a run from what leads out of its room: other processes, mounts, namespaces, kernel
keys and modules, raw and Unix sockets, io_uring (whose operations no filter sees).

Source: Linux kernel documentation, "Seccomp BPF"; numbers from asm/unistd_64.h (x86_64) and
asm-generic/unistd.h (aarch64).
"""

import ctypes
import errno
import os
import platform
import socket
import struct
import sys
from collections.abc import Iterator, Mapping

_SET_MODE_FILTER, _ALL_THREADS = 1, 1
_GET_SECCOMP = 21
_KILL, _REFUSE, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN, _AND = 0x20, 0x15, 0x35, 0x45, 0x06, 0x54
# Where seccomp_data has the number, the architecture and the low half of each argument.
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
_X32_BIT = 0x40000000  # x86_64 knows every call a second time under these numbers

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_CLONE = {"x86_64": 56, "aarch64": 220}
_SOCKET = {"x86_64": 41, "aarch64": 198}
_SOCKETPAIR = {"x86_64": 53, "aarch64": 199}
_IOCTL = {"x86_64": 16, "aarch64": 29}
_SETPRIORITY = {"x86_64": 141, "aarch64": 140}
_PRLIMIT = {"x86_64": 302, "aarch64": 261}

# Calls that are refused: name -> number on (x86_64, aarch64); None where it does not exist.
_REFUSED: Mapping[str, tuple[int, int | None]] = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "move_pages": (279, 239),
    "migrate_pages": (256, 238),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "unshare": (272, 97),
    "setns": (308, 268),
    "personality": (135, 92),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "syslog": (103, 116),
    "vhangup": (153, 58),
    "ioperm": (173, None),
    "iopl": (172, None),
    "uselib": (134, None),
    "fanotify_init": (300, 262),
    "memfd_secret": (447, 447),
    # Landlock lets the owner of a file beyond its rules change all but what is in it.
    "chmod": (90, None),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "setxattrat": (463, 463),
    "removexattrat": (466, 466),
    # These slow down or end other processes of the same user, and Landlock does not watch them.
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setattr": (314, 274),
    "sched_setaffinity": (203, 122),
    "ioprio_set": (251, 30),
}
# Calls that look as if the kernel did not have them, so that libraries do without: the filter
# cannot see what clone3 and io_uring are asked for, since that lies in memory.
_ABSENT: Mapping[str, tuple[int, int | None]] = {
    "clone3": (435, 435),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
}
_NEW_NAMESPACES = 0x7E020000  # CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
_PUSH_INPUT = 0x5412  # TIOCSTI: type into the terminal of whoever started the service
_FAMILIES = (socket.AF_INET, socket.AF_INET6)
_TYPE_BITS = 0xF  # below SOCK_CLOEXEC and SOCK_NONBLOCK

_Program = bytes


class _FilterProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


_LIBC = ctypes.CDLL(None, use_errno=True)


def has_seccomp() -> bool:
    """Whether calls can be filtered here."""
    is_known = sys.platform == "linux" and _MACHINE in _ARCHITECTURES
    return is_known and _LIBC.prctl(_GET_SECCOMP, 0, 0, 0, 0) >= 0


def refuse_calls() -> None:
    """Refuse this process and all it starts the calls above, for good, and sockets but TCP over IP.

    Needs no_new_privs, which Landlock needs too. Where the kernel has no filters nothing happens.

    Raises:
        OSError: The kernel has filters and refuses this one.
    """
    _filter(_PROGRAM)


def refuse_sockets() -> None:
    """Refuse this process and all it starts every socket, for good.

    A filter of its own, as most of the time goes into the long one, which a child can have before
    it knows whether it may connect.

    Raises:
        OSError: The kernel has filters and refuses this one.
    """
    _filter(_NO_SOCKETS)


def _filter(program: _Program) -> None:
    if not has_seccomp():
        return
    asked = _FilterProgram(len(program) // 8, program)
    number = _SECCOMP[_MACHINE]
    if _LIBC.syscall(number, _SET_MODE_FILTER, _ALL_THREADS, ctypes.byref(asked)) != 0:
        fault = ctypes.get_errno()
        raise OSError(fault, f"seccomp: {os.strerror(fault)}")


def _program(machine: str) -> Iterator[_Program]:
    """The filter as BPF instructions, 8 bytes each."""
    column = list(_ARCHITECTURES).index(machine)
    yield _step(_LOAD, _ARCHITECTURE_AT)
    yield _step(_EQUAL, _ARCHITECTURES[machine], then=1)
    yield _step(_RETURN, _KILL)
    yield _step(_LOAD, _NUMBER_AT)
    if machine == "x86_64":
        yield _step(_AT_LEAST, _X32_BIT, otherwise=1)
        yield _refuse(errno.ENOSYS)
    for calls, fault in ((_REFUSED, errno.EPERM), (_ABSENT, errno.ENOSYS)):
        for numbers in calls.values():
            number = numbers[column]
            if number is not None:
                yield _step(_EQUAL, number, otherwise=1)
                yield _refuse(fault)
    yield from _when(_CLONE[machine], _refuse_if_any_bit(_NEW_NAMESPACES))
    yield from _when(_IOCTL[machine], _refuse_if_equal(1, _PUSH_INPUT))
    yield from _when(_SETPRIORITY[machine], _only_zeros(0, 1))  # PRIO_PROCESS, this one
    yield from _when(_PRLIMIT[machine], _only_zeros(0))  # of this process
    yield from _when(_SOCKETPAIR[machine], _only_connected())
    yield from _when(_SOCKET[machine], _only_tcp())
    yield _step(_RETURN, _ALLOW)


def _when(number: int, steps: list[_Program]) -> Iterator[_Program]:
    """Steps for one call; they may use the accumulator, which has its number before and after."""
    yield _step(_EQUAL, number, otherwise=len(steps) + 1)
    yield from steps
    yield _step(_LOAD, _NUMBER_AT)


def _refuse_if_any_bit(bits: int) -> list[_Program]:
    load = _step(_LOAD, _ARGUMENTS_AT)
    return [load, _step(_ANY_BIT, bits, otherwise=1), _refuse(errno.EPERM)]


def _refuse_if_equal(argument: int, value: int) -> list[_Program]:
    load = _step(_LOAD, _ARGUMENTS_AT + 8 * argument)
    return [load, _step(_EQUAL, value, otherwise=1), _refuse(errno.EPERM)]


def _only_zeros(*arguments: int) -> list[_Program]:
    """Refuse a call unless these of its arguments, which are 32 bits wide, are 0."""
    steps: list[_Program] = []
    for argument in arguments:
        load = _step(_LOAD, _ARGUMENTS_AT + 8 * argument)
        steps += [load, _step(_EQUAL, 0, then=1), _refuse(errno.EPERM)]
    return steps


def _only_connected() -> list[_Program]:
    """Refuse pairs of Unix sockets that can send to others too, by their paths."""
    return [
        _step(_LOAD, _ARGUMENTS_AT + 8),
        _step(_AND, _TYPE_BITS),
        _step(_EQUAL, socket.SOCK_STREAM, then=2),
        _step(_EQUAL, socket.SOCK_SEQPACKET, then=1),
        _refuse(errno.EACCES),
    ]


def _only_tcp() -> list[_Program]:
    """Refuse every family but IP, every type but streams, every protocol but TCP.

    Landlock watches TCP; MPTCP speaks to the same listeners past it.
    """
    first, second = _FAMILIES
    return [
        _step(_LOAD, _ARGUMENTS_AT),
        _step(_EQUAL, first, then=2),
        _step(_EQUAL, second, then=1),
        _refuse(errno.EACCES),
        _step(_LOAD, _ARGUMENTS_AT + 8),
        _step(_AND, _TYPE_BITS),
        _step(_EQUAL, socket.SOCK_STREAM, then=1),
        _refuse(errno.EACCES),
        _step(_LOAD, _ARGUMENTS_AT + 16),
        _step(_EQUAL, 0, then=2),
        _step(_EQUAL, socket.IPPROTO_TCP, then=1),
        _refuse(errno.EACCES),
    ]


def _refuse(fault: int) -> _Program:
    return _step(_RETURN, _REFUSE | fault)


def _step(code: int, value: int, *, then: int = 0, otherwise: int = 0) -> _Program:
    """One instruction; `then` and `otherwise` skip so many instructions."""
    return struct.pack("=HBBI", code, then, otherwise, value)


def _no_sockets(machine: str) -> Iterator[_Program]:
    yield _step(_LOAD, _NUMBER_AT)
    yield from _when(_SOCKET[machine], [_refuse(errno.EACCES)])
    yield _step(_RETURN, _ALLOW)


# Made once, in the warm parent, for all of its children.
_MACHINE = platform.machine()
_PROGRAM = b"".join(_program(_MACHINE)) if _MACHINE in _ARCHITECTURES else b""
_NO_SOCKETS = b"".join(_no_sockets(_MACHINE)) if _MACHINE in _ARCHITECTURES else b""
