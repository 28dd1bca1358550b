"""What a page is made of, and the page that is made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from zyra.fields.field import FieldInfo
from zyra.visualize.commands.interactive import PUBLISHED_TILES, InteractiveArgs
from zyra.visualize.interactive_colours import bar_facts, colour_table, level_text
from zyra.visualize.interactive_frames import Slider
from zyra.visualize.interactive_lines import land_mesh, line_sets
from zyra.visualize.interactive_mesh import Mesh
from zyra.visualize.interactive_packing import Quantiser, packed_text
from zyra.visualize.interactive_page import Page
from zyra.visualize.land import AREAS
from zyra.visualize.map_features import FEATURES, chosen_features
from zyra.visualize.scale import Scale
from zyra.visualize.style import Style
from zyra.visualize.text import field_time, written_units
from zyra.visualize.view import Extent


@dataclass(frozen=True)
class Content:
    """What a page shows.

    Attributes:
        infos: Of each of its fields; of points, what is known of their values.
        extent: What it shows at first.
        quantiser: How values are packed.
        scale: The colours of values.
        blocks: Packed numbers by the names that the script knows.
        sliders: What chooses among the fields.
        mesh: Where values lie, or None for points.
        smooth: Values between points are blended.
        further: What else the script reads: of vectors and points.
    """

    infos: Sequence[FieldInfo]
    extent: Extent
    quantiser: Quantiser
    scale: Scale
    blocks: Mapping[str, str]
    sliders: Sequence[Slider] = ()
    mesh: Mesh | None = None
    smooth: bool = True
    further: Mapping[str, Any] = field(default_factory=dict)


def page_of(content: Content, args: InteractiveArgs) -> Page:
    """The page of what was read.

    Raises:
        UsageError: There is no such map feature, or no time to write.
    """
    style = Style(
        args.width,
        args.height,
        label=args.label,
        timestamp=args.timestamp,
        timestamp_corner=args.timestamp_loc,
    )
    tiles = None if args.tiles == PUBLISHED_TILES else args.tiles
    features = _features(args, has_tiles=tiles is not None)
    lines = list(line_sets(content.extent, features))
    blocks = {"levels": level_text(content.scale, content.quantiser)}
    blocks |= {each.name: each.text for each in lines} | dict(content.blocks)
    ground = None
    if not set(AREAS).isdisjoint(features):
        mesh, land = land_mesh(content.extent)
        ground, blocks["ground"] = mesh.facts(), packed_text(land)
    title = style.title_of(_without(content.infos[0], content.sliders))
    facts = {
        **{name: getattr(args, name) for name in ("mode", "engine", "width", "height")},
        "zoom": args.zoom if args.engine == "folium" else None,
        "extent": content.extent,
        "units": written_units(content.infos[0].units),
        "values": content.quantiser.facts(),
        "colours": colour_table(content.scale),
        "bar": bar_facts(content.scale, content.infos[0].units) if args.colorbar else None,
        "sliders": [asdict(slider) for slider in content.sliders],
        "times": [field_time(info) for info in content.infos],
        "notes": [style.note_of(info) for info in content.infos],
        "stamp": _stamp(style, content),
        "mesh": None if content.mesh is None else content.mesh.facts(),
        "smooth": content.smooth,
        "features": features,
        "lines": [each.facts() for each in lines],
        "ground": ground,
        "tiles": None if tiles is None else {"url": tiles, "credit": args.tiles_credit},
        **content.further,
    }
    return Page(title, facts, blocks, tiles)


def _features(args: InteractiveArgs, *, has_tiles: bool) -> tuple[str, ...]:
    if args.features is None and args.mode == "points" and not has_tiles:
        return (*AREAS, *FEATURES)
    return chosen_features(args.features, ())


def _stamp(style: Style, content: Content) -> dict[str, Any] | None:
    if style.timestamp is None:
        return None
    texts = [style.timestamp_of(info) for info in content.infos]
    return {"corner": style.timestamp_corner, "texts": texts}


def _without(info: FieldInfo, sliders: Sequence[Slider]) -> FieldInfo:
    """`info` without what sliders say of it."""
    names = {slider.name for slider in sliders}
    whole = "Field" in names
    others = {
        name: value
        for name, value in info.dimensions.items()
        if not whole and name.capitalize() not in names
    }
    return replace(
        info,
        level=None if whole or "Level" in names else info.level,
        member=None if whole or "Member" in names else info.member,
        dimensions=others,
    )
