"""What Science On a Sphere takes.

Source: NOAA, Science On a Sphere content creation guidelines: MPEG-4 files in the equatorial
cylindrical equidistant projection, twice as wide as high, at most 30 frames per second.
"""

from collections.abc import Mapping

SPHERE_FPS = 30
SPHERE_SIZES: Mapping[str, tuple[int, int]] = {"2k": (2048, 1024), "4k": (4096, 2048)}
LEGACY_BITRATE = 25_000_000  # of MPEG-4 part 2 and MPEG-2 at 2048x1024
