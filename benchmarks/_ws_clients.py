"""Follow one job by many WebSockets, and print what each line's way took, as JSON.

    _ws_clients.py URL COUNT

Lines are times of the machine's clock in nanoseconds. Told are: how many followers got the
whole story, milliseconds from write to receive, and the digests of what they received.
With a count of 0 one client connects and reads nothing.
"""

import argparse
import asyncio
import hashlib
import json
import resource
import sys
import time
from typing import Any

from websockets.asyncio.client import connect

PATIENCE_S = 120.0
AT_ONCE = 50
MOST_TIMES = 20_000


async def follow(url: str, gate: asyncio.Semaphore, connected: asyncio.Event) -> dict[str, Any]:
    """Follow to the end: whether nothing lacks, how late each frame's first line is, the text."""
    async with gate:
        socket = await connect(url, proxy=None, max_size=None, open_timeout=60, ping_interval=None)
    connected.set()
    late_ms: list[float] = []
    text: list[str] = []
    last: dict[str, Any] = {"seq": 0}
    is_dense = True
    async for message in socket:
        now = time.monotonic_ns()
        frame = json.loads(message)
        is_dense = is_dense and frame["seq"] == last["seq"] + 1
        last = frame
        if frame["stdout"]:
            text.append(frame["stdout"])
            stamp = frame["stdout"].split("\n", 1)[0]
            if stamp.isdigit() and len(stamp) > 10:
                late_ms.append((now - int(stamp)) / 1e6)
    whole = is_dense and last.get("exit_code") == 0 and socket.close_code == 1000
    return {"whole": whole, "late_ms": late_ms, "text": "".join(text)}


async def stall(url: str) -> None:
    """Connect, and read nothing any more until this process is ended."""
    socket = await connect(url, proxy=None, max_queue=1, ping_interval=None)
    await socket.recv()
    socket.transport.pause_reading()
    print("connected", flush=True)
    await asyncio.Event().wait()


async def follow_all(url: str, count: int) -> dict[str, Any]:
    """What so many followers tell together."""
    gate = asyncio.Semaphore(AT_ONCE)
    events = [asyncio.Event() for _ in range(count)]
    following = asyncio.gather(*(follow(url, gate, event) for event in events))
    await asyncio.gather(*(event.wait() for event in events))
    print("connected", flush=True)
    async with asyncio.timeout(PATIENCE_S):
        told = await following
    late_ms = [ms for one in told for ms in one["late_ms"]]
    return {
        "whole": sum(one["whole"] for one in told),
        "late_ms": late_ms[:: max(1, len(late_ms) // MOST_TIMES)],
        "frames": len(late_ms),
        "digests": sorted({hashlib.sha256(one["text"].encode()).hexdigest() for one in told}),
    }


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("count", type=int)
    given = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if given.count == 0:
        asyncio.run(stall(given.url))
    json.dump(asyncio.run(follow_all(given.url, given.count)), sys.stdout)


if __name__ == "__main__":
    main()
