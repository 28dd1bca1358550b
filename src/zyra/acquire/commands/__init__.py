"""The commands of stage acquire, under their names."""

from zyra.core.command import CommandMap, DeclaredCommands

command_map: CommandMap = DeclaredCommands(
    __name__,
    (
        "api",
        "ftp",
        "http",
        "s3",
        "stac",
        "thredds",
        "vimeo",
    ),
)
