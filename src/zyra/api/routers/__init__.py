"""HTTP operations, one file for each group."""
