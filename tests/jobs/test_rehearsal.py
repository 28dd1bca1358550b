"""What waiting processes go through is a whole run, and leaves nothing."""

import pytest

from zyra.core.exit_codes import DONE
from zyra.jobs.isolation.rehearsal import rehearse


def test_the_rehearsed_run_succeeds_and_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    assert rehearse() == DONE
    assert capfd.readouterr() == ("", "")
