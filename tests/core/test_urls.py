import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zyra.core.errors import UsageError
from zyra.core.urls import inet_aton, masked, normalized_host, split_url


def test_a_url_is_taken_apart():
    url = split_url("HTTPS://us%3Aer:pa%40ss@Data.Example.ORG:8443/a%20b/c.nc?x=1&y=2#part")
    assert (url.scheme, url.host, url.port) == ("https", "data.example.org", 8443)
    assert (url.target, url.path, url.name) == ("/a%20b/c.nc?x=1&y=2", "/a b/c.nc", "c.nc")
    assert url.user == ("us:er", "pa@ss")
    assert str(url) == "https://data.example.org:8443/a%20b/c.nc?x=1&y=2"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("http://a.example", "http://a.example/"),
        ("http://a.example:80/x", "http://a.example/x"),
        ("https://a.example:80/x", "https://a.example:80/x"),
        ("http://a.example?x", "http://a.example/?x"),
        ("http://[2606:4700:0::1111]:81/", "http://[2606:4700::1111]:81/"),
        ("http://bücher.example/ü", "http://xn--bcher-kva.example/%C3%BC"),
        ("http://a.example/100%", "http://a.example/100%"),
    ],
)
def test_equal_urls_are_written_alike(text, plain):
    assert str(split_url(text)) == plain


@pytest.mark.parametrize(
    ("reference", "target"),
    [
        ("b.nc", "https://h.example/a/b.nc"),
        ("/b.nc", "https://h.example/b.nc"),
        ("../b.nc", "https://h.example/b.nc"),
        ("//o.example/b", "https://o.example/b"),
        ("http://o.example/b", "http://o.example/b"),
        ("with space.nc", "https://h.example/a/with%20space.nc"),
        ("?page=2", "https://h.example/a/?page=2"),
    ],
)
def test_references_are_joined(reference, target):
    assert str(split_url("https://u:p@h.example/a/").joined(reference)) == target


# Values from inet(3): the forms of inet_aton.
@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("10.1.258", "10.1.1.2"),
        ("0x7f.0.0.0x1", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("4294967295", "255.255.255.255"),
    ],
)
def test_every_spelling_of_an_address_is_read(text, address):
    assert str(inet_aton(text)) == address


@pytest.mark.parametrize(
    "text", ["", "a", "1.2.3.4.5", "256.1.1.1", "08.1", "1_0.1", "+1", "4294967296"]
)
def test_what_spells_no_address_is_none(text):
    assert inet_aton(text) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://u:p@h.example/a?x=1", "https://***@h.example/a?x=1"),
        ("https://h.example/a?x=1&token=t", "https://h.example/a?x=1&token=***"),
        ("https://h.example/a?X-Amz-Signature=t", "https://h.example/a?X-Amz-Signature=***"),
        (
            "https://h.example/a?AWSAccessKeyId=t&sig=u",
            "https://h.example/a?AWSAccessKeyId=***&sig=***",
        ),
        ("https://h.example/a?keyword=t&monkey=b", "https://h.example/a?keyword=t&monkey=b"),
        ("http://[::zz u:p@h/", "http://***@h/"),
    ],
)
def test_secrets_are_masked(text, shown):
    assert masked(text) == shown


@given(st.text(alphabet="htps:/@[]%.0x17aé①\\ \t#?&=-_fF\uff4c\u3002", max_size=30))
@settings(max_examples=300, deadline=None)
def test_what_is_accepted_reads_the_same_again(text):
    try:
        url = split_url(f"http://{text}")
    except UsageError:
        return
    again = split_url(str(url))
    assert (again.origin, again.target) == (url.origin, url.target)


@pytest.mark.parametrize("character", ["é", "ﷺ", "a"])
def test_a_host_longer_than_names_are_is_refused_at_once(character):
    start = time.perf_counter()
    with pytest.raises(UsageError):
        normalized_host(character * 20_000)
    assert time.perf_counter() - start < 0.05
