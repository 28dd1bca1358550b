"""Declaration of `process enrich-datasets`."""

from collections.abc import Mapping
from typing import Any, Literal

from zyra.core.arguments import Args, arg
from zyra.core.command import Command, Example
from zyra.core.kinds import InputFile, OutputFile

MOST_WORKERS = 32


class EnrichDatasetsArgs(Args):
    """Add to a list of datasets what can be found out about each: variables, times, place, size.

    Reads JSON: a list of items, or an object with such a list under "items"; each item has id,
    name, description, source, format and uri. Writes the list with an "enrichment" in each.
    What cannot be reached or read has the reason in its "error"; the others are not affected.

    shallow reads the items alone. capabilities asks the WMS, WMTS, THREDDS, STAC or OGC API
    behind the uri for its own description. probe opens the data: GRIB, NetCDF or GeoTIFF.
    Answers from the network are kept in the user's cache folder; on the service they are not kept.
    """

    items_file: InputFile = arg(description="JSON list of items, or - for stdin", also=("input",))
    profile: str | None = arg(
        None, "What holds where nothing else is known: sos (whole Earth), gibs or pygeoapi"
    )
    profile_file: InputFile | None = arg(
        None,
        "The same as JSON: enrichment.defaults, enrichment.license_policy; goes before profile",
    )
    enrich: Literal["shallow", "capabilities", "probe"] = arg(
        description="shallow: from the items; capabilities: ask services; probe: open the data"
    )
    enrich_timeout: float = arg(3.0, "Seconds for each item", gt=0, le=3600)
    enrich_workers: int = arg(4, "Items that are asked for at a time", ge=1, le=MOST_WORKERS)
    cache_ttl: int = arg(86400, "Seconds that answers are kept; 0 keeps and uses none", ge=0)
    offline: bool = arg(False, "Use no network: local files and kept answers only")
    https_only: bool = arg(False, "Refuse URLs that are not https")
    allow_host: list[str] | None = arg(
        None, "Ask only this host and those below it, such as noaa.gov", repeat=True
    )
    deny_host: list[str] | None = arg(
        None, "Never ask this host and those below it; goes before allow_host", repeat=True
    )
    max_probe_bytes: int | None = arg(
        None,
        "Most bytes that are fetched for an item; default: 50000000 of data, 16777216 of a"
        " description",
        ge=1,
    )
    output: OutputFile = arg("-", "JSON to write, or - for stdout", flags=("-o",))


def _asks_hosts(given: Mapping[str, Any]) -> bool:
    return given.get("enrich") != "shallow" and not given.get("offline")


ENRICH_DATASETS = Command(
    "process",
    "enrich-datasets",
    EnrichDatasetsArgs,
    run="zyra.process.enrich_datasets:run",
    examples=(
        Example(
            "What the items say themselves, with the defaults of Science On a Sphere",
            {
                "items_file": "dataset_items.json",
                "enrich": "shallow",
                "profile": "sos",
                "output": "enriched.json",
            },
        ),
        Example(
            "What is in the local files among them",
            {"items_file": "dataset_items.json", "enrich": "probe", "offline": True},
        ),
    ),
    network=_asks_hosts,
)
