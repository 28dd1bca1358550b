"""Faults by chance, but always the same: no wrong file ever stands under its name."""

from dataclasses import replace

import pytest

from fault_campaign import ANYWHERE, run_campaign


@pytest.mark.parametrize(
    ("kind", "faults"), [("http", 100), ("s3", 100), ("ftp", 25), ("sftp", 25)]
)
def test_no_fault_leaves_a_wrong_file(job, tmp_path, kind, faults):
    job = replace(job, network=ANYWHERE)
    outcome = run_campaign(kind, faults=faults, seed=4, folder=tmp_path, job=job)
    assert outcome.wrong == []
    assert outcome.whole > faults // 10
