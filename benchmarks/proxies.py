"""Send 5 GB through Caddy and nginx, both ways, and print rates, disk and memory of the proxy.

    .venv/bin/python benchmarks/proxies.py [caddy nginx ...] [--check]

The proxies may write no file larger than a megabyte, so that this fails if one keeps bodies on
disk. The service does keep uploads: 5 GB have to be free.
"""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from pathlib import Path

from _figures import Figure, run_parts
from _gunicorn import KEY, served
from _programs import REMEDY, find_program
from _proxies import Proxy, caddy, nginx

MIB = 1 << 20
SIZE = 5 * 10**9 // MIB * MIB
Start = Callable[[str, Path, int], AbstractContextManager[Proxy]]


async def by_caddy(folder: Path) -> AsyncIterator[Figure]:
    """Through Caddy."""
    for figure in measured("caddy", caddy, folder):
        yield figure


async def by_nginx(folder: Path) -> AsyncIterator[Figure]:
    """Through nginx."""
    for figure in measured("nginx", nginx, folder):
        yield figure


def measured(name: str, start: Start, folder: Path) -> list[Figure]:
    """What one proxy does with a large file.

    Raises:
        FileNotFoundError: The proxy is not on this machine.
    """
    program = find_program(name)
    if program is None:
        raise FileNotFoundError(f"no {name} here: {REMEDY}")
    (folder / "proxy").mkdir()
    with served(folder) as service, start(program, folder / "proxy", service.port) as proxy:
        before = proxy.most_memory()
        up_s, down_s, wrong = there_and_back(proxy)
        grown = (proxy.most_memory() - before) / MIB
    return [
        Figure(f"5 GB up through {name}", SIZE / MIB / up_s, "MiB/s", wrong=wrong),
        Figure(f"5 GB down through {name}", SIZE / MIB / down_s, "MiB/s"),
        Figure(f"memory of {name} more than before", grown, "MiB", at_most=64),
    ]


def there_and_back(proxy: Proxy) -> tuple[float, float, int]:
    """Seconds up and down, and how many of the two came out wrong."""
    with proxy.client(headers={"X-API-Key": KEY}) as client:
        start = time.monotonic()
        info = client.put("/upload/large.bin", content=(bytes(MIB) for _ in range(SIZE // MIB)))
        up_s = time.monotonic() - start
        with client.stream("GET", f"{info.json()['href']}/content") as answer:
            received = sum(map(len, answer.iter_raw(MIB)))
    down_s = time.monotonic() - start - up_s
    return up_s, down_s, (info.json()["size"] != SIZE) + (received != SIZE)


PARTS = {"caddy": by_caddy, "nginx": by_nginx}

if __name__ == "__main__":
    raise SystemExit(run_parts(__doc__ or "", PARTS))
