"""Pictures that stand for frames that are missing, alike to a neighbour in size and mode."""

from io import BytesIO

import numpy as np
from PIL import Image, ImageColor, ImageOps

from zyra.core.errors import UnsupportedFormat, UsageError
from zyra.core.inputs import existing_file
from zyra.media.picture_files import FORMATS, opened_picture

_FORMATS = (*FORMATS, "GIF", "DDS")
_JPEG_QUALITY = 95
_LARGEST_PALETTE = 256

# Modes that colours are turned into; the others hold measurements, not colours.
_COLOUR_MODES = frozenset(("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "HSV"))


def read_picture(path: str) -> Image.Image:
    """Read a picture whole, in its own mode.

    Raises:
        InputNotFound: It cannot be read.
        DataError: It is not a picture.
        LimitExceeded: It has too many pixels.
    """
    with opened_picture(existing_file(path), formats=_FORMATS) as picture:
        picture.load()
        return picture


def parse_colour(text: str) -> tuple[int, int, int, int]:
    """Red, green, blue and opacity (0 to 255) of a colour as CSS writes it.

    Raises:
        UsageError: It is none.
    """
    try:
        red, green, blue, *alpha = ImageColor.getrgb(text)
    except ValueError as exc:
        raise UsageError(
            f"{text!r} is not a colour", hint="write it like #1e90ff, navy or rgb(30, 144, 255)"
        ) from exc
    return red, green, blue, alpha[0] if alpha else 255


def blank_like(neighbour: Image.Image) -> Image.Image:
    """A picture that shows nothing: transparent where the neighbour can be, else black."""
    if neighbour.mode not in _COLOUR_MODES:
        return Image.new(neighbour.mode, neighbour.size)
    return solid_like(neighbour, (0, 0, 0, 0))


def solid_like(neighbour: Image.Image, colour: tuple[int, int, int, int]) -> Image.Image:
    """A picture of one colour.

    Raises:
        UnsupportedFormat: The neighbour has no colours.
    """
    return in_mode_of(neighbour, Image.new("RGBA", neighbour.size, colour))


def fitted_like(neighbour: Image.Image, basemap: Image.Image) -> Image.Image:
    """The middle of `basemap` that has the neighbour's proportions, resized to it.

    Raises:
        UnsupportedFormat: The neighbour has no colours.
    """
    fitted = ImageOps.fit(basemap.convert("RGBA"), neighbour.size, Image.Resampling.LANCZOS)
    return in_mode_of(neighbour, fitted)


def in_mode_of(neighbour: Image.Image, picture: Image.Image) -> Image.Image:
    """`picture` (RGBA) in the mode of `neighbour`; on black where that has no transparency.

    Beside a palette picture it gets a palette of its own if its colours fit one, and else
    stays in true colour.

    Raises:
        UnsupportedFormat: The neighbour has no colours.
    """
    if neighbour.mode not in _COLOUR_MODES:
        raise UnsupportedFormat(
            f"frames of mode {neighbour.mode} hold measurements, which have no colour",
            hint="fill them with --fill-mode blank or nearest, without an indicator",
        )
    if not neighbour.has_transparency_data:
        black = Image.new("RGBA", picture.size, (0, 0, 0, 255))
        picture = Image.alpha_composite(black, picture).convert("RGB")
    if neighbour.mode in ("P", "PA"):
        return _with_palette(picture)
    return picture.convert(neighbour.mode)


def encoded_like(neighbour: Image.Image, picture: Image.Image) -> bytes:
    """The bytes of a file of `picture` in the format of the neighbour's.

    Raises:
        UnsupportedFormat: That format can be read only, or cannot hold the picture.
    """
    kind = neighbour.format or "PNG"
    options = {"quality": _JPEG_QUALITY} if kind in ("JPEG", "MPO", "WEBP") else {}
    profile = neighbour.info.get("icc_profile")
    if profile:
        options["icc_profile"] = profile
    target = BytesIO()
    try:
        picture.save(target, format=kind, **options)
    except (KeyError, OSError, ValueError) as exc:  # KeyError: no writer for the format
        raise UnsupportedFormat(
            f"cannot write a frame as {kind} in mode {picture.mode}: {exc}",
            hint="choose --fill-mode nearest, which copies the neighbour",
        ) from exc
    return target.getvalue()


def _with_palette(picture: Image.Image) -> Image.Image:
    """The same colours through a palette, or `picture` itself where they are too many."""
    if picture.getcolors(_LARGEST_PALETTE) is None:
        return picture
    packed = np.asarray(picture.convert("RGBA")).view("<u4")[..., 0]
    colours, places = np.unique(packed, return_inverse=True)
    result = Image.fromarray(places.reshape(packed.shape).astype(np.uint8)).convert("P")
    bands = np.frombuffer(colours.tobytes(), np.uint8).reshape(-1, 4)[:, : len(picture.mode)]
    result.putpalette(bands.tobytes(), picture.mode)
    return result
