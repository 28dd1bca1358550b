"""Arguments that choose the colours of values."""

from collections.abc import Iterator

from zyra.core.arguments import arg
from zyra.core.fitting_args import Conflict
from zyra.core.kinds import InputSource
from zyra.visualize.commands.checked_args import CheckedArgs


class ColourArgs(CheckedArgs):
    """Colours of values, by a palette and the range that it covers."""

    cmap: str = arg(
        "YlOrBr",
        "Colours by name: viridis, turbo, RdBu, thermal, NWSReflectivity, ... (docs/palettes.md"
        " shows all); _r reverses; auto takes colours and range that suit the quantity",
    )
    cmap_file: InputSource | None = arg(
        None, "Palette file instead of a name: JSON (continuous or classified), CPT or colours"
    )
    vmin: float | None = arg(
        None, "Value of the first colour; default: the lowest inside the extent"
    )
    vmax: float | None = arg(
        None, "Value of the last colour; default: the highest inside the extent"
    )

    def conflicts(self) -> Iterator[Conflict]:
        """A name and a file of a palette."""
        yield from super().conflicts()
        both = self.cmap_file is not None and self.is_given("cmap")
        yield both, "give either cmap or cmap_file"
