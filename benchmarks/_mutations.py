"""Damage files at random, run commands on them, and say which run did not end as it should.

Each run is a process of its own, so that a crash inside a C library is a finding and not the
end. Damage is made from a seed: the same seed gives the same files.
"""

import os
import random
import resource
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zyra.core.network import NetworkPolicy
from zyra.core.outputs import PART_PREFIX
from zyra.core.running import run_to_exit_code
from zyra.core.stream_job import job_on_standard_streams
from zyra.registry import CLI_REGISTRY, find_command

GOOD_CODES = (0, 2)
LONGEST_RUN_S = 60
MEMORY_BYTES = 6 << 30

# Numbers that counts and offsets are seldom ready for.
_EXTREMES = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\0\0\0\1")
_HEADER_BYTES = 4096


@dataclass(frozen=True)
class Trial:
    """A file to damage and the command to run on it.

    Attributes:
        source: The whole file, or the folder of a Zarr store of which one file is damaged.
        command: Of stage process.
        args: Besides input and output.
        output: Name of the output.
        source_argument, target_argument: Which arguments take the file and the output.
    """

    source: Path
    command: str
    args: Mapping[str, Any]
    output: str
    source_argument: str = "input"
    target_argument: str = "output"


@dataclass(frozen=True)
class Finding:
    """A run that did not end as it should."""

    seed: int
    trial: Trial
    problem: str

    def __str__(self) -> str:
        return f"seed {self.seed}: {self.trial.command} of {self.trial.source.name}: {self.problem}"


def damaged(data: bytes, rng: random.Random) -> bytes:
    """`data` with one to three kinds of damage; half of them in its first 4 kB."""
    for _ in range(rng.randint(1, 3)):
        data = rng.choice(_DAMAGES)(data, rng)
    return data


def findings(trials: list[Trial], seeds: range) -> Iterator[Finding]:
    """Damage and run, the trials in turns, one for each seed."""
    for seed in seeds:
        trial = trials[seed % len(trials)]
        with tempfile.TemporaryDirectory(prefix="zyra-mutation-") as folder:
            problem = _problem(trial, seed, Path(folder))
        if problem:
            yield Finding(seed, trial, problem)


def make_input(trial: Trial, seed: int, folder: Path) -> Path:
    """The damaged input of a trial."""
    rng = random.Random(seed)
    target = folder / trial.source.name
    if trial.source.is_file():
        target.write_bytes(damaged(trial.source.read_bytes(), rng))
        return target
    files = sorted(path for path in trial.source.rglob("*") if path.is_file())
    victim = rng.choice(files)
    for path in files:
        copy = target / path.relative_to(trial.source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        data = path.read_bytes()
        copy.write_bytes(damaged(data, rng) if path == victim else data)
    return target


def _problem(trial: Trial, seed: int, folder: Path) -> str:
    source, output, errors = make_input(trial, seed, folder), folder / "out", folder / "errors"
    output.mkdir()
    child = os.fork()
    if child == 0:
        _run(trial, source, output, errors)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    said = errors.read_text(errors="replace")
    left = sorted(path.name for path in output.iterdir())
    if code < 0:
        return f"died of {signal.Signals(-code).name}"
    if code not in GOOD_CODES or "Traceback" in said:
        return f"exit code {code}: {said[-1500:]}"
    if any(name.startswith(PART_PREFIX) for name in left):
        return f"left {', '.join(left)}"
    if code and (left or said.count("zyra: error: ") != 1):
        return f"exit code {code}, outputs {left}, stderr {said[-500:]!r}"
    return ""


def _run(trial: Trial, source: Path, output: Path, errors: Path) -> None:
    """Be the process of one run; does not return."""
    try:
        os.dup2(os.open(os.devnull, os.O_RDWR), 1)
        os.dup2(os.open(errors, os.O_CREAT | os.O_WRONLY | os.O_APPEND), 2)
        # A test runner may have put objects of its own in their place.
        sys.stdout, sys.stderr = open(1, "w"), open(2, "w")  # noqa: SIM115
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.alarm(LONGEST_RUN_S)
        command = find_command(CLI_REGISTRY, "process", trial.command)
        args = command.args.model_validate(
            {
                **trial.args,
                trial.source_argument: str(source),
                trial.target_argument: str(output / trial.output),
            }
        )
        policy = NetworkPolicy.allowing([])
        code = run_to_exit_code(command, args, job_on_standard_streams(args, policy))
    except BaseException:  # noqa: BLE001 - whatever it is, it is what is looked for
        traceback.print_exc()
        code = 99
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _place(data: bytes, rng: random.Random) -> int:
    """A place in `data`, half the time in its header."""
    end = len(data) if rng.random() < 0.5 else min(len(data), _HEADER_BYTES)
    return rng.randrange(max(end, 1))


def _cut(data: bytes, rng: random.Random) -> bytes:
    return data[: _place(data, rng)]


def _flip(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        if changed:
            changed[_place(data, rng)] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _exaggerate(data: bytes, rng: random.Random) -> bytes:
    at = _place(data, rng)
    number = rng.choice(_EXTREMES)
    number = number if rng.random() < 0.5 else number[::-1]
    return data[:at] + number + data[at + 4 :]


def _lose(data: bytes, rng: random.Random) -> bytes:
    at = _place(data, rng)
    return data[:at] + data[at + rng.randint(1, 64) :]


def _repeat(data: bytes, rng: random.Random) -> bytes:
    at = _place(data, rng)
    return data[:at] + data[at : at + rng.randint(1, 64)] + data[at:]


def _blank(data: bytes, rng: random.Random) -> bytes:
    at, length = _place(data, rng), rng.randint(1, 256)
    return data[:at] + rng.randbytes(1) * length + data[at + length :]


_Damage = Callable[[bytes, random.Random], bytes]
_DAMAGES: tuple[_Damage, ...] = (
    _cut,
    _flip,
    _flip,
    _exaggerate,
    _exaggerate,
    _lose,
    _repeat,
    _blank,
)
