"""How the pictures of a run look: everything but the colours of values."""

from collections.abc import Collection
from dataclasses import dataclass, field

from zyra.core.errors import UsageError
from zyra.core.inputs import existing_file
from zyra.core.job import Job
from zyra.fields.field import Array, FieldInfo
from zyra.visualize.basemap import Basemap, read_basemap
from zyra.visualize.colour_bar import ColourBar, Orientation
from zyra.visualize.commands.map_args import MapArgs
from zyra.visualize.commands.page_args import BarArgs, LabelArgs
from zyra.visualize.extent import extent_from
from zyra.visualize.land import AREAS, LandAndSea
from zyra.visualize.layout import unit_of
from zyra.visualize.map_choice import MapChoice
from zyra.visualize.map_features import FEATURES, chosen_features
from zyra.visualize.scale import Scale
from zyra.visualize.text import field_period, field_time, field_title
from zyra.visualize.tiles import TileMap

AUTOMATIC = "auto"


@dataclass(frozen=True)
class Style:
    """How the pictures of a run look.

    Attributes:
        width, height: Of the picture in pixels.
        dpi: Pixels per inch, which text and lines grow with.
        choice: What the map shows of the Earth, in which projection.
        features: Names of the map features drawn over the field.
        basemap: What lies under the field, or None.
        is_page: Whether there is a page around the map, with title, time and degrees.
        has_bar: Whether the page has a colour bar.
        orientation: How the colour bar lies.
        label: Title instead of the field's own, or None.
        timestamp: Text on the map, `auto` for the field's time, or None.
        timestamp_corner: Where it stands, such as `lower_right`.
    """

    width: int
    height: int
    dpi: int = 96
    choice: MapChoice = field(default_factory=MapChoice)
    features: tuple[str, ...] = FEATURES
    basemap: Basemap | None = None
    is_page: bool = False
    has_bar: bool = False
    orientation: Orientation = "horizontal"
    label: str | None = None
    timestamp: str | None = None
    timestamp_corner: str = "lower_right"

    @property
    def unit(self) -> float:
        """Pixels in a unit of the layout."""
        return unit_of(self.width, self.height, self.dpi)

    def title_of(self, info: FieldInfo) -> str:
        """What the picture of a field is called."""
        return field_title(info) if self.label is None else self.label

    def note_of(self, info: FieldInfo) -> str:
        """What the values sum up, and when they hold unless that stands on the map."""
        time = field_time(info) if self.timestamp is None else ""
        valid = f"valid {time}" if time else ""
        return ", ".join(part for part in (field_period(info), valid) if part)

    def timestamp_of(self, info: FieldInfo) -> str | None:
        """What stands on the map of a field.

        Raises:
            UsageError: It is to be the field's time, which is not known.
        """
        if self.timestamp != AUTOMATIC:
            return self.timestamp
        known = field_time(info)
        if not known:
            raise UsageError("the field has no valid time", hint="give the text as timestamp")
        return known

    def bar_of(self, drawn: FieldInfo, shown: Array, scale: Scale) -> ColourBar:
        """The colour bar of `scale`, with arrows where the values `shown` lie beyond it."""
        below = scale.is_affine and bool((shown < scale.low).any())
        above = scale.is_affine and bool((shown > scale.high).any())
        return ColourBar(scale, drawn.units, self.orientation, self.unit, below=below, above=above)


def style_from(args: MapArgs, job: Job) -> Style:
    """The style that the arguments of a command ask for; what it does not take is left out.

    Raises:
        UsageError: They ask for what there is not.
        DataError: The basemap cannot be read.
    """
    bar = args if isinstance(args, BarArgs) else None
    text = args if isinstance(args, LabelArgs) else None
    has_bar = bar is not None and bar.colorbar
    without = {name for name in FEATURES if getattr(args, f"no_{name}")}
    features = chosen_features(args.features, without)
    return Style(
        width=args.width,
        height=args.height,
        dpi=args.dpi,
        choice=choice_from(args),
        features=features,
        basemap=_basemap(args, features, job),
        is_page=has_bar or (text is not None and text.label is not None),
        has_bar=has_bar,
        orientation="horizontal" if bar is None else bar.legend_orientation,
        label=None if text is None else text.label,
        timestamp=None if text is None else text.timestamp,
        timestamp_corner="lower_right" if text is None else text.timestamp_loc,
    )


def choice_from(args: MapArgs) -> MapChoice:
    """The part of the Earth and the projection that the arguments ask for.

    Raises:
        UsageError: The extent is none.
    """
    return MapChoice(
        name=args.projection,
        extent=None if args.extent is None else extent_from(args.extent),
        center=None if args.center is None else tuple(args.center),
        parallels=None if args.parallels is None else tuple(args.parallels),
    )


def basemap_under(picture: str | None, features: Collection[str]) -> Basemap | None:
    """What lies under a field: a picture of the Earth, areas of plain colour, or nothing.

    Args:
        picture: Path of the picture, or None.
        features: Names of map features, of which the areas count.

    Raises:
        UsageError: Both are asked for.
        DataError: The picture cannot be read.
    """
    areas = frozenset(AREAS).intersection(features)
    if picture is None:
        return LandAndSea(areas) if areas else None
    _refuse_hidden(areas)
    return read_basemap(existing_file(picture))


def _basemap(args: MapArgs, features: tuple[str, ...], job: Job) -> Basemap | None:
    if args.map_type == "tile" and args.tile_source is not None:
        _refuse_hidden(frozenset(AREAS).intersection(features))
        return TileMap(args.tile_source, args.tile_zoom, job)
    return basemap_under(args.basemap, features)


def _refuse_hidden(areas: Collection[str]) -> None:
    if areas:
        raise UsageError(
            f"a basemap hides {' and '.join(sorted(areas))}",
            hint="leave them out of --features, or leave out the basemap",
        )
