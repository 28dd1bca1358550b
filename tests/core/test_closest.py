"""Hints name what was probably meant."""

from zyra.core.closest import closest, closest_or_all

STAGES = ("acquire", "process", "visualize", "disseminate")


def test_the_closest_names_come_best_first():
    assert closest("vizualise", STAGES) == ["visualize"]
    assert closest("import", ("export", "imports")) == ["imports", "export"]


def test_what_looks_like_nothing_is_close_to_nothing():
    assert closest("xyz", STAGES) == []
    assert closest_or_all("xyz", STAGES) == "acquire, process, visualize, disseminate"
    assert closest_or_all("proces", STAGES) == "process"
