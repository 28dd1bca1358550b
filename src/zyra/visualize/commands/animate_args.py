"""Arguments of films: what they are made of, where they go, what stands on their frames."""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

from zyra.core.arguments import arg
from zyra.core.fitting_args import Conflict
from zyra.core.kinds import InputFile, InputSource, OutputDir, OutputFile
from zyra.visualize.commands.checked_args import CheckedArgs

FILM_ENDINGS = (".mp4", ".webm", ".mov", ".mpg")


class SeriesArgs(CheckedArgs):
    """What is read, and where frames and films go."""

    effective_with: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "fps": ("to_video", "combine_to"),
        "grid_mode": ("combine_to",),
        "grid_cols": ("combine_to",),
    }

    input: InputSource | None = arg(
        None,
        "File with a field at several times: NetCDF, GRIB, Zarr, or a .npy array of (time, row,"
        " column); a URL of one, or - for stdin",
        flags=("-i",),
    )
    inputs: list[InputSource] | None = arg(
        None,
        "Several files: those of one time each become one film, in the order of their times;"
        " those of several times a film each",
    )
    output_dir: OutputDir | None = arg(
        None,
        "Folder for the frames, frame_0000.png and so on, and their list manifest.json; the"
        " frames of several films get a folder each in it",
    )
    to_video: OutputFile | None = arg(
        None,
        "Film to write: .mp4, .webm, .mov or .mpg, or - for stdout. Several films are named after"
        " their inputs, with the same ending, and stand in --output-dir or where this one would",
        flags=("-o",),
        also=("output",),
    )
    fps: int = arg(30, "Frames of the film in a second", ge=1, le=240)
    combine_to: OutputFile | None = arg(
        None, "Film of all --inputs side by side, frame by frame, to write"
    )
    grid_mode: Literal["grid", "hstack", "vstack"] = arg(
        "grid", "How --combine-to arranges them: rows of --grid-cols, one row, or one column"
    )
    grid_cols: int = arg(2, "Columns of --grid-mode grid", ge=1, le=64)

    def conflicts(self) -> Iterator[Conflict]:
        """What is wrong with inputs and outputs."""
        yield from super().conflicts()
        outputs = (self.output_dir, self.to_video, self.combine_to)
        yield not any(outputs), "give output_dir, to_video or both"
        yield self.combine_to is not None and self.inputs is None, "combine_to is for inputs"
        columns = self.is_given("grid_cols") and self.grid_mode != "grid"
        yield columns, f"grid_cols has no effect with grid_mode {self.grid_mode}"
        for name in (self.to_video, self.combine_to):
            yield no_film(name)


class StampArgs(CheckedArgs):
    """The title of the frames, and the time that stands on each."""

    effective_with: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "timestamps_csv": ("show_timestamp",),
        "timestamp_loc": ("show_timestamp",),
    }

    label: str | None = arg(None, "Title instead of the variable's name and level")
    show_timestamp: bool = arg(False, "Write the valid time on each frame")
    timestamps_csv: InputFile | None = arg(
        None, "Text file with one time for each frame, a line each, to write instead"
    )
    timestamp_loc: Literal["upper_left", "upper_right", "lower_left", "lower_right"] = arg(
        "lower_right", "Corner of the map for --show-timestamp"
    )


class ParticleArgs(CheckedArgs):
    """Particles that drift with the wind, for --mode particles."""

    effective_with: ClassVar[Mapping[str, tuple[str, ...]]] = {"custom_seed": ("seed",)}

    particles: int = arg(2000, "How many particles drift with the wind", ge=1, le=200_000)
    seed: int | None = arg(
        None,
        "Number that decides where particles start again that have left the data or grown old;"
        " the same number gives the same film",
        ge=0,
    )
    custom_seed: bool = arg(
        False, "Start them all at places drawn by chance from --seed, not evenly spread"
    )
    dt: float = arg(0.5, "Hours of a step", gt=0, le=240)
    steps_per_frame: int = arg(1, "Steps from one frame to the next", ge=1, le=1000)
    frames_per_time: int = arg(
        1, "Frames that are drawn with the wind of one time, which may be the only one", ge=1
    )
    lifetime: int = arg(60, "Frames after which a particle starts again elsewhere", ge=2)
    method: Literal["RK4-SPH", "RK4-Grid"] = arg(
        "RK4-SPH",
        "Runge-Kutta of fourth order on the sphere, right also at the poles, or in rows and columns"
        " of the grid, faster",
    )


def no_film(name: str | None) -> Conflict:
    """That a film's name ends in something that is none."""
    last = (name or "-").rpartition("/")[2]
    ending = last[last.rfind(".") :].lower() if "." in last[1:] else ""
    known = ", ".join(FILM_ENDINGS)
    return last != "-" and ending not in FILM_ENDINGS, f"{name} is no film: it ends in {known}"
