"""Checksums that name their hash; the examples are those of the format's own README."""

import pytest

from zyra.acquire.multihash import parse_multihash
from zyra.core.errors import DataError

SHA1 = "88c2f11fb2ce392acb5b2986e640211c4690073e"  # of "multihash"
SHA256 = "9cbc07c3f991725836a3aa2a581ca2029198aa420b9d99bc0e131d9f3e2cbe47"
MD5 = "d41d8cd98f00b204e9800998ecf8427e"  # of nothing, RFC 1321


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"1114{SHA1}", ("sha1", SHA1)),
        (f"1220{SHA256}", ("sha256", SHA256)),
        (f"1220{SHA256.upper()}", ("sha256", SHA256)),
        (f"d50110{MD5}", ("md5", MD5)),
        (f"1e20{SHA256}", None),  # BLAKE3
    ],
)
def test_hash_and_checksum_are_told(text, wanted):
    assert parse_multihash(text) == wanted


@pytest.mark.parametrize("text", ["", "12", "xyz", f"1221{SHA256}", "1200", "ff" * 12])
def test_what_is_none_is_refused(text):
    with pytest.raises(DataError, match="multihash"):
        parse_multihash(text)
