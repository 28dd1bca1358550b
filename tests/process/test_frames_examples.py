"""The examples of the commands for frames and datasets run as they stand on the sample data."""

import shutil

import pytest

from zyra.core.command import Command
from zyra.process.commands.enrich_datasets import ENRICH_DATASETS
from zyra.process.commands.enrich_metadata import ENRICH_METADATA
from zyra.process.commands.metadata import METADATA
from zyra.process.commands.pad_missing import PAD_MISSING
from zyra.process.commands.scan_frames import SCAN_FRAMES
from zyra.process.commands.update_dataset_json import UPDATE_DATASET_JSON

COMMANDS = (
    SCAN_FRAMES,
    METADATA,
    PAD_MISSING,
    ENRICH_METADATA,
    ENRICH_DATASETS,
    UPDATE_DATASET_JSON,
)
SAMPLES = (
    "frames.json",
    "dataset.json",
    "dataset_items.json",
    "eraint_uvz.nc",
    "gfswave_atlocn_0p16_f001.grib2",
)


@pytest.fixture
def samples(here, data):
    shutil.copytree(data / "frames", "frames")
    for name in SAMPLES:
        (here / name).symlink_to(data / name)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_each_example_that_needs_no_network_runs(process, samples, command: Command):
    local = [example for example in command.examples if "input_url" not in example.args]
    for example in local:
        process(command.name, **example.args)
        assert "error" not in process.stderr
    assert local
