"""The files that arguments name one by one."""

from collections.abc import Sequence

from zyra.acquire.manifest import entry_of, read_list
from zyra.acquire.source_args import SourceArgs
from zyra.core.job import Job
from zyra.transfer.entries import Entry


def named_entries(
    first: str | None, args: SourceArgs, schemes: Sequence[str], job: Job
) -> list[Entry]:
    """The first source, then those of `inputs` and `manifest`, each within the policy.

    Raises:
        UsageError: One is not a URL of these schemes, or the manifest names none.
        AddressRefused: The network policy forbids one.
        InputNotFound: The manifest cannot be read.
        DataError: It is neither text nor a manifest.
    """
    addresses = [*(() if first is None else (first,)), *(args.inputs or ())]
    entries = [entry_of(address, schemes) for address in addresses]
    if args.manifest is not None:
        entries += read_list(args.manifest, schemes, job)
    for entry in entries:
        job.network.check_url(entry.url)
    return entries
