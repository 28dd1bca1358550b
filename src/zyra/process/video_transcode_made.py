"""What `process video-transcode` has made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zyra.media.film_settings import FilmSettings
from zyra.media.sound_settings import SoundSettings


@dataclass(frozen=True)
class Made:
    """A film that was written.

    Attributes:
        frames: How many.
        size: Width and height.
        settings: Of the encoder, as resolved.
        sound: Of the sound, as resolved; None for a silent film.
        notes: What the user should know about it.
        source: Description of the input.
    """

    frames: int
    size: tuple[int, int]
    settings: FilmSettings
    sound: SoundSettings | None = None
    notes: tuple[str, ...] = ()
    source: Mapping[str, Any] = field(default_factory=dict)
