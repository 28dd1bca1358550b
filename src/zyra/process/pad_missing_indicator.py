"""Marks that tell filled frames from real ones: a line of text, or a small picture."""

from collections.abc import Callable
from importlib.resources import files
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from zyra.core.errors import UsageError
from zyra.core.job import Job
from zyra.process.dataset_files import named_file
from zyra.process.pad_missing_pictures import in_mode_of, read_picture

# Gives the mark for pictures of a size (width, height).
Mark = Callable[[tuple[int, int]], Image.Image]

_FONT = "visualize/data/fonts/ZyraSans-Bold.ttf"
_LONGEST_TEXT = 200
_TEXT_SHARE = 0.05  # of the picture's height
_SMALLEST_TEXT = 10  # pixels
_BADGE_SHARE = 0.18  # of the picture's width
_MARGIN_SHARE = 0.01  # of the picture's width, from its edges


def parse_indicator(text: str) -> tuple[str, str]:
    """Kind and value of an indicator such as `watermark:MISSING` or `badge:no-data.png`.

    Raises:
        UsageError: It is none.
    """
    kind, colon, value = (part.strip() for part in text.partition(":"))
    kind = kind.lower()
    if not colon or kind not in ("watermark", "badge") or not value:
        raise UsageError(
            f"{text!r} is not an indicator", hint="write watermark:TEXT or badge:PICTURE"
        )
    if kind == "watermark" and (len(value) > _LONGEST_TEXT or not value.isprintable()):
        raise UsageError(f"a watermark is one line of at most {_LONGEST_TEXT} characters")
    return kind, value


def mark_of(kind: str, value: str, job: Job) -> Mark:
    """The mark that an indicator describes.

    Raises:
        InputNotFound: The picture of a badge cannot be read.
        DataError: It is not a picture.
    """
    if kind == "watermark":
        return _watermark(value)
    return badge(named_file(value, job, "give it as --badge, which takes uploads"))


def badge(path: str) -> Mark:
    """A picture, made smaller where it is wider than a share of the frame.

    Raises:
        InputNotFound: It cannot be read.
        DataError: It is not a picture.
    """
    picture = read_picture(path).convert("RGBA")

    def mark(size: tuple[int, int]) -> Image.Image:
        widest = max(1, round(size[0] * _BADGE_SHARE))
        scale = min(1.0, widest / picture.width, size[1] / picture.height)
        scaled = (max(1, round(side * scale)) for side in picture.size)
        return picture.resize((next(scaled), next(scaled)), Image.Resampling.LANCZOS)

    return mark


def marked(picture: Image.Image, mark: Mark) -> Image.Image:
    """`picture` with a mark in its lower right corner, in the same mode.

    Raises:
        UnsupportedFormat: The picture has no colours.
    """
    margin = max(1, round(picture.width * _MARGIN_SHARE))
    tile = mark((picture.width - 2 * margin, picture.height - 2 * margin))
    place = (picture.width - margin - tile.width, picture.height - margin - tile.height)
    result = picture.convert("RGBA")
    result.alpha_composite(tile, (max(0, place[0]), max(0, place[1])))
    return in_mode_of(picture, result)


def _watermark(text: str) -> Mark:
    """White letters on a black plate, as high as a share of the frame and never wider."""

    def mark(size: tuple[int, int]) -> Image.Image:
        height = max(_SMALLEST_TEXT, size[1] * _TEXT_SHARE)
        width = _font(height).getlength(text) + height
        font = _font(max(1.0, height * min(1.0, size[0] / width)))
        left, top, right, bottom = font.getbbox(text)
        pad = font.size / 2
        plate = (round(right - left + 2 * pad), round(bottom - top + 2 * pad))
        tile = Image.new("RGBA", plate, (0, 0, 0, 255))
        ImageDraw.Draw(tile).text((pad - left, pad - top), text, font=font, fill="white")
        return tile.crop((0, 0, min(plate[0], max(1, size[0])), min(plate[1], max(1, size[1]))))

    return mark


def _font(size: float) -> ImageFont.FreeTypeFont:
    data = BytesIO(files("zyra").joinpath(_FONT).read_bytes())
    # The basic layout suffices for left-to-right text and loads no further library.
    return ImageFont.truetype(data, size, layout_engine=ImageFont.Layout.BASIC)
