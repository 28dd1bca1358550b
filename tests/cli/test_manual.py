"""The manual pages say everything that the declarations say."""

from pathlib import Path

import pytest

from zyra.cli.commands import main
from zyra.cli.manual import manual_page
from zyra.core.command import Command
from zyra.registry import CLI_REGISTRY, all_commands

COMMANDS = [pytest.param(command, id=command.name) for command in all_commands(CLI_REGISTRY)]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_page_has_a_row_for_every_argument(command: Command) -> None:
    rows = [line for line in manual_page(command).splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] != []
    assert {row.split("`")[1] for row in rows} == set(command.args.model_fields)


def test_shared_arguments_stand_after_a_commands_own() -> None:
    page = manual_page(CLI_REGISTRY["process"]["convert-format"])
    assert page.index("| `input`") < page.index("| `level`") < page.index("| `verbose`")


def test_a_page_shows_every_example_for_shell_and_for_http() -> None:
    page = manual_page(CLI_REGISTRY["disseminate"]["local"])
    assert "\nzyra disseminate local " in page
    assert "\nPOST /cli/disseminate/local\n" in page


def test_pages_are_written_beside_an_index_that_links_to_them(tmp_path: Path) -> None:
    assert main(["--manual", str(tmp_path)]) == 0
    index = (tmp_path / "index.md").read_text()
    for command in all_commands(CLI_REGISTRY):
        link = f"{command.stage}/{command.name}.md"
        assert f"]({link})" in index
        assert (tmp_path / link).read_text() == manual_page(command)
