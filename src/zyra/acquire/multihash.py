"""Read checksums that say by which hash they were made.

Source: the multihash format (varint of the hash, varint of the length, digest) and the table
of multicodec.
"""

from zyra.core.errors import DataError

_HASHES = {
    0x11: "sha1",
    0x12: "sha256",
    0x13: "sha512",
    0x14: "sha3_512",
    0x15: "sha3_384",
    0x16: "sha3_256",
    0x17: "sha3_224",
    0x20: "sha384",
    0xD5: "md5",
    0x1013: "sha224",
}


def parse_multihash(text: str) -> tuple[str, str] | None:
    """The name of the hash in `hashlib` and the checksum in hexadecimal; None for a rare hash.

    Raises:
        DataError: It is no multihash in hexadecimal.
    """
    try:
        data = bytes.fromhex(text)
        code, rest = _varint(data)
        length, digest = _varint(rest)
    except (ValueError, IndexError) as exc:
        raise DataError(f"{text[:80]!r} is not a multihash in hexadecimal") from exc
    if len(digest) != length or not length:
        raise DataError(f"{text[:80]!r} is a multihash of {length} bytes, but has {len(digest)}")
    name = _HASHES.get(code)
    return None if name is None else (name, digest.hex())


def _varint(data: bytes) -> tuple[int, bytes]:
    """An unsigned LEB128 number, and what comes after it."""
    value = 0
    for place in range(9):
        value |= (data[place] & 0x7F) << (7 * place)
        if data[place] < 0x80:
            return value, data[place + 1 :]
    raise ValueError("a number without an end")
