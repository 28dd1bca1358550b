from zyra.core.natural_order import natural_order


def test_numbers_in_names_count_as_numbers():
    names = ["f10.png", "f9.png", "f1b2.png", "f1a10.png", "f009.png", "a.png", "2"]
    assert sorted(names, key=natural_order) == [
        "2",
        "a.png",
        "f1a10.png",
        "f1b2.png",
        "f009.png",
        "f9.png",
        "f10.png",
    ]
