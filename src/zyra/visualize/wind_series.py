"""Winds at several times: two series of fields that belong together."""

from collections.abc import Sequence
from dataclasses import dataclass

from zyra.core.errors import DataError
from zyra.fields.field import FieldInfo
from zyra.visualize.field_series import Series
from zyra.visualize.vector_pairs import Vectors, vectors_of


@dataclass(frozen=True)
class WindSeries:
    """Winds that follow each other in time.

    Attributes:
        u: Eastward parts.
        v: Northward parts, at the same times.
    """

    u: Series
    v: Series

    def __post_init__(self) -> None:
        """Refuse parts of different times.

        Raises:
            DataError: They are.
        """
        times = [[info.valid_time for info in part.infos] for part in (self.u, self.v)]
        if times[0] != times[1]:
            raise DataError(
                f"{self.u.infos[0].variable} has {len(times[0])} times and"
                f" {self.v.infos[0].variable} {len(times[1])}, or others",
                hint="both parts of the wind are needed at each time",
            )

    @property
    def name(self) -> str:
        """Of the source, without its ending."""
        return self.u.name

    @property
    def infos(self) -> Sequence[FieldInfo]:
        """What is known of each first part."""
        return self.u.infos

    def read(self, number: int) -> Vectors:
        """Read the wind of one time, counted from 0.

        Raises:
            ShapeMismatch: The parts lie on different grids.
            DataError: They have different units, or the file is damaged there.
        """
        return vectors_of(self.u.read(number), self.v.read(number))
