"""What a child process is told: which command, with what, where, within which limits."""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from zyra.core.egress import Broker


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

    def to_file_descriptor(self) -> int:
        """Write the assignment to an unnamed file and return its descriptor, rewound."""
        descriptor = _unnamed_file()
        with os.fdopen(os.dup(descriptor), "wb") as stream:
            stream.write(json.dumps(asdict(self)).encode())
        os.lseek(descriptor, 0, os.SEEK_SET)
        return descriptor

    @classmethod
    def from_file_descriptor(cls, descriptor: int) -> Self:
        """Read what `to_file_descriptor` wrote, and close the descriptor."""
        with os.fdopen(descriptor, "rb") as stream:
            values = json.load(stream)
        values["limits"] = Limits(**values["limits"])
        for name in ("allow_hosts", "readable"):
            values[name] = tuple(values[name])
        values["broker"] = values["broker"] and Broker(**values["broker"])
        return cls(**values)


def _unnamed_file() -> int:
    """A file without a name, in memory where the system has that.

    Secrets may be in the arguments, so they must not lie on a disk.
    """
    if hasattr(os, "memfd_create"):
        return os.memfd_create("zyra-assignment", os.MFD_CLOEXEC)
    with tempfile.TemporaryFile() as stream:
        return os.dup(stream.fileno())
