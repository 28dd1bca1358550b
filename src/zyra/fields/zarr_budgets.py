"""Let no more out of a Zarr store than its arrays announce."""

import json
import lzma
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from pathlib import PurePosixPath
from typing import Any

from zarr.abc.store import ByteRequest, Store, SuffixByteRequest
from zarr.core.buffer import Buffer, BufferPrototype
from zarr.storage import WrapperStore

from zyra.fields.chunk_budgets import STRETCHING, is_within
from zyra.fields.zip_budgets import LARGEST_METADATA_BYTES

_ARRAY_NAMES = ("zarr.json", ".zarray")
_LONGEST_NUMBER_BYTES = 16  # a complex one
# What any chunk may hold: text is longer than numbers, and Zstandard's blocks may be 128 KiB each.
_ANYHOW_BYTES = 1 << 20
_PREFIX = "numcodecs."
_SHARDS = "sharding_indexed"
_CHECKSUM, _CHECKSUM_BYTES = "crc32c", 4  # stands after what it is of
_OF_INDEXES = {"bytes", _CHECKSUM}
_PLACE = struct.Struct("<QQ")  # of a chunk in a shard, and its bytes
_NOWHERE = (1 << 64) - 1


@dataclass(frozen=True)
class ChunkBudget:
    """What a stored object of one array may hold.

    Attributes:
        codec: Compressor of a chunk, or None.
        most: Bytes that a chunk has at most when that is undone.
        problem: Why nothing of the array is read; empty where it is.
        index_bytes: Length of a shard's index; 0 where chunks are stored one by one.
        index_is_first: Whether it stands before the chunks.
    """

    codec: str | None
    most: int
    problem: str = ""
    index_bytes: int = 0
    index_is_first: bool = False

    def check(self, key: str, data: bytes, part: ByteRequest | None) -> None:
        """Check a chunk, or the chunks of a shard; or a part, a chunk of a shard or its index.

        Raises:
            ValueError: One decodes to more than it may, or is coded as nobody does.
        """
        if self.problem:
            raise ValueError(f"{key}: {self.problem}")
        for chunk in self._chunks(data) if part is None else self._chunk_in(data, part):
            if self.codec is not None and not is_within(self.codec, chunk, self.most):
                raise ValueError(
                    f"{key} decodes to more than the {self.most} bytes of a chunk of its array"
                )

    def _chunks(self, data: bytes) -> Iterator[bytes]:
        if not self.index_bytes:
            yield data
            return
        length = self.index_bytes
        index = data[:length] if self.index_is_first else data[-length:]
        whole = len(index) // _PLACE.size * _PLACE.size
        for start, size in _PLACE.iter_unpack(index[:whole]):
            if start != _NOWHERE:
                yield data[start : start + size]

    def _chunk_in(self, data: bytes, part: ByteRequest) -> Sequence[bytes]:
        is_first = getattr(part, "start", None) == 0
        is_index = is_first if self.index_is_first else isinstance(part, SuffixByteRequest)
        return () if self.index_bytes and is_index else (data,)


class BudgetedStore(WrapperStore[Store]):
    """A store whose chunks are looked at before they are decoded.

    What arrays announce is learnt from their metadata, which are read before any chunk.
    """

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._budgets: dict[str, ChunkBudget] = {}

    async def get(
        self, key: str, prototype: BufferPrototype, byte_range: ByteRequest | None = None
    ) -> Buffer | None:
        """What is stored under `key`.

        Raises:
            ValueError: It would decode to more than it may.
        """
        found = await super().get(key, prototype, byte_range)
        if found is None:
            return None
        name = PurePosixPath(key)
        if name.name in _ARRAY_NAMES:
            self._learn(str(name.parent), found.to_bytes())
        elif not name.name.startswith(".z") and (budget := self._budget_of(name)):
            budget.check(key, found.to_bytes(), byte_range)
        return found

    def _learn(self, array: str, metadata: bytes) -> None:
        if len(metadata) > LARGEST_METADATA_BYTES:
            raise ValueError(f"the metadata of {array} have {len(metadata)} bytes")
        described = json.loads(metadata)
        if "shape" in described:
            self._budgets[array] = budget_of(described)

    def _budget_of(self, chunk: PurePosixPath) -> ChunkBudget | None:
        parents = map(str, chunk.parents)
        return next((self._budgets[name] for name in parents if name in self._budgets), None)


def budget_of(described: Mapping[str, Any]) -> ChunkBudget:
    """What the metadata of an array, of version 2 or 3, allow its chunks.

    Raises:
        ValueError, KeyError, TypeError: They are damaged.
    """
    if described["zarr_format"] == 2:
        coded = [*(described.get("filters") or ()), described.get("compressor")]
        return _of_chunks(described["chunks"], [codec for codec in coded if codec])
    codecs = described["codecs"]
    chunks = described["chunk_grid"]["configuration"]["chunk_shape"]
    if codecs[0]["name"] == _SHARDS and len(codecs) == 1:
        return _of_shards(chunks, codecs[0]["configuration"])
    return _of_chunks(chunks, codecs)


def _of_chunks(chunks: Sequence[int], codecs: Sequence[Mapping[str, Any]]) -> ChunkBudget:
    """The budget of chunks that are coded so, in the order of coding."""
    names = [str(codec.get("name") or codec.get("id")).removeprefix(_PREFIX) for codec in codecs]
    most = max(prod(chunks) * _LONGEST_NUMBER_BYTES, _ANYHOW_BYTES)
    places = [place for place, name in enumerate(names) if name in STRETCHING]
    if not places:
        problem = "shards within shards are not read" if _SHARDS in names else ""
        return ChunkBudget(None, most, problem)
    first, after = places[0], [str(codec.get("name")) for codec in codecs[places[0] + 1 :]]
    how = codecs[first].get("configuration") or codecs[first]
    if set(after) - {_CHECKSUM} or _SHARDS in names or how.get("format") == lzma.FORMAT_RAW:
        return ChunkBudget(None, most, f"it is coded by {', '.join(names)}, which is not read")
    return ChunkBudget(names[first], most)


def _of_shards(shape: Sequence[int], given: Mapping[str, Any]) -> ChunkBudget:
    coded = {codec["name"] for codec in given["index_codecs"]}
    inner = given["chunk_shape"]
    budget = _of_chunks(inner, given["codecs"])
    count = prod(whole // part for whole, part in zip(shape, inner, strict=True))
    return replace(
        budget,
        problem=budget.problem if coded <= _OF_INDEXES else "the index of its shards is coded",
        index_bytes=count * _PLACE.size + (_CHECKSUM_BYTES if _CHECKSUM in coded else 0),
        index_is_first=given.get("index_location", "end") == "start",
    )
