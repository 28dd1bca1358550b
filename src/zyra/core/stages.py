"""The four stages of Zyra and the older names that are accepted for them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One of the four groups that every command belongs to."""

    name: str
    aliases: tuple[str, ...]
    summary: str


STAGES: tuple[Stage, ...] = (
    Stage("acquire", ("import", "ingest"), "Fetch data from remote sources"),
    Stage("process", ("transform",), "Decode, select, convert and describe data"),
    Stage("visualize", ("render",), "Draw pictures"),
    Stage("disseminate", ("export", "decimate"), "Deliver results to files and services"),
)

STAGE_NAMES: dict[str, str] = {
    name: stage.name for stage in STAGES for name in (stage.name, *stage.aliases)
}
