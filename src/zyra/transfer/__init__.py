"""Remote sources and sinks."""
