"""Every command there is: only what stands here can be run."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from zyra import acquire, disseminate, process, visualize
from zyra.core.closest import closest_or_all
from zyra.core.command import Command, CommandMap
from zyra.core.errors import UnknownName
from zyra.core.stages import STAGE_NAMES

Registry = Mapping[str, CommandMap]

CLI_REGISTRY: Registry = {
    "acquire": acquire.command_map,
    "process": process.command_map,
    "visualize": visualize.command_map,
    "disseminate": disseminate.command_map,
}


@dataclass(frozen=True)
class Stock:
    """What a warm parent has ready for its children.

    Attributes:
        stages: Whose commands it loads.
        preloaded: What these load by name, beside their run functions.
        warm_ups: Called after loading: what every child would otherwise do anew.
    """

    stages: tuple[str, ...]
    preloaded: tuple[str, ...]
    warm_ups: tuple[str, ...] = ()


_CARRYING = (
    "zyra.transfer.download:fetch",
    "zyra.transfer.http:client_of",
    "zyra.transfer.object_client:object_client_of",
)

# Commands that carry bytes know nothing of fields: without the scientific stack a child of
# theirs is forked sooner.
CARRYING = Stock(("acquire", "disseminate"), _CARRYING)

SCIENTIFIC = Stock(
    ("process", "visualize"),
    (
        *_CARRYING,
        "zyra.fields.crs_pyproj:pyproj_crs",
        "zyra.fields.grib_dataset:GribDataset",
        "zyra.fields.netcdf:NetcdfDataset",
        "zyra.fields.netcdf_write:write_netcdf",
        "zyra.fields.geotiff:GeotiffDataset",
        "zyra.fields.geotiff_write:write_geotiff",
        "zyra.fields.zarr_dataset:ZarrDataset",
        "zyra.fields.zarr_write:write_zarr",
        "zyra.process.reproject_geotiff_pictures:read_coloured",
    ),
    ("zyra.fields.grib_warm:warm_up", "zyra.visualize.map_features:warm_up"),
)


# What waiting processes rehearse: stage, command, arguments. It touches nothing but its streams.
REHEARSED = "disseminate", "local", {"input": "-", "path": "-"}


def find_command(registry: Registry, stage: str, name: str) -> Command:
    """Look a command up by stage (an alias will do) and name.

    Raises:
        UnknownName: No such stage or command; the hint names the closest ones.
    """
    commands = registry.get(STAGE_NAMES.get(stage, stage))
    if commands is None:
        raise UnknownName(f"no stage {stage!r}", hint=_closest(stage, STAGE_NAMES))
    if name not in commands:
        raise UnknownName(f"no command {name!r} in {stage}", hint=_closest(name, commands))
    return commands[name]


def all_commands(registry: Registry) -> Iterator[Command]:
    """Every command of the registry, stage by stage."""
    for commands in registry.values():
        yield from commands.values()


def _closest(wanted: str, known: Mapping[str, object]) -> str:
    return f"did you mean {closest_or_all(wanted, known)}?"
