"""The names of fetched files come from strangers: they are made plain."""

import pytest

from zyra.acquire.batch import safe_name
from zyra.core.urls import split_url


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
