"""The examples of the commands that make films run as they stand, beside the sample data."""

import io

import pytest

from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob
from zyra.visualize.commands.animate import ANIMATE
from zyra.visualize.commands.compose_video import COMPOSE_VIDEO

EXAMPLES = [
    pytest.param(command, example, id=f"{command.name}: {example.title}")
    for command in (ANIMATE, COMPOSE_VIDEO)
    for example in command.examples
]


@pytest.mark.parametrize(("command", "example"), EXAMPLES)
def test_an_example_makes_what_it_names(command, example, data, tmp_path, monkeypatch):
    for path in data.iterdir():
        (tmp_path / path.name).symlink_to(path)
    monkeypatch.chdir(tmp_path)
    before = {path.name for path in tmp_path.iterdir()}
    job = StreamJob(io.BytesIO(), io.BytesIO(), io.BytesIO(), NetworkPolicy())
    command.load_run()(command.args.model_validate(example.args), job)
    outputs = (example.args.get(name) for name in ("output", "output_dir", "to_video"))
    assert {path.name for path in tmp_path.iterdir()} - before == set(filter(None, outputs))
