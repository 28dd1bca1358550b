"""Stage acquire: fetch data from remote sources."""

from zyra.acquire.commands import command_map

__all__ = ["command_map"]
