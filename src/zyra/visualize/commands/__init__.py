"""The commands of stage visualize, under their names."""

from zyra.core.command import CommandMap, DeclaredCommands

command_map: CommandMap = DeclaredCommands(
    __name__,
    (
        "animate",
        "compose-video",
        "contour",
        "heatmap",
        "interactive",
        "sos",
        "timeseries",
        "vector",
    ),
)
