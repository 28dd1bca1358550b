"""Memory that is moved to large pages keeps what it holds."""

import ctypes
import mmap

from zyra.jobs.isolation.huge_pages import gather_memory

BYTES = 8 << 20


def test_memory_keeps_what_it_holds():
    with mmap.mmap(-1, BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        memory[:] = bytes(range(256)) * (BYTES // 256)
        gather_memory()
        assert memory[:] == bytes(range(256)) * (BYTES // 256)


def test_ranges_that_are_not_filled_do_no_harm():
    with mmap.mmap(-1, BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        gather_memory()
        assert ctypes.string_at(start, 16) == bytes(16)
