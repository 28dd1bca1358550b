"""Arguments that choose the wind of a picture: two fields, one eastward and one northward."""

from collections.abc import Iterator

from zyra.core.arguments import arg
from zyra.core.fitting_args import Conflict
from zyra.core.kinds import InputSource
from zyra.visualize.commands.checked_args import CheckedArgs


class WindArgs(CheckedArgs):
    """The two components of a vector field, in one file or in one each."""

    uvar: str | None = arg(None, "Variable with the eastward component")
    vvar: str | None = arg(None, "Variable with the northward component")
    u: InputSource | None = arg(
        None, "File with the eastward component alone, such as a .npy array; needs --v"
    )
    v: InputSource | None = arg(None, "File with the northward component alone; needs --u")

    def conflicts(self) -> Iterator[Conflict]:
        """One component without the other."""
        yield from super().conflicts()
        yield (self.uvar is None) != (self.vvar is None), "give both uvar and vvar"
        yield (self.u is None) != (self.v is None), "give both u and v"


class ArrowArgs(CheckedArgs):
    """How dense, long and dark the arrows of a vector field are."""

    density: float = arg(0.2, "Arrows in relation to as many as fit, above 0 to 1", gt=0, le=1)
    scale: float | None = arg(
        None, "Speed that an arrow as long as the picture is wide stands for; default: by itself"
    )
    color: str = arg("#333333", "Colour of what is drawn: #rrggbb, #rrggbbaa or a name")
