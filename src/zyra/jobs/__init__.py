"""Run commands as jobs: isolated processes, records, results."""
