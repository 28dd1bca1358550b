"""Listings as servers of many kinds write them."""

from datetime import UTC, datetime

import pytest

from zyra.transfer.ftp_listing import Listed, parse_ftp_time, parse_list, parse_mlsd


def test_lines_of_facts_are_read():
    lines = [
        "type=cdir;modify=20240801000000; .",
        "Type=file;Size=12;Modify=20240801060000.5;UNIX.mode=0644; a file;1.bin",
        "type=dir;modify=20240801000000;perm=el; sub",
        "type=OS.unix=slink:/x; link",
        "type=file;size=none;modify=never; odd",
        "type=file;size=1; ../../etc/passwd",
        "type=file;size=1; ..",
        "nonsense",
    ]
    modified = datetime(2024, 8, 1, 6, 0, 0, 500_000, tzinfo=UTC)
    assert parse_mlsd(lines) == [
        Listed("a file;1.bin", False, 12, modified),
        Listed("sub", True, None, datetime(2024, 8, 1, tzinfo=UTC)),
        Listed("odd", False),
        Listed("../../etc/passwd", False, 1),
    ]


# The forms that proftpd, vsftpd, IIS and old Unix systems are known for.
@pytest.mark.parametrize(
    ("line", "listed"),
    [
        ("-rw-r--r--   1 ftp      ftp        1234 Aug 01 06:00 a.nc", Listed("a.nc", False, 1234)),
        ("-rw-r--r--   1 1000     users    99999999999 Jan  1  2020 big file.nc",
         Listed("big file.nc", False, 99_999_999_999)),
        ("drwxr-xr-x+  2 root     512 Nov 11  2023 pub", Listed("pub", True)),
        ("lrwxrwxrwx   1 root     root   7 Nov 11 10:00 today -> 2024/x", Listed("today", False)),
        ("08-01-24  06:00AM       <DIR>          data", Listed("data", True)),
        ("08-01-2024  06:00PM              1234 a.nc", Listed("a.nc", False, 1234)),
    ],
)  # fmt: skip
def test_lines_for_people_are_read(line, listed):
    assert parse_list([line]) == [listed]


@pytest.mark.parametrize(
    "line", ["total 12", "", "-rw-r--r-- 1 a a 1 Aug 01 06:00 ..", "drwx nonsense"]
)
def test_other_lines_name_nothing(line):
    assert parse_list([line]) == []


@pytest.mark.parametrize("text", ["", "2024", "20241332000000", "213 20240801000000"])
def test_what_is_no_time_tells_none(text):
    assert parse_ftp_time(text) is None
