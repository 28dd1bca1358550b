"""A command that uses PROJ while files are open; a registry of tests only."""

import os
import sys
from pathlib import Path

from zyra.core.arguments import Args, arg
from zyra.core.command import Command, commands_by_name
from zyra.core.job import Job
from zyra.core.loading import load


class CountArgs(Args):
    """Open files."""

    count: int = arg(8, "How many")


def project_with_files_open(args: CountArgs, job: Job) -> None:
    """Open files, use PROJ, and tell how many are still what they were."""
    opened = [os.memfd_create("of the run") for _ in range(args.count)]
    load("pyproj:Transformer").from_crs("EPSG:4326", "EPSG:32632")
    targets = [str(Path(f"/proc/self/fd/{descriptor}").readlink()) for descriptor in opened]
    sys.stdout.write(str(sum("of the run" in target for target in targets)))


RUN = f"{__name__}:project_with_files_open"
REGISTRY = {"process": commands_by_name(Command("process", "project", CountArgs, run=RUN))}
