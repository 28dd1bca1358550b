"""Bombs: small stores that decode to far more than they announce are refused unread."""

import bz2
import gzip
import io
import json
import lzma
import struct
import tracemalloc
import zipfile
import zlib

import google_crc32c
import numcodecs
import numpy as np
import pytest
import zarr

from zyra.core.errors import DataError
from zyra.fields import zip_budgets
from zyra.fields.chunk_budgets import is_within
from zyra.fields.formats import open_dataset

MANY = 1 << 25  # bytes of zeros, which every codec packs well
ZEROS = bytes(MANY)


def streamed_zstd(frame: bytes) -> bytes:
    """The frame without the size of its content, as streaming writers leave it out."""
    described, window, length = frame[4], frame[5:6], 4
    assert described >> 5 == 0b100  # a size of four bytes, after that of the window
    return frame[:4] + bytes([described & 0b00011111]) + window + frame[6 + length :]


PACKED = {
    "blosc": numcodecs.Blosc("zstd").encode(ZEROS),
    "bz2": bz2.compress(ZEROS),
    "gzip": gzip.compress(ZEROS, 1),
    "lz4": numcodecs.LZ4().encode(ZEROS),
    "lzma": lzma.compress(ZEROS, preset=0),
    "zlib": zlib.compress(ZEROS, 1),
    "zstd": numcodecs.Zstd().encode(ZEROS),
}


@pytest.mark.parametrize("codec", PACKED)
def test_what_a_chunk_decodes_to_is_known_before(codec):
    data = PACKED[codec]
    assert is_within(codec, data, MANY)
    tracemalloc.start()
    assert not is_within(codec, data, MANY - 1)
    assert not is_within(codec, data, 1000)
    assert tracemalloc.get_traced_memory()[1] < MANY // 2
    tracemalloc.stop()


def test_frames_of_zstandard_are_counted_together_and_without_announced_sizes():
    frame = PACKED["zstd"]
    skippable = struct.pack("<II", 0x184D2A50, 3) + b"abc"
    assert is_within("zstd", skippable + frame + frame, 2 * MANY)
    assert not is_within("zstd", skippable + frame + frame, 2 * MANY - 1)
    streamed = streamed_zstd(frame)
    assert bytes(numcodecs.Zstd().decode(streamed)) == ZEROS
    assert is_within("zstd", streamed, MANY)
    assert not is_within("zstd", streamed, MANY - 1)


def test_a_frame_of_zstandard_hides_none_behind_its_checksum():
    summed = numcodecs.Zstd(checksum=True).encode(b"abc")
    assert len(numcodecs.Zstd().decode(summed + PACKED["zstd"])) == 3 + MANY
    assert not is_within("zstd", summed + PACKED["zstd"], MANY)


@pytest.mark.parametrize("codec", ["gzip", "bz2", "lzma"])
def test_members_after_one_another_are_counted_together(codec):
    assert not is_within(codec, PACKED[codec] * 2, 2 * MANY - 1)


@pytest.mark.parametrize("codec", PACKED)
def test_damaged_chunks_are_left_to_their_codec(codec):
    for data in (b"", b"\0", b"nonsense of some length", PACKED[codec][:20]):
        is_within(codec, data, 1000)
    assert is_within("gzip", b"nonsense", 1000)


def store(path, version, **how):
    """One small field in one chunk."""
    group = zarr.create_group(path, zarr_format=version)
    names = ("lat", "lon")
    for name, units in zip(names, ("degrees_north", "degrees_east"), strict=True):
        add(group, name, np.arange(4.0), (name,), {"units": units, "standard_name": f"{name}itude"})
    add(group, "t", np.ones((4, 4), np.float32), names, {"units": "K"}, **how)
    return path


def add(group, name, data, dimensions, attributes, **how):
    old = group.metadata.zarr_format == 2
    group.create_array(
        name,
        data=data,
        **{"chunks": data.shape, **how},
        dimension_names=None if old else dimensions,
        attributes={**attributes, **({"_ARRAY_DIMENSIONS": list(dimensions)} if old else {})},
    )


def read(path):
    with open_dataset(path) as dataset:
        return dataset.read(dataset.infos[0]).values


@pytest.mark.parametrize("codec", PACKED)
def test_a_chunk_that_is_a_bomb_is_refused(tmp_path, codec):
    path = store(tmp_path / "s.zarr", 2, compressors=numcodecs.get_codec({"id": codec}))
    assert read(path).shape == (4, 4)
    (path / "t" / "0.0").write_bytes(PACKED[codec])
    with pytest.raises(DataError, match="decodes to more than the 1048576 bytes"):
        read(path)


