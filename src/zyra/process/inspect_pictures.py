"""What is in a picture file: size, colours, frames, what is written in it."""

import warnings
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from zyra.core.errors import DataError

_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
_CHANNELS = {
    "1": "black and white",
    "L": "grey",
    "LA": "grey with transparency",
    "P": "palette",
    "RGB": "colours",
    "RGBA": "colours with transparency",
    "CMYK": "ink colours",
    "I;16": "grey, 16 bits",
}


def picture_facts(path: Path) -> dict[str, Any]:
    """Format, bytes, width, height, mode, frames and texts of a picture; no pixel is decoded.

    Raises:
        DataError: It is damaged.
    """
    try:
        with warnings.catch_warnings():
            # Its pixels are not decoded, so that it may be as large as it likes.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=_FORMATS) as image:
                return {
                    "format": (image.format or "").lower(),
                    "bytes": path.stat().st_size,
                    "width": image.width,
                    "height": image.height,
                    "mode": image.mode,
                    "colours": _CHANNELS.get(image.mode, image.mode),
                    "frames": getattr(image, "n_frames", 1),
                    "texts": _texts(image.info),
                }
    except Image.DecompressionBombError as exc:
        raise DataError(f"{path.name} claims to be larger than any picture: {exc}") from exc
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as exc:
        raise DataError(f"{path.name} is not readable as a picture: {exc}") from exc


def _texts(info: dict[Any, Any]) -> dict[str, Any]:
    """What the file says beside its pixels, such as title, dpi and loop; no binary blocks."""
    plain = {str(key): value for key, value in info.items() if not isinstance(value, bytes)}
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in plain.items()
        if isinstance(value, (str, int, float, tuple))
    }
