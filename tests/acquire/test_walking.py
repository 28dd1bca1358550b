"""Looking through folders of folders ends, whatever a server makes up."""

import pytest

from zyra.acquire.walking import walk
from zyra.core.errors import LimitExceeded
from zyra.transfer.client import tell_nobody
from zyra.transfer.entries import Entry
from zyra.transfer.retries import Retries

TOP = Entry("", "ftp://a.example/")


def test_folders_that_hold_nothing_but_folders_come_to_an_end(monkeypatch):
    monkeypatch.setattr("zyra.acquire.walking.MOST_ENTRIES", 100)

    def look(folder: Entry) -> list[Entry]:
        return [Entry(f"{n}/", f"{folder.url}{n}/") for n in range(10)]

    with pytest.raises(LimitExceeded, match="more than 100"):
        walk(TOP, look, 100, retries=Retries(), tell=tell_nobody)


def test_a_folder_that_is_found_again_is_looked_into_once():
    looked = []

    def look(folder: Entry) -> list[Entry]:
        looked.append(folder.url)
        return [Entry("back/", TOP.url), Entry("a.nc", f"{folder.url}a.nc")]

    found = walk(TOP, look, 5, retries=Retries(), tell=tell_nobody)
    assert (looked, [entry.name for entry in found]) == ([TOP.url], ["a.nc"])