def test_a_small_chunk_of_a_streaming_writer_is_read(tmp_path):
    """Such as zarrs, which does not announce its size, and what its block may hold is more."""
    path = store(tmp_path / "s.zarr", 2, compressors=numcodecs.Zstd())
    frame = numcodecs.Zstd().encode(np.ones((4, 4), np.float32))
    assert frame[4] == 0b100000  # in one segment, of a size of one byte; then of a window of 1 MiB
    (path / "t" / "0.0").write_bytes(frame[:4] + b"\0\x50" + frame[6:])
    assert read(path).tolist() == np.ones((4, 4)).tolist()


@pytest.mark.parametrize("place", ["start", "end"])
def test_a_bomb_in_a_shard_is_refused(tmp_path, place):
    codecs = (zarr.codecs.GzipCodec(),)
    path = store(tmp_path / "s.zarr", 3, chunks=(2, 4), shards=(4, 4), compressors=codecs)
    described = json.loads((path / "t" / "zarr.json").read_text())
    described["codecs"][0]["configuration"]["index_location"] = place
    (path / "t" / "zarr.json").write_text(json.dumps(described))
    bomb, length = PACKED["gzip"], 2 * 16 + 4
    start = length if place == "start" else 0
    index = struct.pack("<4Q", start, len(bomb), start, len(bomb))
    index += struct.pack("<I", google_crc32c.value(index))
    (path / "t" / "c" / "0" / "0").write_bytes(index + bomb if place == "start" else bomb + index)
    with pytest.raises(DataError, match="decodes to more than the 1048576 bytes"):
        read(path)


@pytest.mark.parametrize("twice", [True, False])
def test_what_is_compressed_twice_or_hidden_below_another_codec_is_not_read(tmp_path, twice):
    path = store(tmp_path / "s.zarr", 2, compressors=numcodecs.GZip())
    described = json.loads((path / "t" / ".zarray").read_text())
    described["filters"] = [{"id": "zlib", "level": 1}]
    described["compressor"] = {"id": "gzip", "level": 1} if twice else {"id": "crc32"}
    (path / "t" / ".zarray").write_text(json.dumps(described))
    with pytest.raises(DataError, match="which is not read"):
        read(path)


def zipped(path, entries, how=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def test_a_zip_file_whose_entry_unpacks_to_too_much_is_refused(tmp_path):
    entries = {"zarr.json": "{}", "t/c/0": bytes(zip_budgets.ANYHOW_BYTES + 1)}
    with pytest.raises(DataError, match="more than 200 for one"):
        read(zipped(tmp_path / "s.zip", entries))


def test_a_zip_file_with_too_large_metadata_is_refused(tmp_path):
    entries = {"zarr.json": bytes(zip_budgets.LARGEST_METADATA_BYTES + 1)}
    with pytest.raises(DataError, match=r"entry 'zarr.json' has \d+ bytes"):
        read(zipped(tmp_path / "s.zip", entries))


def test_a_zip_file_with_too_many_entries_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(zip_budgets, "MOST_ENTRIES", 2)
    with pytest.raises(DataError, match="3 entries, of which 2 are read"):
        read(zipped(tmp_path / "s.zip", {"zarr.json": "{}", "a": "", "b": ""}))


def test_entries_that_lie_upon_each_other_are_refused(tmp_path):
    """As the best zip bombs have them; https://www.bamsoftware.com/hacks/zipbomb/."""
    path = zipped(tmp_path / "s.zip", {"zarr.json": "{}", "t/c/0": bytes(1 << 20), "t/c/1": b"x"})
    with zipfile.ZipFile(path) as archive:
        largest, last = archive.infolist()[1:]
        last.header_offset, last.compress_size = largest.header_offset, largest.compress_size
        last.file_size, last.CRC, last.filename = largest.file_size, largest.CRC, "t/c/2"
        written = io.BytesIO(path.read_bytes()[: archive.start_dir])
        written.seek(0, io.SEEK_END)
        with zipfile.ZipFile(written, "a") as forged:
            forged.filelist[:] = [archive.infolist()[0], *[largest, last] * 8]
            forged._didModify = True
            forged.start_dir = archive.start_dir
    path.write_bytes(written.getvalue())
    with pytest.raises(DataError, match="lie upon each other"):
        read(path)


def test_metadata_that_are_a_bomb_are_refused(tmp_path):
    path = store(tmp_path / "s.zarr", 3)
    metadata = path / "t" / "zarr.json"
    metadata.write_text(metadata.read_text() + " " * zip_budgets.LARGEST_METADATA_BYTES)
    with pytest.raises(DataError, match="the metadata of t have"):
        read(path)
