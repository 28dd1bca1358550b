"""Read single pictures as planes of a film, and find those that make one up."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from zyra.core.errors import InputNotFound, UsageError
from zyra.core.natural_order import natural_order
from zyra.media.picture_files import opened_picture
from zyra.media.planes import Bytes, Planes, planes_from_indices, planes_from_rgb

_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp")
_NUMBER = re.compile(r"%(0?)(\d{0,2})d")
_GLOB = re.compile(r"[*?\[]")
_ORIENTATION = 0x0112  # the tag of Exif; from 5 on the picture lies on its side
_BLACK = (0, 0, 0, 255)


def is_sequence(source: str) -> bool:
    """Whether a name stands for several pictures: a folder, or a pattern."""
    if Path(source).is_dir():
        return True
    if Path(source).exists():
        return False
    return bool(_NUMBER.search(source) or _GLOB.search(source))


def picture_sequence(source: str, glob: str | None = None) -> list[Path]:
    """The pictures that a folder or a pattern stands for, in their order.

    Args:
        source: A folder, a glob pattern (`frames/*.png`), or one with a number
            (`frames/%04d.png`), as ffmpeg takes them.
        glob: Pattern of the names to take from a folder; pictures of every kind when None.

    Returns:
        Sorted as people count: frame9 before frame10.

    Raises:
        InputNotFound: There is none.
    """
    path = Path(source)
    if path.is_dir():
        found = [own for own in path.glob(glob or "*") if glob or own.suffix.lower() in _SUFFIXES]
    elif glob is not None:
        raise UsageError(f"{source} is no folder: a pattern of names has no effect on it")
    else:
        found = list(_matching(path))
    files = [own for own in found if own.is_file() and not own.name.startswith(".")]
    if not files:
        wanted = "picture" if glob is None else f"file {glob}"
        raise InputNotFound(
            f"there is no {wanted} in {source}" if path.is_dir() else f"no file matches {source}",
            hint="pictures are PNG, JPEG, WebP, TIFF or BMP",
        )
    return sorted(files, key=lambda path: natural_order(path.name))


def picture_size(path: Path) -> tuple[int, int]:
    """Width and height of a picture, upright.

    Raises:
        DataError: It is none, or damaged.
    """
    with opened_picture(path) as image:
        turned = image.getexif().get(_ORIENTATION, 1) in (5, 6, 7, 8)
        return (image.height, image.width) if turned else (image.width, image.height)


def read_planes(
    path: Path,
    *,
    size: tuple[int, int] | None = None,
    pix_fmt: str = "yuv420p",
    ground: Image.Image | None = None,
) -> Planes:
    """A picture as planes: upright, transparent places on black or on another picture.

    Args:
        path: PNG, JPEG, WebP, TIFF or BMP.
        size: To scale to, both even; its own when None, raised to even by repeating the edge.
        pix_fmt: FFmpeg's name of the layout.
        ground: Lies under transparent places, stretched to the picture; opaque. Black when None.

    Raises:
        DataError: It is no picture, or damaged.
        LimitExceeded: More pixels than any film has.
    """
    with opened_picture(path) as image:
        own = (image.width + image.width % 2, image.height + image.height % 2)
        is_plain = image.mode == "P" and "transparency" not in image.info
        is_upright = image.getexif().get(_ORIENTATION, 1) == 1
        if is_plain and is_upright and pix_fmt == "yuv420p" and size in (None, own):
            palette = np.array(image.getpalette("RGB"), np.uint8).reshape(-1, 3)
            return planes_from_indices(np.asarray(image), palette)
        return planes_from_rgb(_rgb(image, ground), size=size, pix_fmt=pix_fmt)


def _rgb(image: Image.Image, ground: Image.Image | None) -> Bytes:
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith(("I;16", "I")):
        # Pillow would cut values above 255 off.
        deep = np.asarray(upright).astype(np.uint32)
        grey = (deep >> 8 if deep.max(initial=0) > 255 else deep).astype(np.uint8)
        return np.repeat(grey[:, :, None], 3, axis=2)
    if upright.has_transparency_data:
        below = Image.new("RGBA", upright.size, _BLACK)
        if ground is not None:
            below = ground.convert("RGBA").resize(upright.size, Image.Resampling.LANCZOS)
        upright = Image.alpha_composite(below, upright.convert("RGBA"))
    return np.asarray(upright.convert("RGB"))


def _matching(path: Path) -> Iterator[Path]:
    folder = path.parent
    if not folder.is_dir():
        return
    number = _NUMBER.search(path.name)
    if number is None:
        yield from folder.glob(path.name)
        return
    digits = rf"\d{{{int(number[2])},}}" if number[1] and number[2] else r"\d+"
    before, after = path.name[: number.start()], path.name[number.end() :]
    wanted = re.compile(re.escape(before) + digits + re.escape(after))
    yield from (own for own in folder.iterdir() if wanted.fullmatch(own.name))
