"""The runner of `benchmarks/` measures in turns and knows when a promise is not kept."""

import run
from _timing import Case, Result, measure
from source_tree import ROOT


def case(*, at_most: float | None = None, at_most_above_ms: float | None = None) -> Case:
    return Case(
        "ours", list, list, "theirs", at_most=at_most, at_most_above_ms=at_most_above_ms, rounds=3
    )


def test_both_works_are_done_once_unmeasured_and_then_in_turns() -> None:
    done: list[str] = []
    result = measure(
        Case("a", lambda: done.append("ours"), lambda: done.append("theirs"), "b", rounds=2)
    )
    assert done == ["ours", "theirs", "theirs", "ours", "theirs", "ours"]
    assert len(result.ours) == len(result.reference) == 2


def test_the_ratio_is_that_of_the_middle_round() -> None:
    slowed_down_once = Result(case(), ours=[2.0, 30.0, 6.0], reference=[1.0, 3.0, 3.0])
    assert slowed_down_once.ratio == 2.0
    assert slowed_down_once.above_ms == 3.0


def test_a_promise_is_kept_up_to_its_bound() -> None:
    times = {"ours": [6.0], "reference": [2.0]}
    assert Result(case(at_most=3.0), **times).holds
    assert not Result(case(at_most=2.9), **times).holds
    assert Result(case(at_most_above_ms=4.0), **times).holds
    assert not Result(case(at_most_above_ms=3.9), **times).holds


def test_a_missed_promise_fails_a_check_and_nothing_else(monkeypatch, capsys) -> None:
    missed = Result(case(at_most=1.0), ours=[2.0], reference=[1.0])
    monkeypatch.setattr(run, "results_of", lambda *_: iter([missed]))
    assert run.main(["start"]) == 0
    assert run.main(["start", "--check"]) == 1
    assert "MISSED" in capsys.readouterr().out


def test_every_file_of_cases_is_a_topic() -> None:
    files = (ROOT / "benchmarks" / "cases").glob("*.py")
    assert set(run.topics()) == {path.stem for path in files}
