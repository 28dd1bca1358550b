"""Where the result of a command goes when its input decides the name."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from zyra.core.errors import UsageError
from zyra.core.inputs import STDIN
from zyra.core.outputs import STDOUT
from zyra.core.urls import masked, split_url
from zyra.transfer.sources import is_url

_DATA_SUFFIXES = re.compile(
    r"(?i)\.(grib|grb|gb)[12]?$|\.(nc4?|cdf|hdf5?|h5|tiff?)$|\.zarr(\.zip)?$"
)


def chosen_output(output: str | None, *, stdout: bool, source: str, ending: str) -> str:
    """Where a single result goes: as asked, else stdout for stdin, else a derived name.

    Args:
        output: What is asked for; `-` is stdout.
        stdout: Whether stdout is asked for by its own flag.
        source: Path, URL or `-`.
        ending: Of a derived name, such as `.nc` or `_t2m.nc`.

    Raises:
        UsageError: Both are asked for and differ, or a derived name is that of the input.
    """
    refuse_two_outputs(output, stdout=stdout)
    if stdout or (output is None and source == STDIN):
        return STDOUT
    if output is not None:
        return output
    derived = derived_name(source, ending)
    if _is_same_file(source, derived):
        raise UsageError(
            f"the result would replace its input {source}", hint="name another with --output"
        )
    return derived


def refuse_two_outputs(output: str | None, *, stdout: bool) -> None:
    """Refuse stdout and a file at the same time.

    Raises:
        UsageError: Both are asked for.
    """
    if stdout and output not in (None, STDOUT):
        raise UsageError(f"--stdout and --output {output} contradict each other")


def batch_outputs(
    sources: Sequence[str], folder: str, names: Sequence[str] | None, ending: str
) -> list[str]:
    """Where the results of several inputs go, one for each.

    Raises:
        UsageError: There are more or fewer names than inputs, a name is no plain file name,
            or two results, or a result and an input, are the same file.
    """
    if names is not None and len(names) != len(sources):
        raise UsageError(f"there are {len(names)} output names for {len(sources)} inputs")
    for name in names or ():
        if PurePosixPath(name).name != name or "\\" in name or name == "..":
            raise UsageError(
                f"output name {name!r} is no plain file name",
                hint="name the folder in --output-dir",
            )
    if STDIN in sources and names is None:
        raise UsageError("stdin among the inputs has no name", hint="give --output-names")
    given = names or [derived_name(source, ending) for source in sources]
    counted = Counter(given)
    twice = [name for name, times in counted.items() if times > 1]
    if twice:
        raise UsageError(f"two results would be {twice[0]}", hint="give --output-names")
    outputs = [str(Path(folder) / name) for name in given]
    for source in sources:
        for output in outputs:
            if _is_same_file(source, output):
                raise UsageError(f"the result {output} would replace the input {source}")
    return outputs


def derived_name(source: str, ending: str) -> str:
    """The file name of `source` with `ending` instead of the suffix of a data format."""
    stem = _DATA_SUFFIXES.sub("", source_name(source))
    if not stem:
        raise UsageError(f"{masked(source)} gives the result no name", hint="name it with --output")
    return stem + ending


def source_name(source: str) -> str:
    """File name of a path or URL; empty for stdin."""
    if source == STDIN:
        return ""
    return PurePosixPath(split_url(source).name if is_url(source) else source).name


def _is_same_file(source: str, output: str) -> bool:
    if source == STDIN or is_url(source):
        return False
    return Path(output).exists() and Path(source).exists() and Path(output).samefile(source)
