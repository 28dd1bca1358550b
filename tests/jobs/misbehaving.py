"""Commands that do what commands must not do; a registry of tests only, hidden from users."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from zyra.core.arguments import Args, arg
from zyra.core.command import Command, commands_by_name
from zyra.core.errors import UsageError
from zyra.core.job import Job
from zyra.core.kinds import InputFile, InputSource, OutputFile, Secret

BINARY_BLOCK = bytes(range(256)) * 4096  # 1 MiB with every byte value


class EchoArgs(Args):
    """Write a text to stdout, and another to stderr."""

    text: str = arg("", "Text for stdout")
    error_text: str = arg("", "Text for stderr")


class CodeArgs(Args):
    """End in some way with a number."""

    code: int = arg(0, "Exit code, signal number or count")


class PathArgs(Args):
    """Copy a file."""

    input: InputFile = arg("-", "File to read")
    output: OutputFile = arg("-", "File to write")


class SecondsArgs(Args):
    """Take time."""

    seconds: float = arg(60.0, "How long")
    marker: str = arg("marker", "File to write the process ids of helpers to")


def echo(args: EchoArgs, job: Job) -> None:
    """Behave well."""
    job.stdout.write(args.text.encode())
    sys.stderr.write(args.error_text)


def exit_at_once(args: CodeArgs, job: Job) -> None:
    """End without any clean-up."""
    os._exit(args.code)


def crash(args: CodeArgs, job: Job) -> None:
    """Read address 0, as a fault in a C library does."""
    ctypes.string_at(0)


def raise_fault(args: CodeArgs, job: Job) -> None:
    """Fail with an exception that nobody planned."""
    raise RuntimeError("not planned")


def write_binary(args: CodeArgs, job: Job) -> None:
    """Write `code` MiB of every byte value to stdout."""
    for _ in range(args.code):
        job.stdout.write(BINARY_BLOCK)


def write_from_c(args: EchoArgs, job: Job) -> None:
    """Write to descriptors 1 and 2 past Python, through C's stdio and system calls."""
    libc = ctypes.CDLL(None)
    libc.printf(b"%s", args.text.encode())
    libc.write(2, args.error_text.encode(), len(args.error_text))
    libc.system(b"printf 'and a child program'")


def change_folder(args: CodeArgs, job: Job) -> None:
    """Go elsewhere and change what a process shares."""
    os.chdir("/")
    os.umask(0)
    os.environ["ZYRA_LEFT_BEHIND"] = "yes"
    sys.stdout.write(str(Path.cwd()))


def tell_surroundings(args: CodeArgs, job: Job) -> None:
    """Print the working folder's name, the umask and the environment's names."""
    umask = os.umask(0)
    sys.stdout.write(f"{Path.cwd().name} {umask:o} {','.join(sorted(os.environ))}")


def tell_signals(args: CodeArgs, job: Job) -> None:
    """Print which signals are as in a fresh interpreter, and where Python writes that one came."""
    usual = {signal.SIGINT: signal.default_int_handler}
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGXCPU, signal.SIGCHLD)
    kept = [n.name for n in numbers if signal.getsignal(n) is usual.get(n, signal.SIG_DFL)]
    sys.stdout.write(f"{' '.join(kept)}, {signal.set_wakeup_fd(-1)}")


def leave_a_sleeper(args: SecondsArgs, job: Job) -> None:
    """Start a program in a session of its own that holds our streams, and end."""
    sleeper = subprocess.Popen(
        [sys.executable, "-c", f"import time; time.sleep({args.seconds})"], start_new_session=True
    )
    Path(args.marker).write_text(str(sleeper.pid))
    sleeper.returncode = 0


