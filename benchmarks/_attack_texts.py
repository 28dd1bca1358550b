"""500 texts that try to lead a run astray: paths out of its room, URLs to this machine.

URLs hold loopback and private addresses only, in every spelling that some parser accepts, so
that nothing reaches a public host, not even where a check fails.
"""

import random
from collections.abc import Iterator
from pathlib import Path

COUNT = 500
SEED = 7

_CLIMBS = ("../", "..//", "./../", "..\\", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "....//")
_LOOK_ALIKES = (
    "\uff0e\uff0e\uff0f",
    "\u2025/",
    "..\u2215",
    "..\u2044",
    "..\uff0f",
    "\u2024\u2024/",
)
_BEFORE = (
    "/", "//", "/./", "/x/..", "file:", "file://", "file://localhost", "file:///", "FILE://",
    "file://127.0.0.1", "~", "~root/..", "@", "-", "./", "./.", " ", "\t", "\n", "\ufeff",
    "\u202e",
    "C:", "\\\\?\\", "file_id:", "file_id:..", "job_id:", "job_id:../..", "job_id:x/..",
    "/vsifile/", "/vsizip/", "/vsitar/", "/vsigzip/", "/vsisubfile/0_10,", "GTIFF_RAW:", "HDF5:",
    "NETCDF:", "GTIFF_DIR:1:", "concat:", "subfile,,start,0,end,99,,:", "crypto:", "async:",
    "cache:",
    "unix:", "pipe:", "data:,", "zip::", "simplecache::file://", "local://", "memory://",
    "view-source:",
)  # fmt: skip
_AFTER = (
    "\0", "\0.png", "%00.png", "/", "/.", "//", "?", "#", "#mode=bytes", " ", "\n", "\r\nX: y",
    ":$DATA",
    "|", ";id", "`id`", "$(id)", "*", "/../secret.txt", ".idx", "::x",
)  # fmt: skip

_HOSTS = (
    "127.0.0.1", "127.1", "127.0.1", "0x7f.1", "0x7f000001", "0X7F.0.0.1", "2130706433",
    "017700000001",
    "0177.0.0.1", "0177.0.0.01", "0x7f.0x0.0x0.0x1", "127.0.0.1.", "127.127.127.127", "0",
    "0.0.0.0",
    "localhost", "LOCALHOST", "localhost.", "localhost.localdomain", "a.localhost",
    "ip6-localhost",
    "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
    "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::1%25lo]", "[fe80::1]", "[fc00::1]",
    "\u2460\u2461\u2466.0.0.1", "127\u30020\u30020\u30021", "\uff11\uff12\uff17.0.0.1",
    "\uff4cocalhost",
    "\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3", "loc\u00adalhost", "127.0.0.1%00",
    "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "metadata.internal",
)  # fmt: skip
_SCHEMES = (
    "http", "https", "ftp", "ftps", "sftp", "HTTP", "gopher", "dict", "ldap", "tftp", "ws",
    "smb", "rtsp",
    "tcp", "udp", "jar:http", "url:http", "http+unix", "/vsicurl/http", "/vsicurl_streaming/http",
)  # fmt: skip
_FORMS = (
    "{s}://{h}:{p}/x", "{s}://user@{h}:{p}/x", "{s}://10.0.0.1@{h}:{p}/x", "{s}://a:b@{h}:{p}/x",
    "{s}://{h}:{p}#@10.0.0.1/", "{s}://{h}:{p}\\@10.0.0.1/", "{s}://10.0.0.1\\@{h}:{p}/",
    "{s}://{h}:{p}/%2e%2e/x", "{s}:/{h}:{p}/x", "{s}:///{h}:{p}/x", "{s}:{h}:{p}/x", "//{h}:{p}/x",
    "{s}://{h}\t:{p}/x", "{s}://{h}:{p}/x\r\nHost: a", "{s}://{h}:0{p}/x", "{s}:\\\\{h}:{p}\\x",
    "{s}://{h}:{p}@{h}:{p}/x", " {s}://{h}:{p}/x", "{s}://{h}:{p}/x#mode=bytes",
    "{s}://[{h}]:{p}/x",
)  # fmt: skip


def attack_texts(canary: Path, port: int, count: int = COUNT, seed: int = SEED) -> list[str]:
    """Texts, half of them paths to `canary` and half URLs of the loopback port `port`.

    The same seed gives the same texts.
    """
    chance = random.Random(seed)
    texts: list[str] = []
    for every in (_paths(canary), _urls(port)):
        different = list(dict.fromkeys(every))
        texts += chance.sample(different, min(count // 2, len(different)))
    return texts


def loopback_urls(port: int) -> list[str]:
    """Plain URLs of this machine in every spelling, as the aim of redirects."""
    return [f"http://{host}:{port}/x" for host in _HOSTS if host.isascii()]


def _paths(canary: Path) -> Iterator[str]:
    targets = (str(canary), str(canary.parent), f"{canary.parent}/link-to-secret")
    for target in targets:
        bare = target.lstrip("/")
        yield target
        yield from (f"{before}{target}" for before in _BEFORE)
        yield from (f"{before}{bare}" for before in _BEFORE)
        yield from (f"{target}{after}" for after in _AFTER)
        for climb in (*_CLIMBS, *_LOOK_ALIKES):
            yield from (f"{climb * steps}{bare}" for steps in (1, 3, 8, 20))
            yield f"a/{climb * 9}{bare}"
        yield target.replace("/", "\\")
        yield target.replace("/", "%2f")
        yield "".join(f"%{byte:02x}" for byte in target.encode())
    yield from ("/etc/passwd", "/proc/self/environ", "/proc/self/fd/3", "/dev/stdin", "/dev/fd/0")
    yield from ("..", "../..", ".", "/", "//", "~", "\0", "a\0b", "CON", "x" * 5000, "a/" * 600)


def _urls(port: int) -> Iterator[str]:
    for host in _HOSTS:
        yield from (f"{scheme}://{host}:{port}/x" for scheme in ("http", "ftp", "sftp"))
    for scheme in _SCHEMES:
        yield from (form.format(s=scheme, h="127.0.0.1", p=port) for form in _FORMS)
    for form in _FORMS:
        yield from (
            form.format(s="http", h=host, p=port) for host in ("localhost", "[::1]", "0x7f.1")
        )
