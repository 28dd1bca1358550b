"""What is in a film or sound."""

from pathlib import Path
from typing import Any

from zyra.media.library import load_media


def media_facts(path: Path) -> dict[str, Any]:
    """Container, bytes, length and streams, as `zyra.media.description` tells them.

    Raises:
        DependencyMissing: PyAV is not installed.
        DataError: The file is damaged.
    """
    facts: dict[str, Any] = load_media("zyra.media.description:probe")(path).to_json()
    size = facts.pop("size_bytes")
    return {"format": facts.pop("format"), "bytes": size, **facts}
