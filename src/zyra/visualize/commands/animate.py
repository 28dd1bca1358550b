"""Declaration of `visualize animate`."""

from collections.abc import Iterator, Mapping
from typing import Literal

from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.fitting_args import Conflict
from zyra.visualize.commands.animate_args import ParticleArgs, SeriesArgs, StampArgs
from zyra.visualize.commands.colour_args import ColourArgs
from zyra.visualize.commands.contour import LevelArgs
from zyra.visualize.commands.field_args import SeveralFieldsArgs
from zyra.visualize.commands.map_args import MapArgs
from zyra.visualize.commands.page_args import BarArgs
from zyra.visualize.commands.wind_args import ArrowArgs, WindArgs

VALUES, WINDS = ("heatmap", "contour"), ("vector", "particles")
# Which modes an argument is for, where it is not for all.
MODES_OF: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("var", "band", "units", "cmap", "cmap_file", "vmin", "vmax"), VALUES),
    **dict.fromkeys(("colorbar", "legend_file", "legend_orientation"), VALUES),
    **dict.fromkeys(("levels", "interval"), ("contour",)),
    **dict.fromkeys(("uvar", "vvar", "u", "v", "color"), WINDS),
    **dict.fromkeys(("density", "scale"), ("vector",)),
    **dict.fromkeys(("particles", "seed", "custom_seed", "dt"), ("particles",)),
    **dict.fromkeys(("steps_per_frame", "frames_per_time", "lifetime", "method"), ("particles",)),
}


class AnimateArgs(
    SeriesArgs,
    StampArgs,
    SeveralFieldsArgs,
    LevelArgs,
    ColourArgs,
    BarArgs,
    WindArgs,
    ArrowArgs,
    ParticleArgs,
    MapArgs,
):
    """Draw a field at several times as frames, as a film, or as both.

    Frames are drawn as by `visualize heatmap`, `contour --filled` or `vector`, all with the same
    colours: unless --vmin and --vmax are given, all times are read once more to find the range of
    the whole series. Frames appear in --output-dir as they are done. On a film, what is
    transparent in frames is light grey. A time at which all values are missing is an empty frame.

    Particles drift with the wind, in m/s, of each time for --steps-per-frame steps of --dt hours,
    and draw their way behind them. Those that leave the data or grow old start again elsewhere.

    Films need the libraries of zyra[media].
    """

    mode: Literal["heatmap", "contour", "vector", "particles"] = arg(
        "heatmap", "Coloured map, contours, arrows, or particles that drift with the wind"
    )

    def conflicts(self) -> Iterator[Conflict]:
        """Arguments that the mode has no use for, and what it lacks."""
        yield from super().conflicts()
        for name, modes in MODES_OF.items():
            changed = getattr(self, name) != type(self).model_fields[name].default
            wrong = changed and self.mode not in modes
            yield (
                wrong,
                f"{name} has no effect with mode {self.mode}, but with {' and '.join(modes)}",
            )
        sources = sum(given is not None for given in (self.input, self.inputs, self.u))
        alternatives = "input, inputs, or u and v" if self.mode in WINDS else "input or inputs"
        yield sources != 1, f"give one of {alternatives}"


ANIMATE = Command(
    "visualize",
    "animate",
    AnimateArgs,
    run="zyra.visualize.animate:run",
    examples=(
        Example(
            "Temperature at 500 hPa, as frames and as a film, with the time on each",
            {
                "input": "era5_levels_members.grib1",
                "var": "t",
                "level": "500",
                "member": 0,
                "output_dir": "temperature",
                "to_video": "temperature.mp4",
                "fps": 2,
                "show_timestamp": True,
            },
        ),
        Example(
            "Particles in the wind of one time, twenty frames of three hours",
            {
                "input": "gfs_2p5deg_f120_all_fields.grib2",
                "mode": "particles",
                "uvar": "u",
                "vvar": "v",
                "level": "250 hPa",
                "steps_per_frame": 6,
                "frames_per_time": 20,
                "to_video": "jet.mp4",
                "fps": 10,
            },
        ),
    ),
)
