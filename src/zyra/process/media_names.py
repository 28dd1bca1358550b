"""Where the result of a film or sound goes, and of which kind it is."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from zyra.core.arguments import Args
from zyra.core.errors import UsageError
from zyra.core.inputs import STDIN
from zyra.core.outputs import STDOUT
from zyra.process.output_names import source_name

_PATTERN = re.compile(r"%\d*d|[*?\[\]]")


def chosen_kind(
    args: Args,
    field: str,
    output: str | None,
    kinds: Sequence[str],
    same: Mapping[str, str],
) -> str:
    """The kind of the result: as asked for, else by the output's suffix, else the default.

    Args:
        args: The arguments.
        field: Name of the one that asks for a kind.
        output: Where the result goes.
        kinds: What can be made; each is a suffix as well.
        same: Other suffixes, with their kind.

    Raises:
        UsageError: The suffix of the output is that of another kind.
    """
    asked: str = getattr(args, field)
    ending = PurePosixPath(output or "").suffix[1:].lower()
    named = same.get(ending, ending)
    if named not in kinds or named == asked:
        return asked
    if field in args.model_fields_set:
        raise UsageError(
            f"--{field} {asked} and the output {output} contradict each other",
            hint=f"name it {PurePosixPath(output or '').with_suffix(f'.{asked}')}",
        )
    return named


def chosen_media_output(source: str, output: str | None, ending: str) -> str:
    """Where a film goes: as asked, else stdout for stdin, else the input's name.

    Raises:
        UsageError: The input gives it no name, or its own.
    """
    if output is not None:
        return output
    if source == STDIN:
        return STDOUT
    stem = _PATTERN.sub("", PurePosixPath(source_name(source.rstrip("/"))).stem).strip(" ._-")
    if not stem:
        raise UsageError(f"{source} gives the result no name", hint="name it with --output")
    derived = Path(stem + ending)
    if derived.exists() and Path(source).exists() and derived.samefile(source):
        raise UsageError(
            f"the result would replace its input {source}", hint="name another with --output"
        )
    return str(derived)
