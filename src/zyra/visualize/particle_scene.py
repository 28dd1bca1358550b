"""Particles that drift with the wind, frame by frame."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PIL import Image

from zyra.fields.field import FieldInfo
from zyra.visualize.film_scenes import Moment, blank_paint
from zyra.visualize.inking import Colour, blank_map, inked
from zyra.visualize.particle_steps import Drift
from zyra.visualize.particles import Swarm, trail_coverage
from zyra.visualize.style import Style
from zyra.visualize.vector_pairs import Vectors
from zyra.visualize.vector_scene import has_values
from zyra.visualize.view import View
from zyra.visualize.wind_series import WindSeries


@dataclass(frozen=True)
class Motion:
    """How particles move from one frame to the next.

    Attributes:
        drift_of: Makes of a wind what moves them.
        hours: Of a step.
        steps: From one frame to the next.
        frames: That are drawn with the wind of one time.
    """

    drift_of: Callable[[Vectors], Drift]
    hours: float
    steps: int
    frames: int


@dataclass
class ParticleScene:
    """Particles in the wind; fulfils `film_scenes.Scene`. Changes with every frame.

    Attributes:
        wind: What moves them.
        style: Of the frames.
        swarm: The particles.
        motion: How they move.
        colour: Of what is drawn, RGBA.
    """

    wind: WindSeries
    style: Style
    swarm: Swarm
    motion: Motion
    colour: Colour
    _now: tuple[int, Vectors, Drift] | None = field(default=None, init=False, repr=False)

    @property
    def infos(self) -> Sequence[FieldInfo]:
        """Of the winds, each as often as it has frames."""
        return [info for info in self.wind.infos for _ in range(self.motion.frames)]

    def moment(self, number: int) -> Moment:
        """Move the particles to the next frame; on the first they stand where they start."""
        vectors, drift = self._wind_of(number // self.motion.frames)
        if not has_values(vectors):
            blank = blank_paint(self.style)
            return Moment(vectors.info, vectors.grid, blank, is_empty=True)
        if number:
            self.swarm.drift(drift, self.motion.hours, self.motion.steps)
        else:
            self.swarm.start(drift, self.motion.hours)
        trail = self.swarm.trail()

        def paint(view: View) -> Image.Image:
            ground = blank_map(view, self.style.features, self.style.unit)
            covered = trail_coverage(trail, view, self.style.unit)
            return inked(Image.fromarray(ground.rgba()), covered, self.colour)

        return Moment(vectors.info, vectors.grid, paint)

    def _wind_of(self, time: int) -> tuple[Vectors, Drift]:
        """The wind of one time; the last one is kept."""
        if self._now is None or self._now[0] != time:
            vectors = self.wind.read(time)
            self._now = time, vectors, self.motion.drift_of(vectors)
        return self._now[1:]
