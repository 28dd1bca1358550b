"""The commands of stage disseminate, under their names."""

from zyra.core.command import CommandMap, DeclaredCommands

command_map: CommandMap = DeclaredCommands(
    __name__,
    (
        "local",
        "s3",
        "ftp",
        "post",
        "vimeo",
    ),
)
