"""Secrets are hidden in streams wherever chunks are cut; all else passes byte for byte."""

import random
from itertools import pairwise

import pytest

from zyra.jobs.stream_mask import StreamMask, spellings

SECRETS = ["hunter2-hunter2", "hunter2", "aaaaaa", "tail\n"]


def masked(secrets: list[str], chunks: list[bytes]) -> bytes:
    mask = StreamMask(secrets)
    return b"".join([*map(mask.feed, chunks), mask.flush()])


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(places), len(data)]
    return [data[start:stop] for start, stop in pairwise(edges)]


@pytest.mark.parametrize("secret", SECRETS)
def test_every_cut_hides_a_secret(secret: str) -> None:
    data = f"before {secret} after".encode()
    for first in range(len(data) + 1):
        for second in range(first, len(data) + 1):
            assert masked([secret], cut(data, [first, second])) == b"before *** after"


def test_the_longer_of_two_secrets_is_hidden_whole() -> None:
    data = b"x hunter2-hunter2 hunter2 hunter2-hunter"
    for place in range(len(data)):
        assert masked(SECRETS, cut(data, [place])) == b"x *** *** ***-hunter"


def test_random_bytes_are_what_one_pass_makes_of_them() -> None:
    chance = random.Random(7)
    for _ in range(300):
        data = bytes(chance.choice(b"aahunter2-\n") for _ in range(200))
        data += b"hunter2-hunter2" + data[:40]
        whole = masked(SECRETS, [data])
        places = [chance.randrange(len(data)) for _ in range(30)]
        assert masked(SECRETS, cut(data, places)) == whole
        assert not any(secret.encode() in whole for secret in SECRETS)


def test_bytes_without_a_secret_pass_at_once_and_unchanged() -> None:
    data = bytes(range(256)) * 100
    mask = StreamMask(["hunter2"])
    assert mask.feed(data) == data


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("token=hunter2", "hunter2"),
        ("Authorization: Bearer hunter2", "hunter2"),
        ("bearer:hunter2", "hunter2"),
        ("basic:somebody:hunter2", "hunter2"),
        ("basic:somebody:hunter2", "c29tZWJvZHk6aHVudGVyMg=="),
        ("pass=sw ord/+", "sw%20ord%2F%2B"),
    ],
)
def test_what_is_sent_of_a_secret_is_hidden_too(given: str, shown: str) -> None:
    assert shown in set(spellings(given))


@pytest.mark.parametrize("given", ["Accept: text/csv", "user=anonymous"])
def test_what_is_no_secret_is_shown(given: str) -> None:
    assert set(spellings(given)) <= {
        given,
        "Accept%3A%20text%2Fcsv",
        "user%3Danonymous",
        "QWNjZXB0OiB0ZXh0L2Nzdg==",
    }
