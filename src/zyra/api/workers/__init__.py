"""The running side of a server process."""
