"""The commands of stage acquire, under their names."""

from zyra.acquire.commands.api import API
from zyra.acquire.commands.ftp import FTP
from zyra.acquire.commands.http import HTTP
from zyra.acquire.commands.s3 import S3
from zyra.acquire.commands.stac import STAC
from zyra.acquire.commands.thredds import THREDDS
from zyra.acquire.commands.vimeo import VIMEO
from zyra.core.command import CommandMap, commands_by_name

command_map: CommandMap = commands_by_name(API, FTP, HTTP, S3, STAC, THREDDS, VIMEO)
