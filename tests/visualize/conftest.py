"""Fixtures of the tests that draw."""

import numpy as np
import pytest


@pytest.fixture
def npy(tmp_path):
    def write(values, name="field.npy") -> str:
        np.save(tmp_path / name, np.asarray(values, np.float32))
        return str(tmp_path / name)

    return write
