"""Rebuild docs/settings.md: every setting of the service, from the class that reads them.

.venv/bin/python scripts/build_settings_page.py
"""

from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from zyra.core.settings import PREFIX, Settings

PAGE = Path(__file__).parent.parent / "docs/settings.md"
INTRODUCTION = (
    "Settings are environment variables; a file `.env` in the working folder is read too, and"
    " `.env.example` is one to start from. A wrong value stops the service at its start, with"
    " the variable's name and what is expected."
)
# Values that the machine decides, which would differ from page to page.
_DECIDED = {"concurrency": "number of processors", "state_dir": "the platform's state folder"}
_UNITS = ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))


def page() -> str:
    """The page, as Markdown."""
    rows = [
        f"| `{PREFIX}{name.upper()}` | {default_of(name, field)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    table = "\n".join(["| name | default | meaning |", "|---|---|---|", *rows])
    return f"# Settings\n\n{INTRODUCTION}\n\n{table}\n"


def default_of(name: str, field: FieldInfo) -> str:
    """A default for people: sizes in GiB, times in words, nothing as `unset`."""
    default: Any = field.default
    if name in _DECIDED:
        return _DECIDED[name]
    if default is PydanticUndefined or default is None or default in ("", ()):
        return "unset"
    if name.endswith("_bytes"):
        size, unit = next((s, u) for s, u in _UNITS if default % s == 0)
        return f"{default // size} {unit}"
    if name.endswith("_s"):
        return f"{default:g} s"
    return f"`{default}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
