"""Open pictures from anywhere, within a budget of pixels; errors are ours."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from zyra.core.errors import DataError, LimitExceeded
from zyra.media.film_size import MOST_PIXELS

FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP")


@contextmanager
def opened_picture(
    path: Path, *, formats: tuple[str, ...] = FORMATS, most_pixels: int = MOST_PIXELS
) -> Iterator[Image.Image]:
    """A picture whose size is known and whose pixels are read within the block.

    Args:
        path: Of the file.
        formats: Pillow's names of those that are read; some others would start programs.
        most_pixels: A larger one is refused before it is read.

    Raises:
        DataError: It is no picture, or damaged.
        LimitExceeded: It has too many pixels.
    """
    try:
        with warnings.catch_warnings():
            # Our own budget of pixels is kept below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=formats) as image:
                if image.width * image.height > most_pixels:
                    raise LimitExceeded(
                        f"{path.name} has {image.width}x{image.height} pixels, more than "
                        f"{most_pixels:,}"
                    )
                yield image
    except UnidentifiedImageError as exc:
        raise DataError(f"{path.name} is no picture of a known format") from exc
    except (Image.DecompressionBombError, MemoryError) as exc:
        raise LimitExceeded(f"{path.name} has more pixels than can be read") from exc
    except (OSError, SyntaxError, ValueError) as exc:
        raise DataError(f"{path.name} is damaged or cut off: {exc}") from exc
