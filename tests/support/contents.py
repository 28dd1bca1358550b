"""Read what a storage has opened."""

from contextlib import closing

from zyra.jobs.storage import Content


async def whole(content: Content) -> bytes:
    """All bytes of `content`, which is closed."""
    with closing(content):
        return b"".join([chunk async for chunk in content.chunks(0, content.size)])
