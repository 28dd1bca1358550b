"""Memory that is moved to large pages keeps what it holds."""

import ctypes
import mmap
import os
from pathlib import Path

from zyra.jobs.isolation.huge_pages import gather_memory

BYTES = 8 << 20


def test_memory_keeps_what_it_holds():
    with mmap.mmap(-1, BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        memory[:] = bytes(range(256)) * (BYTES // 256)
        gather_memory()
        assert memory[:] == bytes(range(256)) * (BYTES // 256)


def test_files_may_have_any_name(tmp_path):
    path = os.fsencode(tmp_path) + b"/m\xfcller \xff"
    with Path(os.fsdecode(path)).open("w+b") as file:
        file.write(bytes(BYTES))
        file.flush()
        with mmap.mmap(file.fileno(), BYTES):
            gather_memory()


def test_ranges_that_are_not_filled_do_no_harm():
    with mmap.mmap(-1, BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        gather_memory()
        assert ctypes.string_at(start, 16) == bytes(16)
