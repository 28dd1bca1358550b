"""Pack numbers for a page: differences, split into planes of bytes, deflated, as base64.

`data/interactive/codec.js` unpacks them.
"""

from base64 import b64encode
from dataclasses import dataclass
from math import floor, log10
from typing import Any

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

from zyra.fields.field import Array

Packed = NDArray[np.uint16]

MISSING = 65535
# Values are kept in so many steps from the lowest to the highest.
STEPS = MISSING - 1
# Degrees of longitude or latitude in one of the numbers that lines and points are kept in.
PLACE_UNIT = 1e-4
MOST_DIGITS = 6
LARGEST_PLAIN = 1e7


def packed_text(numbers: NDArray[np.uint16] | NDArray[np.int32]) -> str:
    """The text of 16 or 32 bit numbers, in their order."""
    flat = np.ascontiguousarray(numbers).reshape(-1)
    size = flat.dtype.itemsize
    unsigned = flat.view(np.uint16 if size == 2 else np.uint32)
    steps = np.empty_like(unsigned)
    steps[:1] = unsigned[:1]
    # Unsigned numbers wrap, here and where they are added up again.
    np.subtract(unsigned[1:], unsigned[:-1], out=steps[1:])
    little = steps.astype(steps.dtype.newbyteorder("<"), copy=False)
    planes = little.view(np.uint8).reshape(-1, size).T
    return b64encode(isal_zlib.compress(np.ascontiguousarray(planes), 2)).decode("ascii")


def packed_places(degrees: NDArray[np.floating[Any]]) -> NDArray[np.int32]:
    """Degrees as whole numbers of `PLACE_UNIT`, same shape."""
    places: NDArray[np.int32] = np.rint(degrees / PLACE_UNIT).astype(np.int32)
    return places


@dataclass(frozen=True)
class Quantiser:
    """Values as 16 bit numbers: value = low + number * step; `MISSING` where there is none.

    Attributes:
        low: Lowest value.
        step: Between neighbours, above 0.
    """

    low: float
    step: float

    @classmethod
    def over(cls, low: float, high: float) -> "Quantiser":
        """For values from `low` to `high`."""
        return cls(low, (high - low) / STEPS if high > low else 1.0)

    def packed(self, values: Array) -> Packed:
        """The numbers of values, same shape; none of them is off by more than half a step."""
        places = (values.astype(np.float64) - self.low) / self.step
        known = np.isfinite(places)
        places[~known] = MISSING
        np.clip(places, 0, STEPS, out=places, where=known)
        return np.rint(places).astype(np.uint16)

    def all_values(self) -> Array:
        """The value of each number in turn, shape (65536,); NaN for `MISSING`."""
        values = self.low + self.step * np.arange(MISSING + 1)
        values[MISSING] = np.nan
        return values.astype(np.float32)

    @property
    def digits(self) -> int | None:
        """Decimals that are known; None where only a power of ten writes it shortly."""
        highest = max(abs(self.low), abs(self.low + STEPS * self.step))
        known = max(0, floor(-log10(self.step)))
        if highest >= LARGEST_PLAIN or known > MOST_DIGITS:
            return None
        return known

    def facts(self) -> dict[str, Any]:
        """As the page reads it."""
        return {"low": self.low, "step": self.step, "digits": self.digits}
