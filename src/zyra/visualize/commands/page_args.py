"""Arguments that choose what is written around and on a map."""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

from zyra.core.arguments import arg
from zyra.core.fitting_args import Conflict
from zyra.core.kinds import OutputFile
from zyra.visualize.commands.checked_args import CheckedArgs
from zyra.visualize.commands.picture_args import no_png


class LabelArgs(CheckedArgs):
    """The title of a map, and the time that stands on it."""

    effective_with: ClassVar[Mapping[str, tuple[str, ...]]] = {"timestamp_loc": ("timestamp",)}

    label: str | None = arg(None, "Title instead of the variable's name and level")
    timestamp: str | None = arg(
        None, "Text to write on the map, or auto for the valid time", max_length=200
    )
    timestamp_loc: Literal["upper_left", "upper_right", "lower_left", "lower_right"] = arg(
        "lower_right", "Corner of the map for --timestamp"
    )


class BarArgs(CheckedArgs):
    """The colour bar, on the page and as a picture of its own."""

    effective_with: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "legend_orientation": ("colorbar", "legend_file")
    }

    colorbar: bool = arg(False, "Add a colour bar, title, time and degrees around the map")
    legend_file: OutputFile | None = arg(None, "PNG to write the colour bar alone to, transparent")
    legend_orientation: Literal["horizontal", "vertical"] = arg(
        "horizontal", "How the colour bar lies, on the page and in --legend-file"
    )

    def conflicts(self) -> Iterator[Conflict]:
        """A legend that is no PNG."""
        yield from super().conflicts()
        yield no_png(self.legend_file)
