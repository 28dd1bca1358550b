"""Commands that connect by every means a run has: our client, curl, C's own calls."""

import ctypes
import socket
import subprocess
import sys

from zyra.core.arguments import Args, arg
from zyra.core.command import Command, commands_by_name
from zyra.core.job import Job
from zyra.core.kinds import InputSource, SourceUrl
from zyra.transfer.ranges import fetch_bytes

MPTCP = 262  # IPPROTO_MPTCP, which speaks to a listener for TCP as well
_MOST_BYTES = 1 << 20


class UrlArgs(Args):
    """Take a URL."""

    url: SourceUrl = arg("http://127.0.0.1/", "URL to get")
    through: bool = arg(False, "Whether a program is told of the broker")


class PortArgs(Args):
    """Take a port that nobody checks."""

    port: int = arg(0, "Port on 127.0.0.1")


class SourceArgs(Args):
    """Take a file or a URL."""

    input: InputSource = arg("-", "What to read")


def surroundings(args: SourceArgs, job: Job) -> None:
    """Tell whether there is a broker, and whether a socket of TCP can be made at all."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM):
            sockets = "sockets"
    except OSError:
        sockets = "no sockets"
    broker = "a broker" if job.network.broker else "no broker"
    sys.stdout.write(f"{broker}, {sockets}")


def get(args: UrlArgs, job: Job) -> None:
    """Use our client."""
    job.stdout.write(fetch_bytes(args.url, job, _MOST_BYTES) or b"none")


def curl(args: UrlArgs, job: Job) -> None:
    """Use a program."""
    broker = job.network.broker
    proxy = ["-x", broker.url] if args.through and broker else []
    command = ["/usr/bin/curl", "-q", "-sS", "--fail", "-m", "5", *proxy, args.url]
    ended = subprocess.run(command, capture_output=True, check=False)
    sys.stdout.write(f"{ended.returncode} {ended.stdout.decode()}")


def connect(args: PortArgs, job: Job) -> None:
    """Use C's calls, with every kind of socket that could reach a TCP or UDP port."""
    libc = ctypes.CDLL(None)
    for name, kind, protocol in (
        ("tcp", socket.SOCK_STREAM, 0),
        ("mptcp", socket.SOCK_STREAM, MPTCP),
        ("udp", socket.SOCK_DGRAM, 0),
    ):
        descriptor = libc.socket(socket.AF_INET, kind, protocol)
        where = socket.AF_INET.to_bytes(2, "little") + args.port.to_bytes(2, "big")
        where += bytes([127, 0, 0, 1]) + bytes(8)
        if descriptor >= 0 and libc.connect(descriptor, where, 16) == 0:
            libc.send(descriptor, b"x", 1, 0)
            sys.stdout.write(f"{name} ")


_COMMANDS = (("get", UrlArgs), ("curl", UrlArgs), ("connect", PortArgs))

REGISTRY = {
    "acquire": commands_by_name(
        *(
            Command("acquire", name, args, run=f"{__name__}:{name}", network=True)
            for name, args in _COMMANDS
        )
    ),
    "process": commands_by_name(
        Command("process", "surroundings", SourceArgs, run=f"{__name__}:surroundings")
    ),
}
