"""How the values of a file are stored: compression and chunks, whatever its format."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Literal

from zyra.core.errors import UsageError
from zyra.fields.storage_args import StorageArgs

Method = Literal["none", "zlib", "zstd", "blosc"]

# A chunk is read and unpacked whole: 16 MiB of float32 at most, unless asked otherwise.
_CHUNK_POINTS = 1 << 22

# Chunks along outer dimensions are put together in memory before they are written.
_MOST_POINTS_AT_ONCE = 1 << 26


@dataclass(frozen=True)
class Storage:
    """How values are to be stored; None and missing names leave it to the format.

    Attributes:
        method: Of compression.
        level: Effort of compression, from 1; what it can be depends on the method.
        chunks: Length of the chunks along dimensions, by name.
        zarr_version: Of the Zarr format, where that is written.
    """

    method: Method | None = None
    level: int | None = None
    chunks: Mapping[str, int] = field(default_factory=dict)
    zarr_version: Literal[2, 3] = 3

    def chunk_shape(self, sizes: Mapping[str, int]) -> tuple[int, ...]:
        """Length of the chunks along each dimension of a variable, rows and columns last.

        Where nothing is asked for, one place along outer dimensions, and rows and columns
        halved until a chunk has at most 4 million points.

        Args:
            sizes: Length of each dimension, by name, in the order of the variable.

        Raises:
            UsageError: What lies together would be too much to be held in memory.
        """
        lengths = [*(1 for _ in list(sizes)[:-2]), *_halved(list(sizes.values())[-2:])]
        shape = tuple(
            min(self.chunks.get(name, length), size)
            for (name, size), length in zip(sizes.items(), lengths, strict=True)
        )
        at_once = prod(shape[:-2]) * prod(list(sizes.values())[-2:])
        if prod(shape[:-2]) > 1 and at_once > _MOST_POINTS_AT_ONCE:
            raise UsageError(
                f"chunks of {' x '.join(map(str, shape[:-2]))} whole fields have {at_once} points, "
                f"of which {_MOST_POINTS_AT_ONCE} are held at once",
                hint="choose shorter chunks along the outer dimensions",
            )
        return shape


DEFAULT_STORAGE = Storage()
_HIGHEST_LEVELS: Mapping[Method, int] = {"none": 0, "zlib": 9, "zstd": 22, "blosc": 9}


def storage_from(args: StorageArgs, *, default: Method, zarr_version: Literal[2, 3] = 3) -> Storage:
    """The storage that a command's arguments ask for.

    Args:
        args: Of the command.
        default: The method that the format takes where none is asked for.
        zarr_version: Of the Zarr format, where that is written.

    Raises:
        UsageError: The level has no effect or is too high, or a dimension is named twice.
    """
    method = args.compression or default
    highest, level = _HIGHEST_LEVELS[method], args.compression_level
    if level is not None and level > highest:
        problem = f"{method} has levels 1 to {highest}" if highest else "nothing is compressed"
        raise UsageError(f"--compression-level {level}: {problem}")
    given = [text.partition("=") for text in args.chunks or ()]
    name, times = Counter(name for name, _, _ in given).most_common(1)[0] if given else ("", 0)
    if times > 1:
        raise UsageError(f"--chunks names {name} {times} times")
    lengths = {name: int(length) for name, _, length in given}
    return Storage(args.compression, args.compression_level, lengths, zarr_version)


def refuse_unknown_dimensions(storage: Storage, known: Sequence[str]) -> None:
    """Refuse chunks along dimensions that no variable has.

    Raises:
        UsageError: There is one; the hint names those there are.
    """
    unknown = [name for name in storage.chunks if name not in known]
    if unknown:
        raise UsageError(
            f"no variable has a dimension {unknown[0]}", hint=f"there is {', '.join(known)}"
        )


def _halved(lengths: list[int]) -> list[int]:
    """Both lengths, the longer one halved until their product is a chunk's."""
    while prod(lengths) > _CHUNK_POINTS:
        longest = lengths.index(max(lengths))
        lengths[longest] = -(-lengths[longest] // 2)
    return lengths
