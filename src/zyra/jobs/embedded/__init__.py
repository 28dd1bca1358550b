"""The ports on one machine: SQLite and local folders, nothing to install."""
