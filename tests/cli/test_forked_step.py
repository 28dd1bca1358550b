"""Steps that cannot be started, in the process that would have forked for them."""

import asyncio
import os
from pathlib import Path

import pytest

from zyra.cli.forked_step import ForkedStep, LocalStep
from zyra.core.exit_codes import FAILED
from zyra.jobs.pipelines.flow import Link, Stdin
from zyra.jobs.pipelines.steps import Step
from zyra.registry import CLI_REGISTRY


def test_a_step_that_cannot_start_fails_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = CLI_REGISTRY["disseminate"]["local"]
    args = command.args.model_validate({"input": "-", "path": "x"})
    link = Link("step 2 (local)", Stdin.KEPT)
    local = LocalStep(Step(1, ("stages", 1), "local", command, {}), link, args)
    given = os.open(tmp_path / "stdout", os.O_CREAT | os.O_WRONLY)
    step = ForkedStep(local, tmp_path / "gone", 1, is_alone=False)
    assert asyncio.run(step.run(None, given)) == step.code == FAILED
    assert "step 2 (local): cannot start: [Errno 2] No such file" in capsys.readouterr().err
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(given)
