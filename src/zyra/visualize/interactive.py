"""Make a web page with a map to move about in."""

from collections.abc import Sequence

import numpy as np

from zyra.core.job import Job
from zyra.core.outputs import open_output
from zyra.fields.field import Array, FieldInfo
from zyra.fields.selection import selection_from
from zyra.fields.zarr_names import is_zarr_folder
from zyra.transfer.sources import local_copy
from zyra.visualize.colouring import Colouring, colouring_from
from zyra.visualize.commands.interactive import PUBLISHED_TILES, InteractiveArgs
from zyra.visualize.directions import is_direction
from zyra.visualize.extent import WORLD, extent_from
from zyra.visualize.inking import colour_from
from zyra.visualize.interactive_content import Content, page_of
from zyra.visualize.interactive_fields import read_fields, refuse_too_large
from zyra.visualize.interactive_mesh import placed
from zyra.visualize.interactive_packing import Quantiser, packed_places, packed_text
from zyra.visualize.interactive_points import read_points
from zyra.visualize.interactive_winds import averaged, winds_of
from zyra.visualize.scale import finite_range, parted
from zyra.visualize.vector_pairs import Vectors
from zyra.visualize.vector_source import Wanted, read_parts, read_vectors
from zyra.visualize.view import Extent


def run(args: InteractiveArgs, job: Job) -> None:
    """Read what the arguments ask for and write the page.

    Raises:
        UsageError: The arguments do not fit together or not with the data, or ask for too much.
        DataError: An input cannot be read or has no values.
    """
    if args.is_given("tiles") and args.tiles == PUBLISHED_TILES:
        job.tell("the page loads no tiles; give the URL of a tile server as --tiles for them")
    colouring = colouring_from(args, job)
    extent = None if args.extent is None else extent_from(args.extent)
    read = {"heatmap": _fields, "vector": _vectors, "points": _points}[args.mode]
    text = page_of(read(args, colouring, extent, job), args).html().encode("utf-8")
    with open_output(args.output, job) as stream:
        stream.write(text)
    job.tell(f"wrote {args.output}, {len(text) / 1e6:.1f} MB", detail=True)
    job.progress(1.0)


def _fields(
    args: InteractiveArgs, colouring: Colouring, extent: Extent | None, job: Job
) -> Content:
    assert args.input is not None
    with local_copy(args.input, job, takes_folder=is_zarr_folder) as path:
        fields, sliders = read_fields(path, args, extent, job)
    first = fields[0]
    placement = placed(first.grid, extent, first.variable)
    refuse_too_large(placement.mesh.cells * len(fields), first.variable)
    values = np.stack([placement.take(field.values) for field in fields])
    quantiser = Quantiser.over(*finite_range(values))
    scale = colouring.scale_of(first, values)
    return Content(
        infos=fields,
        extent=_eastward(extent or placement.mesh.extent),
        quantiser=quantiser,
        scale=scale,
        blocks=_blocks("values", values, quantiser),
        sliders=sliders,
        mesh=placement.mesh,
        smooth=not (is_direction(first) or scale.palette.steps),
    )


def _vectors(
    args: InteractiveArgs, colouring: Colouring, extent: Extent | None, job: Job
) -> Content:
    vectors = averaged(_read_vectors(args, extent, job), args.average)
    winds = winds_of(vectors, extent)
    refuse_too_large(winds.mesh.cells * 3, vectors.u.variable)
    speed = winds.speed[None]
    low, high = finite_range(speed)
    quantiser, parts = Quantiser.over(low, high), Quantiser.over(-high, high)
    look = {
        "scaling": parts.facts(),
        "density": args.density,
        "scale": args.scale,
        "usual": winds.usual_speed,
        "color": "#" + bytes(colour_from(args.color)).hex(),
        "streamlines": args.streamlines,
        "isWind": vectors.speed.standard_name == "wind_speed",
    }
    return Content(
        infos=[vectors.speed],
        extent=_eastward(extent or winds.mesh.extent),
        quantiser=quantiser,
        scale=colouring.scale_of(vectors.speed, parted(speed)),
        blocks=_blocks("values", speed, quantiser)
        | _blocks("u", winds.u[None], parts)
        | _blocks("v", winds.v[None], parts),
        mesh=winds.mesh,
        further={"vectors": look},
    )


def _read_vectors(args: InteractiveArgs, extent: Extent | None, job: Job) -> Vectors:
    wanted = Wanted(
        selection=selection_from(args),
        uvar=args.uvar,
        vvar=args.vvar,
        units=args.units,
        engine=args.xarray_engine,
        crs=args.crs,
    )
    if args.u is not None and args.v is not None:
        with (
            local_copy(args.u, job, takes_folder=is_zarr_folder) as u,
            local_copy(args.v, job, takes_folder=is_zarr_folder) as v,
        ):
            return read_parts(u, v, wanted, extent or WORLD)[0]
    assert args.input is not None
    with local_copy(args.input, job, takes_folder=is_zarr_folder) as path:
        return read_vectors(path, wanted)[0]


def _points(
    args: InteractiveArgs, colouring: Colouring, extent: Extent | None, job: Job
) -> Content:
    assert args.input is not None
    with local_copy(args.input, job) as path:
        points = read_points(path, args.var, extent)
    info = FieldInfo(variable=points.variable, units=args.units or "")
    quantiser = Quantiser.over(*finite_range(points.values))
    places = {"lon": points.lon, "lat": points.lat}
    return Content(
        infos=[info],
        extent=_eastward(extent or points.extent),
        quantiser=quantiser,
        scale=colouring.scale_of(info, parted(points.values)),
        blocks=_blocks("values", [points.values], quantiser)
        | {name: packed_text(packed_places(degrees)) for name, degrees in places.items()},
        further={"names": points.names},
    )


def _blocks(name: str, frames: Sequence[Array] | Array, quantiser: Quantiser) -> dict[str, str]:
    """Packed values of each frame, as the script asks for them."""
    return {
        f"{name}-{number}": packed_text(quantiser.packed(values))
        for number, values in enumerate(frames)
    }


def _eastward(extent: Extent) -> Extent:
    """An extent whose east is more than its west."""
    west, east, south, north = extent
    return west, east + 360.0 if east < west else east, south, north
