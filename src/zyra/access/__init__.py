"""Who may do what: keys, tokens, scopes, limits, and the log of what was decided."""
