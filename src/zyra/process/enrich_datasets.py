"""Add to each dataset of a list what can be found out about it."""

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

from zyra.core.errors import DataError, ZyraError
from zyra.core.inputs import existing_file
from zyra.core.job import Job
from zyra.core.times import iso_moment
from zyra.core.urls import split_url
from zyra.process.commands.enrich_datasets import EnrichDatasetsArgs
from zyra.process.dataset_cache import AnswerCache, answer_cache
from zyra.process.dataset_files import is_own_command_line, named_file
from zyra.process.dataset_json import parse_json, read_object, read_text, write_json
from zyra.process.enrich_capabilities import (
    address_of_description,
    facts_of_description,
    local_description,
    remote_description,
)
from zyra.process.enrich_facts import Facts
from zyra.process.enrich_fetching import Fetcher, TooLarge, open_fetcher
from zyra.process.enrich_items import Item, items_from
from zyra.process.enrich_probe import facts_of_data, facts_of_large, fetch_data
from zyra.process.enrich_profiles import Profile, built_in
from zyra.process.enrich_rules import HostRules
from zyra.process.enrich_shallow import facts_of_words
from zyra.transfer.sources import is_url

# How far each method can be trusted, as existing readers of these lists know it.
_CONFIDENCE = {"shallow": 0.2, "profile": 0.3, "capabilities": 0.5, "probe": 0.9}

# Of the facts as they are kept; another number makes older answers unknown.
_CACHE_VERSION = "1"


@dataclass(frozen=True)
class Sources:
    """Where facts come from, the same for all items.

    Attributes:
        level: What is asked for: shallow, capabilities or probe.
        limit: Most bytes that are fetched for an item; None is the usual of the level.
        reading: Held while data are opened: HDF5 is not made for several threads.
    """

    job: Job
    level: str
    profile: Profile
    cache: AnswerCache
    fetcher: Fetcher
    limit: int | None
    reading: Lock


def run(args: EnrichDatasetsArgs, job: Job) -> None:
    """Write the list again, with an enrichment in each item.

    Raises:
        UsageError: There is no such profile, or a host is none.
        InputNotFound: The list or profile cannot be read.
        DataError: It is not JSON, or malformed.
        OutputError: The output cannot be written.
    """
    text, name = read_text(args.items_file, job)
    items = items_from(parse_json(text, name), name)
    rules = HostRules.narrowing(
        job.network,
        https_only=args.https_only,
        allowed=args.allow_host,
        denied=args.deny_host,
    )
    tell = partial(job.tell, detail=True)
    if args.enrich != "shallow" and not is_own_command_line(job):
        tell("answers are not kept: a run of the service has no cache")
    with open_fetcher(rules, args.enrich_timeout, tell, offline=args.offline) as fetcher:
        sources = Sources(
            job,
            args.enrich,
            _profile(args, job),
            answer_cache(job, args.cache_ttl),
            fetcher,
            args.max_probe_bytes,
            Lock(),
        )
        enriched = _side_by_side(items, sources, args.enrich_workers)
    failed = sum(1 for record in enriched if record["enrichment"]["error"])
    job.tell(f"{len(enriched)} items" + (f", {failed} of them with an error" if failed else ""))
    write_json(args.output, enriched, job)


def _profile(args: EnrichDatasetsArgs, job: Job) -> Profile:
    profile = Profile() if args.profile is None else built_in(args.profile)
    if args.profile_file is None:
        return profile
    return Profile.from_json(*read_object(args.profile_file, job)).over(profile)


def _side_by_side(items: Sequence[Item], sources: Sources, workers: int) -> list[Mapping[str, Any]]:
    """The items with their enrichment, in their order."""
    done: list[Mapping[str, Any]] = []
    with ThreadPoolExecutor(workers) as pool:
        for record in pool.map(partial(enriched_item, sources=sources), items):
            done.append(record)
            sources.job.progress(len(done) / len(items), f"{len(done)} of {len(items)} items")
    return done


def enriched_item(item: Item, sources: Sources) -> Mapping[str, Any]:
    """The item as it was given, with what was found out; a failure is said in `error`."""
    now = iso_moment(datetime.now(UTC))
    defaults = sources.profile.facts_of(item)
    facts, error = Facts(), None
    try:
        facts = _facts(item, sources)
    except TooLarge as exc:
        facts, error = facts_of_large(exc), exc.message
    except ZyraError as exc:
        error = exc.message
    methods = [("profile", defaults), (sources.level, facts)]
    enrichment = {
        **facts.over(defaults).to_json(),
        "updated_at": now,
        "provenance": [
            {
                "source": item.source or "unknown",
                "method": "profile-defaults" if method == "profile" else method,
                "ts": now,
                "confidence": _CONFIDENCE[method],
            }
            for method, found in methods
            if found != Facts()
        ],
        "error": error,
    }
    return {**item.record, "enrichment": enrichment}


def _facts(item: Item, sources: Sources) -> Facts:
    if sources.level == "shallow":
        return facts_of_words(item)
    if not item.uri:
        raise DataError("it has no uri")
    address = address_of_description(item) if sources.level == "capabilities" else item.uri
    if is_url(address) and not address.lower().startswith("file:"):
        return _remote_facts(item, address, sources)
    return _local_facts(item, address, sources)


def _remote_facts(item: Item, address: str, sources: Sources) -> Facts:
    sources.fetcher.check(address)
    question = (_CACHE_VERSION, sources.level, address, item.name, item.id)
    kept = sources.cache.get(*question)
    if kept is not None:
        return Facts.from_json(kept)
    if sources.level == "capabilities":
        raw = remote_description(address, sources.fetcher, sources.limit)
        facts = facts_of_description(raw, address, item)
    else:
        facts = _fetched_data(address, sources)
    sources.cache.put(facts.to_json(), sources.job, *question)
    return facts


def _fetched_data(address: str, sources: Sources) -> Facts:
    with TemporaryDirectory(prefix="zyra-") as folder:
        # Readers name the file in their errors: it has the name that the user knows.
        path = Path(folder, _file_name(address))
        fetch_data(address, path, sources.fetcher, sources.limit)
        with sources.reading:
            return facts_of_data(path)


def _file_name(address: str) -> str:
    name = split_url(address).name
    return name if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}", name) else "data"


def _local_facts(item: Item, address: str, sources: Sources) -> Facts:
    text = address.removeprefix("file:").removeprefix("//")
    path = Path(named_file(text, sources.job, "on the service, give URLs"))
    if not path.is_dir():
        existing_file(str(path))
    if sources.level == "capabilities":
        return facts_of_description(local_description(path), address, item)
    with sources.reading:
        return facts_of_data(path)
