"""Pipelines: several commands as one job, described by a file."""
