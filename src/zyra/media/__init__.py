"""Sound and film: read, write and describe them."""
