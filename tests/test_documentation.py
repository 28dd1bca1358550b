"""The documentation says what the declarations say, and is built without a warning."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from zyra.cli.commands import write_manual

ROOT = Path(__file__).parent.parent
MANUAL = ROOT / "docs/commands"


def test_the_manual_is_that_of_the_declarations(tmp_path: Path) -> None:
    write_manual(tmp_path)
    assert pages_below(MANUAL) == pages_below(tmp_path), "run: zyra commands --manual docs/commands"


def test_the_page_of_settings_is_that_of_the_class() -> None:
    spec = importlib.util.spec_from_file_location("page", ROOT / "scripts/build_settings_page.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.PAGE.read_text() == script.page(), "run scripts/build_settings_page.py"


@pytest.mark.timeout(300)
def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "commands/process/convert-format.html").is_file()


def pages_below(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.md")}
