"""Run each command in a process of its own: forked warm, limited, captured, and ended whole."""
