"""Arguments that say what is read and which pictures are written."""

from collections.abc import Iterator

from zyra.core.arguments import arg
from zyra.core.fitting_args import Conflict
from zyra.core.kinds import InputSource, OutputDir, OutputFile
from zyra.visualize.commands.checked_args import CheckedArgs

NOT_IN_NAMES = frozenset("/\\")


class PictureArgs(CheckedArgs):
    """One input with its picture, or several with theirs."""

    input: InputSource | None = arg(
        None, "NetCDF, GRIB, GeoTIFF or .npy file, a URL of one, or - for stdin", flags=("-i",)
    )
    output: OutputFile | None = arg(None, "PNG to write (.png), or - for stdout", flags=("-o",))
    inputs: list[InputSource] | None = arg(None, "Several files, drawn alike one after the other")
    output_dir: OutputDir | None = arg(None, "Folder for the pictures of --inputs")
    output_names: list[str] | None = arg(
        None, "File names for the pictures of --inputs, one each; default: the input's with .png"
    )

    def conflicts(self) -> Iterator[Conflict]:
        """What is wrong with inputs and outputs."""
        yield from super().conflicts()
        several, names = self.inputs is not None, self.output_names
        yield sum(self.ways_in()) != 1, "give either input or inputs"
        yield not several and any(self.ways_in()) and self.output is None, "output is missing"
        yield several and self.output is not None, "output is for one input"
        yield several and self.output_dir is None, "output_dir is missing"
        yield not several and self.output_dir is not None, "output_dir is for inputs"
        yield not several and names is not None, "output_names is for inputs"
        for name in (self.output, *(names or ())):
            yield no_png(name)
        if names is not None and self.inputs is not None:
            yield len(names) != len(self.inputs), "output_names needs one name for each of inputs"
            for name in names:
                is_path = name in ("", ".", "..") or not NOT_IN_NAMES.isdisjoint(name)
                yield is_path, f"output_names has {name!r}, which is not a plain file name"

    def ways_in(self) -> tuple[bool, ...]:
        """Which ways to name what is drawn are used; one of them is needed."""
        return self.input is not None, self.inputs is not None


def no_png(name: str | None) -> Conflict:
    """That a picture's name ends in something else than .png; no ending is one too."""
    last = (name or "").rpartition("/")[2]
    ending = last[last.rfind(".") :] if "." in last[1:] else ""
    return (
        ending.lower() not in ("", ".png"),
        f"pictures are written as PNG: {name} cannot end in {ending}",
    )
