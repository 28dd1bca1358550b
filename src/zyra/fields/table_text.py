"""Find one row of a packaged table without parsing all of it.

A table is text: a row is a line, its columns separated by tabs, its first columns the key.
"""


def row_of(table: str, *key: object) -> list[str] | None:
    """The columns after the `key` of the row that begins with it, or None."""
    beginning = "\t".join(map(str, key)) + "\t"
    start = 0 if table.startswith(beginning) else table.find(f"\n{beginning}") + 1
    if start == 0 and not table.startswith(beginning):
        return None
    end = table.find("\n", start)
    return table[start + len(beginning) : end].split("\t")
