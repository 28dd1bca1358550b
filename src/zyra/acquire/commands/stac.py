"""Declaration of `acquire stac`."""

from typing import Annotated, Literal

from pydantic import Field

from zyra.acquire.fetch_args import FetchArgs
from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.credential_args import CredentialArgs
from zyra.core.fitting_args import Conflict
from zyra.core.kinds import OutputFile, SourceUrl

# Named here because the argument `list` hides the type's own name within the class.
Texts = list[Annotated[str, Field(min_length=1)]]
Numbers = list[float]


class StacArgs(FetchArgs, CredentialArgs):
    """Search a STAC catalog by collection, area and time, and fetch the assets of what is found.

    The URL is that of a STAC API, of a collection of one, of a static catalog, collection or
    item. An API searches itself, by POST where it offers that, else by GET. A static catalog is
    walked, past collections whose extents are elsewhere; it knows no --query and no --filter.

    --list prints the items, with the addresses of their assets. --output-dir fetches assets:
    those that --asset names, else those with the role data, else, of an item without roles, all.
    Each goes to ITEM/FILE in the folder. file:size and file:checksum are checked before a file
    appears. --sync-dir fetches only what is new or has changed; --pattern looks at ITEM/FILE.

    --since, --since-period and --until, or --datetime, are held against the times of items. Assets
    may be at http, https, s3, gs and az addresses; credentials go to the catalog's host only.
    """

    url: SourceUrl = arg(
        description="STAC API, catalog, collection or item", positional=True, also=("input",)
    )
    collection: Texts | None = arg(None, "Ids of collections to search")
    ids: Texts | None = arg(None, "Ids of items")
    bbox: Numbers | None = arg(
        None,
        "West south east north in degrees; 170 -20 -170 20 crosses 180 degrees",
        min_length=4,
        max_length=4,
    )
    datetime: str | None = arg(
        None,
        "Day or moment, or two with a slash between them: 2024-08-01, 2024-08-01/2024-08-07, "
        "2024-08-01T06:00Z/.. (no end)",
        min_length=1,
    )
    query: str | None = arg(
        None, 'JSON of the query extension, such as {"eo:cloud_cover": {"lt": 10}}', min_length=1
    )
    filter: str | None = arg(
        None, "CQL2, text such as eo:cloud_cover < 10 or JSON; passed on as it is", min_length=1
    )
    limit: int = arg(100, "Most items in all", gt=0)
    page_size: int = arg(100, "Items to ask an API for at once", gt=0, le=10_000)
    asset: Texts | None = arg(None, "Names of assets, such as visual or B0*")
    list: bool = arg(False, "Print the items with their assets instead of fetching files")
    format: Literal["ndjson", "json"] = arg(
        "ndjson", "Format of the list: one item on each line, or one array"
    )
    output: OutputFile = arg("-", "Where the list goes; - is stdout", flags=("-o",))
    unsigned: bool = arg(False, "Show no credentials to object stores: for public buckets")

    def conflicts(self) -> tuple[Conflict, ...]:
        """What is wrong with the arguments as they stand together: whether, and in words."""
        return (
            *self.fetch_conflicts(),
            *self.credential_conflicts(),
            (not self.list and self.folder is None, "give list, output_dir or sync_dir"),
            (self.list and self.folder is not None, "give either list or a folder"),
            (not self.list and self.output != "-", "output is for list"),
            (not self.list and "format" in self.model_fields_set, "format is for list"),
            (self.list and self.pattern is not None, "pattern is for fetching: see asset"),
            (self.list and self.unsigned, "unsigned is for fetching"),
            (
                self.list and (self.write_manifest is not None or self.parallel is not None),
                "write_manifest and parallel are for fetching",
            ),
            (self.datetime is not None and self.has_dates, "give either datetime or since, until"),
            (self.date_format is not None, "items tell their times: date_format has no effect"),
        )


STAC = Command(
    "acquire",
    "stac",
    StacArgs,
    run="zyra.acquire.stac:run",
    examples=(
        Example(
            "What there is of an area and a week, with few clouds",
            {
                "url": "https://earth-search.aws.element84.com/v1",
                "collection": ["sentinel-2-l2a"],
                "bbox": [-105.3, 39.6, -104.9, 39.9],
                "datetime": "2024-08-01/2024-08-07",
                "query": '{"eo:cloud_cover": {"lt": 10}}',
                "list": True,
            },
        ),
        Example(
            "The pictures in true colour, into a folder that is kept up to date",
            {
                "url": "https://earth-search.aws.element84.com/v1",
                "collection": ["sentinel-2-l2a"],
                "bbox": [-105.3, 39.6, -104.9, 39.9],
                "since_period": "P14D",
                "asset": ["visual"],
                "sync_dir": "denver",
            },
        ),
    ),
    network=True,
)
