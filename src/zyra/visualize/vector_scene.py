"""Arrows at several times, of which one speed is one length in all frames."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from zyra.core.errors import DataError
from zyra.core.job import Job
from zyra.fields.field import FieldInfo
from zyra.visualize.film_scenes import Moment
from zyra.visualize.inking import blank_map
from zyra.visualize.sheet import Paint
from zyra.visualize.vector_artist import VectorArtist
from zyra.visualize.vector_pairs import Vectors
from zyra.visualize.view import View
from zyra.visualize.wind_series import WindSeries


@dataclass(frozen=True)
class VectorScene:
    """The wind at several times as arrows; fulfils `film_scenes.Scene`.

    Attributes:
        wind: What blows.
        artist: Draws it.
        blank: Paints a map without wind.
    """

    wind: WindSeries
    artist: VectorArtist
    blank: Paint

    @property
    def infos(self) -> Sequence[FieldInfo]:
        """Of the winds."""
        return self.wind.infos

    def moment(self, number: int) -> Moment:
        """Read the wind of one time."""
        vectors = self.wind.read(number)

        def paint(view: View) -> Image.Image:
            style = self.artist.style
            ground = Image.fromarray(blank_map(view, style.features, style.unit).rgba())
            return self.artist.painter(view).draw(vectors, ground)

        is_empty = not has_values(vectors)
        paints = self.blank if is_empty else paint
        return Moment(vectors.info, vectors.grid, paints, is_empty=is_empty)


def shared_speed(winds: Sequence[WindSeries], artist: VectorArtist, job: Job) -> float:
    """Speed of an arrow as long as the map is wide: the highest that suits any of the times.

    Raises:
        DataError: No wind has a value.
    """
    style, highest = artist.style, 0.0
    for wind in winds:
        for number in range(len(wind.infos)):
            job.progress(0.0, f"speed of wind {number + 1} of {len(wind.infos)} of {wind.name}")
            vectors = wind.read(number)
            if has_values(vectors):
                view = style.choice.view(vectors.grid, style.width, style.height)
                highest = max(highest, artist.painter(view).scale_of(vectors))
    if not highest:
        raise DataError(
            "every value of the wind is missing at every time",
            hint="choose another variable, level, time or file",
        )
    return highest


def has_values(vectors: Vectors) -> bool:
    """Whether both parts are known anywhere."""
    return bool((np.isfinite(vectors.u.values) & np.isfinite(vectors.v.values)).any())
