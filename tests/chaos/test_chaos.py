"""A few kills of everything, at random: each promise of the job system is kept."""

import asyncio

import pytest

from chaos import chaos

pytestmark = pytest.mark.timeout(180)


@pytest.mark.parametrize(("backend", "kills"), [("embedded", 15), ("redis", 6)])
def test_no_kill_breaks_a_promise(tmp_path, backend, kills):
    verdict = asyncio.run(chaos(tmp_path, kills, seed=7, backend=backend))
    assert not verdict.checks.faults, str(verdict)
    assert verdict.kills.total() == kills
    assert verdict.checks.counts["succeeded (exit)"] > 0
