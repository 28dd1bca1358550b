"""Where files come from and go to, for commands that fetch one, several, or those of a place."""

from zyra.acquire.fetch_args import FetchArgs
from zyra.core.arguments import arg
from zyra.core.fitting_args import Conflict
from zyra.core.kinds import InputFile, OutputFile, SourceUrl

# Named here because the argument `list` hides the type's own name within the class.
SourceUrls = list[SourceUrl]


class SourceArgs(FetchArgs):
    """Arguments of sources beside the first one, and of outputs."""

    output: OutputFile = arg("-", "File to write, or - for stdout", flags=("-o",))
    list: bool = arg(False, "Print the URLs of what there is instead of fetching it")
    inputs: SourceUrls | None = arg(None, "Several URLs to fetch")
    manifest: InputFile | None = arg(
        None,
        "File that lists URLs to fetch, one per line, or a manifest of --write-manifest, whose"
        " checksums then have to fit",
    )

    @property
    def has_several(self) -> bool:
        """Whether files are named one by one."""
        return self.inputs is not None or self.manifest is not None

    def source_conflicts(self, name: str, *, given: bool) -> tuple[Conflict, ...]:
        """The part of `conflicts` that is alike for all these arguments.

        Args:
            name: Of the argument for the first source.
            given: Whether it is.
        """
        into_folder = self.folder is not None
        several = self.has_several
        return (
            *self.fetch_conflicts(),
            (not given and not several, f"give {name}, inputs or manifest"),
            (not given and self.list, f"list needs {name}, a place that can be listed"),
            (self.list and several, f"list is for {name} only"),
            (self.list and into_folder, "list writes to output, not into a folder"),
            (several and not into_folder, "output_dir is missing"),
            (into_folder and self.output != "-", "give either output or a folder"),
            (
                self.has_filters and (several or not (self.list or into_folder)),
                f"pattern and dates choose from a place: give {name} with list or output_dir",
            ),
            *self._single_conflicts(),
        )

    def _single_conflicts(self) -> tuple[Conflict, ...]:
        one = self.folder is None and not self.list
        return (
            (self.parallel is not None and self.folder is None, "parallel is for a folder"),
            (
                one and self.write_manifest is not None and self.output == "-",
                "write_manifest needs an output or output_dir",
            ),
        )
