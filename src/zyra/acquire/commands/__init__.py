"""The commands of stage acquire, under their names."""

from zyra.acquire.commands.http import HTTP
from zyra.core.command import CommandMap, commands_by_name

command_map: CommandMap = commands_by_name(HTTP)
