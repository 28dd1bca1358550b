"""Films of the wind: arrows, and particles that drift with it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace

from zyra.core.errors import AmbiguousSelection, SelectionError, UsageError
from zyra.core.job import Job
from zyra.fields.field import FieldInfo
from zyra.fields.formats import select_fields
from zyra.fields.selection import Selection
from zyra.fields.vector_parts import partners_of
from zyra.visualize.animate_sources import (
    Source,
    found_series,
    local_copies,
    require_times,
    wanted_from,
)
from zyra.visualize.colouring import colouring_from
from zyra.visualize.commands.animate import AnimateArgs
from zyra.visualize.extent import extent_of
from zyra.visualize.field_series import Wanted
from zyra.visualize.field_source import is_npy, opened_fields
from zyra.visualize.film_scenes import Scene, blank_paint
from zyra.visualize.inking import colour_from
from zyra.visualize.particle_scene import Motion, ParticleScene
from zyra.visualize.particle_steps import Drift, GridDrift, SphereDrift
from zyra.visualize.particles import Swarm
from zyra.visualize.style import Style
from zyra.visualize.vector_artist import VectorArtist
from zyra.visualize.vector_pairs import Vectors
from zyra.visualize.vector_scene import VectorScene, shared_speed
from zyra.visualize.vectors import VectorLook
from zyra.visualize.wind_series import WindSeries

DRIFTS: Mapping[str, Callable[[Vectors], Drift]] = {
    "RK4-SPH": SphereDrift.of,
    "RK4-Grid": GridDrift.of,
}
SPEED_UNIT = "m s-1"


def wind_scenes(
    args: AnimateArgs, style: Style, job: Job, opened: ExitStack
) -> list[tuple[str, Scene]]:
    """The scenes of all inputs, each with the name of its input.

    Raises:
        UsageError: The arguments do not fit together, or not with the data.
        DataError: An input cannot be read, has no times, or its parts do not fit together.
    """
    winds = _winds(args, job, opened)
    if args.mode == "particles":
        return [(wind.name, _particles(args, style, wind)) for wind in winds]
    for wind in winds:
        require_times(wind.u)
    colouring, look = colouring_from(args, job), _look(args, style)
    artist = VectorArtist(style, colouring, look)
    if look.scale is None:
        # Made anew: its painters are those of its look.
        scale = shared_speed(winds, artist, job)
        artist = VectorArtist(style, colouring, replace(look, scale=scale))
    return [(wind.name, VectorScene(wind, artist, blank_paint(style))) for wind in winds]


def _winds(args: AnimateArgs, job: Job, opened: ExitStack) -> list[WindSeries]:
    if args.u is not None and args.v is not None:
        return [_of_two_files(args, args.u, args.v, job, opened)]
    sources = local_copies(args.inputs or [args.input or ""], job, opened)
    uvar, vvar = _names(args, sources[0], wanted_from(args, None, "--uvar").selection)
    first = found_series(sources, _wanted(args, uvar, "--uvar"), opened)
    second = found_series(sources, _wanted(args, vvar, "--vvar"), opened)
    return [WindSeries(u, v) for u, v in zip(first, second, strict=True)]


def _of_two_files(args: AnimateArgs, u: str, v: str, job: Job, opened: ExitStack) -> WindSeries:
    (first,), (second,) = (
        found_series(local_copies([source], job, opened), _wanted(args, name, flag), opened)
        for source, name, flag in ((u, args.uvar, "--uvar"), (v, args.vvar, "--vvar"))
    )
    return WindSeries(first, second)


def _names(args: AnimateArgs, source: Source, selection: Selection) -> tuple[str, str]:
    """Names of the two parts: those given, or of the only pair that belongs together by name."""
    if args.uvar is not None and args.vvar is not None:
        return args.uvar, args.vvar
    _, path = source
    if is_npy(path):
        raise UsageError(
            f"{path.name} holds one part of the wind",
            hint="give a file of each: --u EASTWARD.npy --v NORTHWARD.npy",
        )
    with opened_fields(path, selection, engine=args.xarray_engine) as (dataset, asked):
        return only_pair(select_fields(dataset, asked))


def only_pair(infos: Sequence[FieldInfo]) -> tuple[str, str]:
    """Names of the two variables that are the parts of a vector by their names.

    Raises:
        SelectionError: There are none.
        AmbiguousSelection: There are several pairs.
    """
    by_name = {info.variable: info for info in infos}
    pairs = [
        (first.variable, second.variable)
        for first in by_name.values()
        for second in partners_of(first, list(by_name.values()))
    ]
    if not pairs:
        raise SelectionError(
            "no two variables are the parts of a wind by their names",
            hint=f"name them with --uvar and --vvar; there is {', '.join(by_name)}",
        )
    if len(pairs) > 1:
        listed = ", ".join(f"{u} with {v}" for u, v in pairs)
        raise AmbiguousSelection(
            f"{len(pairs)} pairs of variables are the parts of a wind: {listed}",
            hint="choose one with --uvar and --vvar, or a level",
            correction=dict(zip(("uvar", "vvar"), pairs[0], strict=True)),
        )
    return pairs[0]


def _wanted(args: AnimateArgs, variable: str | None, flag: str) -> Wanted:
    wanted = wanted_from(args, variable, flag)
    return replace(wanted, units=SPEED_UNIT) if args.mode == "particles" else wanted


def _look(args: AnimateArgs, style: Style) -> VectorLook:
    return VectorLook(
        density=args.density,
        scale=args.scale,
        colour=colour_from(args.color),
        unit=style.unit,
        has_halo=style.basemap is not None,
    )


def _particles(args: AnimateArgs, style: Style, wind: WindSeries) -> ParticleScene:
    if args.frames_per_time == 1:
        require_times(wind.u, hint="for one wind give --frames-per-time, such as 60")
    grid = wind.read(0).grid
    swarm = Swarm(
        args.particles,
        style.choice.extent or extent_of(grid),
        args.lifetime,
        seed=args.seed or 0,
        is_random=args.custom_seed,
    )
    motion = Motion(DRIFTS[args.method], args.dt, args.steps_per_frame, args.frames_per_time)
    return ParticleScene(wind, style, swarm, motion, colour_from(args.color))
