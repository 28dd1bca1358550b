"""Calls that no command needs are refused by the kernel, seen from within a confined process."""

import subprocess
import sys

import pytest

from zyra.jobs.isolation.seccomp import has_seccomp

pytestmark = pytest.mark.skipif(not has_seccomp(), reason="this kernel filters no calls")

# Each tries something in a confined process and prints what came of it.
CONFINE = """
import ctypes, os, socket, subprocess, threading
from zyra.jobs.isolation.seccomp import refuse_calls, refuse_sockets
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(38, 1, 0, 0, 0)
refuse_calls()
if not {network}:
    refuse_sockets()

def call(number, *arguments):
    result = libc.syscall(number, *arguments)
    return os.strerror(ctypes.get_errno()) if result < 0 else result

def made(family, kind):
    try:
        socket.socket(family, kind).close()
    except OSError as error:
        return os.strerror(error.errno)
    return "made"
"""


def said(code: str, *, network: bool = False) -> str:
    program = CONFINE.format(network=network) + code
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    "attempt",
    [
        "libc.ptrace(0, 0, 0, 0)",
        "libc.mount(b'none', b'/mnt', b'tmpfs', 0, None)",
        "libc.umount2(b'/mnt', 2)",
        "libc.chroot(b'/')",
        "libc.unshare(0x10000000)",
        "libc.setns(0, 0)",
        "libc.personality(0xffffffff)",
        "libc.syscall({'x86_64': 321, 'aarch64': 280}[os.uname().machine], 0, None, 0)",
        "libc.syscall({'x86_64': 250, 'aarch64': 219}[os.uname().machine], 0, -3, 1)",
        "libc.process_vm_readv(os.getppid(), None, 0, None, 0, 0)",
        "libc.prlimit(os.getppid(), 7, None, None)",
        "libc.setpriority(0, os.getppid(), 19)",
        "libc.setpriority(2, 0, 19)",
        "libc.sched_setaffinity(os.getppid(), 8, bytes([255] * 8))",
        "libc.sched_setscheduler(os.getppid(), 0, bytes(4))",
        "libc.chmod(b'/nowhere', 0)",
        "libc.chown(b'/nowhere', 0, 0)",
        "libc.setxattr(b'/nowhere', b'user.a', b'', 0, 0)",
    ],
)
def test_what_leads_out_of_the_room_is_refused(attempt: str) -> None:
    told = said(f"print({attempt}, os.strerror(ctypes.get_errno()))")
    assert told == "-1 Operation not permitted"


def test_a_process_in_a_namespace_of_its_own_is_refused_and_a_plain_one_is_not() -> None:
    number = "{'x86_64': 56, 'aarch64': 220}[os.uname().machine]"
    new_user = 0x10000000 | 17  # CLONE_NEWUSER | SIGCHLD
    assert said(f"print(call({number}, {new_user}, 0, 0, 0, 0))") == "Operation not permitted"
    assert said("print(subprocess.run(['true']).returncode)") == "0"


def test_io_uring_seems_not_to_exist() -> None:
    assert said("print(call(425, 8, None))") == "Function not implemented"


def test_threads_and_pipes_are_left() -> None:
    told = said(
        "seen = []\nthread = threading.Thread(target=lambda: seen.append(1))\n"
        "thread.start(); thread.join(); os.pipe(); print(seen)"
    )
    assert told == "[1]"


SOCKETS = """
print([made(*each) for each in (
    (socket.AF_INET, socket.SOCK_STREAM), (socket.AF_INET6, socket.SOCK_STREAM),
    (socket.AF_INET, socket.SOCK_DGRAM), (socket.AF_UNIX, socket.SOCK_STREAM),
    (socket.AF_NETLINK, socket.SOCK_RAW), (socket.AF_PACKET, socket.SOCK_RAW))])
"""


def test_a_run_may_set_its_own_limits_and_niceness() -> None:
    told = said(
        "import resource\n"
        "limits = resource.getrlimit(resource.RLIMIT_NOFILE)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, limits)\n"
        "print(os.nice(1) - os.nice(0))"
    )
    assert told == "0"


@pytest.mark.parametrize(
    ("kind", "outcome"), [("STREAM", "made"), ("SEQPACKET", "made"), ("DGRAM", "refused")]
)
def test_pairs_of_sockets_that_can_send_to_others_are_refused(kind: str, outcome: str) -> None:
    told = said(
        f"try: socket.socketpair(type=socket.SOCK_{kind}); print('made')\n"
        "except PermissionError: print('refused')"
    )
    assert told == outcome


def test_without_network_there_is_no_socket_of_any_kind() -> None:
    assert said(SOCKETS) == str(["Permission denied"] * 6)


def test_with_network_there_is_tcp_alone() -> None:
    assert said(SOCKETS, network=True) == str(["made"] * 2 + ["Permission denied"] * 4)


def test_what_a_run_starts_is_confined_too() -> None:
    told = said(
        "import sys\n"
        "code = 'import socket\\ntry: socket.socket()\\nexcept OSError as e: print(e.strerror)'\n"
        "subprocess.run([sys.executable, '-c', code])"
    )
    assert told == "Permission denied"
