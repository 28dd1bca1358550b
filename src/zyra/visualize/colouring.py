"""Which colours the values of a run's pictures get, as the arguments ask for."""

from dataclasses import dataclass

from zyra.core.job import Job
from zyra.fields.field import Array, FieldInfo
from zyra.transfer.sources import local_copy
from zyra.visualize.commands.colour_args import ColourArgs
from zyra.visualize.palette_files import read_palette
from zyra.visualize.palettes import Palette, named_palette
from zyra.visualize.quantities import AUTOMATIC, suited_colours
from zyra.visualize.scale import Scale, scale_of


@dataclass(frozen=True)
class Colouring:
    """Colours for fields.

    Attributes:
        palette: The colours, or None for those that suit each field's quantity.
        vmin, vmax: Values of the first and last colour, or None for those of the values shown.
    """

    palette: Palette | None
    vmin: float | None = None
    vmax: float | None = None

    def scale_of(self, info: FieldInfo, shown: Array) -> Scale:
        """The scale for a field of which the values `shown` are seen.

        Raises:
            UsageError: The range is empty, or does not go with the palette.
            DataError: There is no value to take an end from.
        """
        return scale_of(shown, self._palette(info, shown), self.vmin, self.vmax)

    def fixed_scale(self, info: FieldInfo, shown: Array) -> Scale:
        """The scale between the two ends that are given, whatever bounds the palette has."""
        return Scale(self.vmin or 0.0, self.vmax or 0.0, self._palette(info, shown))

    def _palette(self, info: FieldInfo, shown: Array) -> Palette:
        if self.palette is not None:
            return self.palette
        is_fixed = self.vmin is not None or self.vmax is not None
        return suited_colours(info, shown, is_fixed=is_fixed)


def colouring_from(args: ColourArgs, job: Job) -> Colouring:
    """The colours that the arguments of a command ask for.

    Raises:
        UsageError: There is no such palette.
        DataError: The palette's file cannot be read.
    """
    return Colouring(_palette(args, job), args.vmin, args.vmax)


def _palette(args: ColourArgs, job: Job) -> Palette | None:
    if args.cmap_file is not None:
        with local_copy(args.cmap_file, job) as path:
            return read_palette(path)
    return None if args.cmap.lower() == AUTOMATIC else named_palette(args.cmap)
