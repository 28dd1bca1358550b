"""What every layer stands on: declarations, errors, inputs and outputs, policies."""
