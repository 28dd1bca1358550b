"""Texts that go from one file of film or sound to the next."""

from collections.abc import Mapping

# Others tell of the old file: its brand, encoder, times of creation.
_KEPT = (
    "title", "artist", "album", "album_artist", "composer", "comment", "description", "genre",
    "date", "track", "copyright", "language",
)  # fmt: skip
_LONGEST = 4096


def kept_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """What of the tags of a source holds for the result too."""
    lower = {name.lower(): text for name, text in tags.items()}
    return {name: lower[name][:_LONGEST] for name in _KEPT if lower.get(name)}
