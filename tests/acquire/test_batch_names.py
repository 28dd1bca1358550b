"""The names of fetched files come from strangers: they are made plain."""

import pytest

from zyra.acquire.batch import plan_batch, safe_name
from zyra.core.urls import split_url
from zyra.transfer.entries import Entry


@pytest.mark.parametrize(
    ("end", "name"),
    [
        ("..%2f..%2fx.nc", "_._.._x.nc"),
        ("%E2%80%AEcn.exe", "_cn.exe"),
        ("a%0Ab%00c.nc", "a_b_c.nc"),
        ("a%E2%80%A8b.nc", "a_b.nc"),
        ("b%C3%BCcher.nc", "bücher.nc"),
    ],
)
def test_a_name_holds_nothing_that_hides_or_leads_away(end: str, name: str) -> None:
    assert safe_name(split_url(f"https://a.example/{end}").name) == name


def test_a_file_does_not_stand_where_a_folder_has_to() -> None:
    keys = ["a", "a/b", "A/c.nc", "c.nc", "C.nc"]
    fetches = plan_batch([Entry(key, f"s3://bucket/{key}") for key in keys], "out")
    targets = [fetch.target for fetch in fetches]
    assert targets == ["out/a-2", "out/a/b", "out/A/c.nc", "out/c.nc", "out/C-2.nc"]
