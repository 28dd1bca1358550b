"""Stage visualize: draw pictures and films."""

from zyra.visualize.commands import command_map

__all__ = ["command_map"]
