"""What a child process is told: which command, with what, where, within which limits."""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from zyra.core.egress import Broker

PREPARE, BEGIN = b"prepare", b"begin"  # what a spare child is told: with it and with its streams


_encode = json.JSONEncoder(default=vars).encode


@dataclass(frozen=True)
class Limits:
    """What one command may use at most.

    Attributes:
        memory_bytes: Private writable memory (RLIMIT_DATA).
        file_bytes: Size of any one file that it writes (RLIMIT_FSIZE).
        cpu_s: Processor time over all its threads (RLIMIT_CPU).
    """

    memory_bytes: int
    file_bytes: int
    cpu_s: int


@dataclass(frozen=True)
class Assignment:
    """One run of one command of the registry.

    Attributes:
        args: Validated arguments; paths of uploads and data roots are absolute now.
        folder: Working folder; everything written there becomes an output.
        scratch: Folder for temporary files, removed afterwards.
        allow_hosts: Entries of the network policy.
        readable: Absolute paths of its inputs; it can read no others.
        broker: What connects for it; None where it needs no network.
        variables: Of cloud tools: endpoints, regions, credentials.
        request_id: Of the request that it came from, or None; stands in what is told of faults.
    """

    stage: str
    command: str
    args: Mapping[str, Any]
    folder: str
    scratch: str
    limits: Limits
    allow_hosts: tuple[str, ...] = ()
    readable: tuple[str, ...] = ()
    broker: Broker | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    request_id: str | None = None

    def to_file_descriptor(self) -> int:
        """Write the assignment to an unnamed file and return its descriptor, rewound."""
        return unnamed_file(self.to_bytes())

    def to_bytes(self) -> bytes:
        """As JSON."""
        return _encode(vars(self)).encode()

    @classmethod
    def from_file_descriptor(cls, descriptor: int) -> Self:
        """Read what `to_file_descriptor` wrote; the place in the file stays where it is."""
        return cls.from_bytes(os.pread(descriptor, os.fstat(descriptor).st_size, 0))

    @classmethod
    def from_bytes(cls, told: bytes) -> Self:
        """What `to_bytes` wrote."""
        values = json.loads(told.decode())
        values["limits"] = Limits(**values["limits"])
        for name in ("allow_hosts", "readable"):
            values[name] = tuple(values[name])
        values["broker"] = values["broker"] and Broker(**values["broker"])
        return cls(**values)


def unnamed_file(content: bytes) -> int:
    """Descriptor of a file without a name, rewound; in memory where the system has that.

    Secrets may be in the arguments, so they must not lie on a disk.
    """
    descriptor = _new_file()
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.lseek(descriptor, 0, os.SEEK_SET)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _new_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("zyra", os.MFD_CLOEXEC)
    with tempfile.TemporaryFile() as stream:
        return os.dup(stream.fileno())
