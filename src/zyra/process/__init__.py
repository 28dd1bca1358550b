"""Stage process: decode, select, convert and describe data."""

from zyra.process.commands import command_map

__all__ = ["command_map"]
