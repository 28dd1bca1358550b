"""`zyra audit`: look whether the audit log is whole."""

import argparse
import sys
from pathlib import Path

from zyra.access.audit import verify
from zyra.core.exit_codes import DONE, FAILED
from zyra.core.inputs import existing_file
from zyra.core.settings import load_settings
from zyra.wiring import audit_path


def main(arguments: list[str]) -> int:
    """Check the chain of the log; exit code 1 when it is broken."""
    options = parser().parse_args(arguments)
    path = options.file or audit_path(load_settings())
    with existing_file(str(path)).open("rb") as stream:
        faults = list(verify(stream))
    for fault in faults:
        sys.stdout.write(f"{path}:{fault.line}: {fault.what}\n")
    if not faults:
        sys.stdout.write(f"{path} is whole\n")
    return FAILED if faults else DONE


def parser() -> argparse.ArgumentParser:
    """What the tool takes."""
    own = argparse.ArgumentParser(
        prog="zyra audit",
        description="Check the audit log: every line names the hash of the line before it.",
    )
    own.add_argument("what", choices=["verify"])
    own.add_argument("file", nargs="?", type=Path, help="a log (default: this service's)")
    return own
