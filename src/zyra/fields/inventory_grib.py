"""How a GRIB file stores its fields: edition, packing, bits, bytes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zyra.fields.grib_message import Message
from zyra.fields.inventory import StoredAs


def stored_as(path: Path, infos: Sequence[Message]) -> StoredAs:  # noqa: ARG001 - all is in infos
    """What the headers say; fields that share a message count its bytes once."""
    by_variable: dict[str, list[Message]] = {}
    for info in infos:
        by_variable.setdefault(info.variable, []).append(info)
    return StoredAs(
        file={
            "editions": sorted({info.place.edition for info in infos}),
            "centres": sorted({str(info.attributes.get("centre", "")) for info in infos}),
        },
        variables={name: _facts(group) for name, group in by_variable.items()},
        grid_kinds={name: group[0].grid.kind for name, group in by_variable.items()},
    )


def _facts(group: Sequence[Message]) -> dict[str, Any]:
    bits = sorted({info.bits for info in group})
    lengths = {info.place.offset: info.place.length for info in group}
    return {
        "packing": ", ".join(sorted({info.packing for info in group})),
        "bits": [bits[0], bits[-1]],
        "stored_bytes": sum(lengths.values()),
    }
