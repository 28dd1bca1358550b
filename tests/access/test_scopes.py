"""What scopes allow."""

import pytest

from zyra.access.scopes import allows, parse_scopes
from zyra.core.errors import UsageError
from zyra.registry import CLI_REGISTRY


@pytest.mark.parametrize(
    ("held", "wanted", "is_allowed"),
    [
        ("run:process", "run:process.convert-format", True),
        ("run:process", "run:visualize.heatmap", False),
        ("run:process.convert-format", "run:process.convert-format", True),
        ("run:process.convert-format", "run:process.decode-grib2", False),
        ("run:*", "run:acquire.http", True),
        ("run:*", "jobs:read", False),
        ("jobs:read", "jobs:cancel", False),
        ("jobs:read", "run:process.jobs:read", False),
        ("admin", "files:write", True),
        ("run:proc", "run:process.convert-format", False),
    ],
)
def test_a_scope_allows_what_it_names_and_no_more(held: str, wanted: str, is_allowed: bool) -> None:
    assert allows({held}, wanted) is is_allowed


def test_older_names_of_stages_mean_the_same() -> None:
    scopes = parse_scopes(["run:render.heatmap", "run:transform"], CLI_REGISTRY)
    assert scopes == {"run:visualize.heatmap", "run:process"}


@pytest.mark.parametrize("word", ["run", "run:", "run:proces", "run:process.nope", "jobs", "root"])
def test_an_unknown_scope_is_refused_with_those_there_are(word: str) -> None:
    with pytest.raises(UsageError, match=f"no scope '{word}'") as refused:
        parse_scopes([word], CLI_REGISTRY)
    assert refused.value.hint


def test_a_key_without_scopes_is_refused() -> None:
    with pytest.raises(UsageError, match="no scope is given"):
        parse_scopes([" "], CLI_REGISTRY)
