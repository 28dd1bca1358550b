"""The commands of stage disseminate, under their names."""

from zyra.core.command import CommandMap, commands_by_name
from zyra.disseminate.commands.ftp import FTP
from zyra.disseminate.commands.local import LOCAL
from zyra.disseminate.commands.post import POST
from zyra.disseminate.commands.s3 import S3
from zyra.disseminate.commands.vimeo import VIMEO

command_map: CommandMap = commands_by_name(LOCAL, S3, FTP, POST, VIMEO)
