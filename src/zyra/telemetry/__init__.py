"""What the service tells of itself: counts, log lines, traces."""