def ignore_term(args: SecondsArgs, job: Job) -> None:
    """Refuse to end politely, and have a descendant that left the session."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    helper = subprocess.Popen(
        [sys.executable, "-c", f"import time; time.sleep({args.seconds})"], start_new_session=True
    )
    Path(args.marker).write_text(str(helper.pid))
    sys.stdout.write("started")
    sys.stdout.flush()
    time.sleep(args.seconds)


def leave_in_order(args: SecondsArgs, job: Job) -> None:
    """Say goodbye when asked to end."""

    def say_goodbye(number: int, frame: object) -> None:
        os.write(1, b"goodbye")
        os._exit(0)

    signal.signal(signal.SIGTERM, say_goodbye)
    os.write(1, b"begun, ")
    time.sleep(args.seconds)


def take_memory(args: CodeArgs, job: Job) -> None:
    """Hold `code` MiB."""
    held = [bytearray(1 << 20) for _ in range(args.code)]
    sys.stdout.write(str(len(held)))


def copy(args: PathArgs, job: Job) -> None:
    """Copy stdin or a file to stdout or a file."""
    data = job.stdin.read() if args.input == "-" else Path(args.input).read_bytes()
    if args.output == "-":
        job.stdout.write(data)
    else:
        Path(args.output).parent.mkdir(parents=True, exist_ok=True)
        Path(args.output).write_bytes(data)


def write_to_event_pipe(args: CodeArgs, job: Job) -> None:
    """Write what is no event to the descriptor of events."""
    os.write(3, b'not json\n[1]\n{"reason": 5}\n{"progress": "half"}\n{"left": "soon"}\n')
    os.write(3, b'{"left": 0, "max_rss_bytes": 1, "cpu_s": Infinity}\n{"progress": NaN}\n')
    sys.stdout.write("done")


def pretend_to_leave(args: SecondsArgs, job: Job) -> None:
    """Say as the end of a run is said that this is it, and stay."""
    Path(args.marker).write_text(str(os.getpid()))
    os.write(3, b'{"left": 0, "max_rss_bytes": 1, "cpu_s": 0}\n')
    time.sleep(args.seconds)


def leave_links(args: CodeArgs, job: Job) -> None:
    """Leave links to what is not ours, beside a file."""
    Path("link").symlink_to("/etc/passwd")
    Path("folder").symlink_to("/etc")
    Path("file").write_text("kept")


def work_hard(args: CodeArgs, job: Job) -> None:
    """Use the processor without end."""
    while True:
        pass


def report(args: CodeArgs, job: Job) -> None:
    """Report progress, with text before, between and after."""
    for step in range(4):
        sys.stdout.write(f"step {step}\n")
        job.progress(step / 4, f"step {step}")


def reach_out(args: PathArgs, job: Job) -> None:
    """Try what a run must not: read and write elsewhere, connect, signal; tell what worked."""
    attempts = {
        "read": lambda: Path(args.output).read_bytes(),
        "write": lambda: Path(args.output + "-made").write_text("x"),
        "list": lambda: list(Path("/etc").iterdir()),
        "passwd": lambda: Path("/etc/passwd").read_bytes(),
        "neighbours": lambda: list(Path("../..").iterdir()),
        "connect": lambda: socket.create_connection(("127.0.0.1", int(args.input)), 1).close(),
        "signal": lambda: os.kill(os.getppid(), 0),
        "own": lambda: Path("own").write_text("x"),
    }
    for name, attempt in attempts.items():
        try:
            attempt()
        except OSError:
            continue
        sys.stdout.write(f"{name} ")


def reach_network(args: PathArgs, job: Job) -> None:
    """The same, declared to need the network."""
    reach_out(args, job)


def tell_input(args: PathArgs, job: Job) -> None:
    """Write the input as it was named, and what it holds."""
    sys.stdout.write(f"{args.input} {Path(args.input).read_text()}")


def write_lines(args: CodeArgs, job: Job) -> None:
    """Write `code` numbered lines, one system call each."""
    for number in range(args.code):
        os.write(1, f"line {number} äöü\n".encode())


def wait_for_file(args: PathArgs, job: Job) -> None:
    """Say that it has begun, and go on when the file is there."""
    os.write(1, b"begun\n")
    while not Path(args.input).exists():
        time.sleep(0.002)
    os.write(1, b"released\n")


class PlainArgs(Args):
    """Take texts that are no paths."""

    input: str = arg("", "A port")
    output: str = arg("", "A path that nobody checked")


class SecretArgs(Args):
    """Take a secret."""

    token: Secret | None = arg(None, "What nobody may see")
    header: list[Secret] | None = arg(None, "Headers", repeat=True)
    source: InputSource | None = arg(None, "A URL, which may hold a password")
    pieces: int = arg(1, "In how many pieces it is written")
    around: str = arg("", "What is written before and after")


def give_away(args: SecretArgs, job: Job) -> None:
    """Write every secret to stdout, stderr and the progress, in pieces; fail with it."""
    texts = filter(None, [args.token, *(args.header or []), args.source])
    for text in texts:
        data = (args.around + text + args.around).encode()
        size = -(-len(data) // args.pieces)
        for start in range(0, len(data), size):
            for descriptor in (1, 2):
                os.write(descriptor, data[start : start + size])
            time.sleep(0.003)  # so that the other side reads each piece by itself
        job.progress(0.5, f"now {text}")
    raise UsageError(f"refused {args.token}", hint=f"not {args.token}")


class WriteArgs(Args):
    """Write to stdout and into a file."""

    text: str = arg("", "What to write into the file")
    code: int = arg(0, "Exit code")
    side: OutputFile = arg("-", "File to write")


class TwoArgs(Args):
    """Read stdin and a file."""

    input: InputFile = arg("-", "First")
    other: InputFile = arg("-", "Second")
    from_stdin: bool = arg(True, "Reads stdin", stdin=True)


class CountArgs(Args):
    """Read some bytes of stdin."""

    count: int = arg(0, "How many")
    code: int = arg(0, "Exit code")
    input: InputFile = arg("-", "Only stdin")


def write_lines_and_fail(args: CodeArgs, job: Job) -> None:
    """Write a first half, then fail."""
    job.stdout.write(b"first half")
    job.stdout.flush()
    raise UsageError("no second half")


def exit_at_once_reading(args: CountArgs, job: Job) -> None:
    """Begin to read stdin, then end."""
    job.stdin.read(1)
    os._exit(args.code)


def exit_at_once_writing(args: WriteArgs, job: Job) -> None:
    """End without the file that was promised."""
    os._exit(args.code)


def take_first(args: CountArgs, job: Job) -> None:
    """Read some bytes of stdin and no more."""
    os.read(0, args.count)


def pass_on(args: CountArgs, job: Job) -> None:
    """Copy stdin to stdout, a piece at a time."""
    while piece := job.stdin.read(1 << 16):
        job.stdout.write(piece)


def count_bytes(args: CountArgs, job: Job) -> None:
    """Tell how much stdin has."""
    total = 0
    while piece := job.stdin.read(1 << 16):
        total += len(piece)
    job.stdout.write(str(total).encode())


def write_both(args: WriteArgs, job: Job) -> None:
    """Write to stdout first, and to the file last."""
    job.stdout.write(b"stdout and ")
    job.stdout.flush()
    Path("side.txt").write_text(args.text)


def read_both(args: TwoArgs, job: Job) -> None:
    """Read the file first, and stdin last."""
    other = Path(args.other).read_bytes()
    job.stdout.write(job.stdin.read() + other)


def _declare(name: str, args: type[Args]) -> Command:
    network = name == "reach_network"
    run = f"{__name__}:{name}"
    return Command("process", name.replace("_", "-"), args, run=run, network=network)


_NAMES: dict[str, type[Args]] = {
    "echo": EchoArgs,
    "exit_at_once": CodeArgs,
    "crash": CodeArgs,
    "raise_fault": CodeArgs,
    "write_binary": CodeArgs,
    "write_from_c": EchoArgs,
    "change_folder": CodeArgs,
    "tell_surroundings": CodeArgs,
    "tell_signals": CodeArgs,
    "leave_a_sleeper": SecondsArgs,
    "ignore_term": SecondsArgs,
    "leave_in_order": SecondsArgs,
    "take_memory": CodeArgs,
    "copy": PathArgs,
    "write_to_event_pipe": CodeArgs,
    "pretend_to_leave": SecondsArgs,
    "leave_links": CodeArgs,
    "work_hard": CodeArgs,
    "report": CodeArgs,
    "tell_input": PathArgs,
    "reach_out": PlainArgs,
    "reach_network": PlainArgs,
    "write_lines": CodeArgs,
    "wait_for_file": PathArgs,
    "give_away": SecretArgs,
    "write_lines_and_fail": CodeArgs,
    "exit_at_once_reading": CountArgs,
    "exit_at_once_writing": WriteArgs,
    "take_first": CountArgs,
    "pass_on": CountArgs,
    "count_bytes": CountArgs,
    "write_both": WriteArgs,
    "read_both": TwoArgs,
}

REGISTRY = {"process": commands_by_name(*(_declare(n, a) for n, a in _NAMES.items()))}
