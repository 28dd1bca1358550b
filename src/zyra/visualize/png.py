"""Write pictures as PNG files; shared with the other stages in `zyra.media.png`."""

from zyra.media.png import Pixels, write_png

__all__ = ["Pixels", "write_png"]
