import ipaddress
from pathlib import Path

import pytest

from zyra.core.errors import AddressRefused, UsageError
from zyra.core.network import NetworkPolicy

PUBLIC_ONLY = NetworkPolicy()

# Each spells an address of this machine or of a private network, or a name of this machine.
PRIVATE_HOSTS = [
    *(Path(__file__).parent / "private_hosts.txt").read_text(encoding="utf-8").split(),
    "127.0.0.\u00ad1",
    "local\u00adhost",
    "loc\u200balhost",
    "\uff11\uff12\uff17.0.0.1",
    "localhost\uff0e",
]

# Different programs find different hosts in these, or none.
AMBIGUOUS_URLS = [
    "http://",
    "http:///path",
    "http:127.0.0.1",
    "//127.0.0.1/",
    "127.0.0.1",
    "http://good.example\\@127.0.0.1/",
    "http://good.example\\.127.0.0.1/",
    "http:\\\\127.0.0.1/",
    "http://a@b@127.0.0.1/",
    "http://127.0.0.1:80@127.0.0.1@good.example/",
    "http://good.example\t@127.0.0.1/",
    "http://good.example\n127.0.0.1/",
    "http://good.example /",
    " http://good.example/",
    "http://good.example/\r\nHost: 127.0.0.1",
    "http://good.example\x00.127.0.0.1/",
    "http://%31%32%37.0.0.1/",
    "http://127.0.0.1%2f@good.example:80:80/",
    "http://127%2e0%2e0%2e1/",
    "http://good.example%00.evil/",
    "http://good..example/",
    "http://.good.example/",
    "http://good.example../",
    "http://1.2.3.4.5/",
    "http://256.0.0.1/",
    "http://127.0.0.08/",
    "http://0x100000000/",
    "http://4294967296/",
    "http://good.0x/x",
    "http://good.1/x",
    "http://[127.0.0.1]/",
    "http://[::1/",
    "http://::1/",
    "http://[::1]extra/",
    "http://[::1%25]x/",
    "http://[v1.fe80::1]/",
    "http://[fe80::1%25a/b]/",
    "http://good.example:0/",
    "http://good.example:65536/",
    "http://good.example:-1/",
    "http://good.example:80x/",
    "http://good.example:\uff18\uff10/",
    "http://good.exa℀mple/",
    "http://good.example\uff0fpath@127.0.0.1/",
    "http://good.example\uff1f@127.0.0.1/",
    "http://good.example\uff03@127.0.0.1/",
    "http://good.example\uff20127.0.0.1/",
    "http://" + "a" * 64 + ".example/",
    "http://" + "a." * 130 + "example/",
    "http://-/ x",
    "http://*/",
    "http://$host/",
    "http://good,example/",
]


@pytest.mark.parametrize("host", PRIVATE_HOSTS)
def test_a_url_to_a_private_host_is_refused_before_anything_is_resolved(host):
    with pytest.raises(AddressRefused):
        PUBLIC_ONLY.check_url(f"http://{host}/data.nc")


@pytest.mark.parametrize(
    "trick", ["http://good.example@{}/", "https://u:p@{}:8443/x", "ftp://{}:21/"]
)
def test_user_names_ports_and_schemes_hide_no_private_host(trick):
    for host in (
        "127.0.0.1",
        "0x7f.1",
        "[::1]",
        "localhost",
        "\u2460\u2461\u2466.\u24ea.\u24ea.\u2460",
    ):
        with pytest.raises(AddressRefused):
            PUBLIC_ONLY.check_url(trick.format(host))


@pytest.mark.parametrize("url", AMBIGUOUS_URLS)
def test_a_url_that_programs_read_differently_is_refused(url):
    with pytest.raises((UsageError, AddressRefused)):
        PUBLIC_ONLY.check_url(url)


def test_the_corpus_is_large():
    assert len(PRIVATE_HOSTS) + len(AMBIGUOUS_URLS) >= 100


@pytest.mark.parametrize(
    "url",
    [
        "https://nomads.ncep.noaa.gov/pub/data/?C=M;O=D",
        "http://data.example.org:8080/a%20b.nc#part",
        "https://8.8.8.8/",
        "https://172.15.0.1/",
        "https://172.32.0.1/",
        "https://100.128.0.1/",
        "https://[2606:4700::1111]/",
        "https://[::ffff:8.8.8.8]/",
        "https://[64:ff9b::8.8.8.8]/",
        "https://bücher.example/",
        "https://notlocalhost/",
        "https://localhost.example.org/",
        "ftp://ftp.ncep.noaa.gov/pub/",
        "s3://noaa-gfs-bdp-pds/gfs.20260101/00/",
        "https://my_host.example.org/",
        "https://example.org./",
    ],
)
def test_public_urls_pass(url):
    PUBLIC_ONLY.check_url(url)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "gopher://a.example/", "data:,x", "javascript:1"]
)
def test_other_schemes_are_refused(url):
    with pytest.raises(UsageError):
        PUBLIC_ONLY.check_url(url)


@pytest.mark.parametrize(
    ("entry", "host"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "0x7f000001"),
        ("127.0.0.0/8", "[::ffff:127.9.9.9]"),
        ("10.0.0.0/8", "10.1.2.3"),
        ("fd00::/8", "[fd12::1]"),
        ("[::1]", "[::1]"),
        ("LOCALHOST", "localhost."),
        ("data.internal", "data.internal"),
    ],
)
def test_what_the_operator_names_is_allowed(entry, host):
    NetworkPolicy.allowing([entry]).check_url(f"http://{host}/")


@pytest.mark.parametrize(
    ("entry", "host"),
    [
        ("127.0.0.1", "127.0.0.2"),
        ("127.0.0.1", "localhost"),
        ("localhost", "127.0.0.1"),
        ("10.0.0.0/24", "10.0.1.1"),
        ("a.internal", "b.internal"),
    ],
)
def test_what_the_operator_does_not_name_stays_refused(entry, host):
    with pytest.raises(AddressRefused):
        NetworkPolicy.allowing([entry]).check_url(f"http://{host}/")


@pytest.mark.parametrize("entry", ["10.0.0.0/33", "10.0.0.0/x", "a b", "", "host:80", "http://a"])
def test_an_entry_that_means_nothing_is_refused(entry):
    with pytest.raises(UsageError):
        NetworkPolicy.allowing([entry])


def test_an_allowed_name_may_resolve_to_anything():
    policy = NetworkPolicy.allowing(["store.example"])
    policy.check_address("Store.Example.", ipaddress.ip_address("10.0.0.1"))


def test_a_public_name_may_not_resolve_to_a_private_address():
    with pytest.raises(AddressRefused, match=r"store.example is at 10\.0\.0\.1"):
        PUBLIC_ONLY.check_address("store.example", ipaddress.ip_address("10.0.0.1"))


def test_an_address_is_not_said_to_be_at_itself():
    with pytest.raises(AddressRefused, match=r"^127\.0\.0\.1 is not public$"):
        PUBLIC_ONLY.check_host("127.0.0.1")


def test_the_refusal_names_the_remedy():
    with pytest.raises(AddressRefused) as caught:
        PUBLIC_ONLY.check_host("localhost")
    assert "ZYRA_ALLOW_HOSTS" in (caught.value.hint or "")


def test_an_unrestricted_policy_reaches_everything():
    NetworkPolicy(unrestricted=True).check_url("http://127.0.0.1:8000/")
