"""The service keeps to its OpenAPI document under random requests: a small fixed budget.

`benchmarks/contract.py` asks the same with 10 000 cases and more.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from zyra.jobs.isolation.sandbox import landlock_version
from zyra.jobs.isolation.seccomp import has_seccomp

CONTRACT = Path(__file__).parents[2] / "benchmarks" / "contract.py"
BUDGET_S = 40


@pytest.mark.skipif(
    landlock_version() < 4 or not has_seccomp(),
    reason="without Landlock 4 and seccomp random requests could reach the network",
)
@pytest.mark.timeout(120)
def test_random_requests_find_no_fault_and_no_status_that_is_not_documented() -> None:
    command = [sys.executable, str(CONTRACT), "--examples", "1", "--time", str(BUDGET_S)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout[-4000:]
    found = re.search(r"(\d+) generated", ended.stdout)
    assert found is not None
    assert int(found[1]) > 200, "hardly anything was asked"
