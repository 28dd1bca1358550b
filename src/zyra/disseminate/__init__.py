"""Stage disseminate: deliver results to files and services."""

from zyra.disseminate.commands import command_map

__all__ = ["command_map"]
