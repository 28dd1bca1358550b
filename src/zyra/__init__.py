"""Zyra: acquire, process, visualize and disseminate environmental data."""

__version__ = "0.1.0"
