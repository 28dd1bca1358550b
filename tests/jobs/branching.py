"""A command that tells what is loaded; a registry of tests only."""

import sys

from zyra.core.arguments import Args
from zyra.core.command import Command, commands_by_name
from zyra.core.job import Job

STACK = {"numpy", "pyproj", "netCDF4", "rasterio", "zarr"}


class NoArgs(Args):
    """Look."""


def look(args: NoArgs, job: Job) -> None:
    """Tell which parts of the scientific stack are there before anything asks for them."""
    sys.stdout.write(" ".join(sorted(STACK & set(sys.modules))))


REGISTRY = {
    stage: commands_by_name(Command(stage, "look", NoArgs, run=f"{__name__}:look"))
    for stage in ("acquire", "process", "visualize", "disseminate")
}
