"""PNG files that we write are read back exactly, by Pillow and by the letter of the format."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from zyra.core.errors import DataError, ShapeMismatch
from zyra.media import png
from zyra.media.png import write_png

SIZES = [(1, 1), (1, 7), (7, 1), (13, 31), (3, 4099)]


def random_bytes(*shape, below=256):
    return np.random.default_rng(7).integers(0, below, shape, dtype=np.uint8)


def encoded(*args, **options):
    stream = io.BytesIO()
    write_png(stream, *args, **options)
    return stream.getvalue()


def read_back(data):
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        return picture


def chunks_of(data):
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    offset, found = 8, []
    while offset < len(data):
        length, kind = struct.unpack_from(">I4s", data, offset)
        body = data[offset + 8 : offset + 8 + length]
        (checksum,) = struct.unpack_from(">I", data, offset + 8 + length)
        found.append((kind, body, checksum))
        offset += 12 + length
    return found


@pytest.mark.parametrize(("height", "width"), SIZES)
@pytest.mark.parametrize(("channels", "mode"), [((), "L"), ((3,), "RGB"), ((4,), "RGBA")])
def test_pillow_reads_the_same_pixels(height, width, channels, mode):
    pixels = random_bytes(height, width, *channels)
    picture = read_back(encoded(pixels))
    assert picture.mode == mode
    np.testing.assert_array_equal(np.asarray(picture), pixels)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_pillow_reads_the_same_indices_and_colours(height, width):
    palette = random_bytes(200, 3)
    indices = random_bytes(height, width, below=200)
    picture = read_back(encoded(indices, palette))
    assert picture.mode == "P"
    np.testing.assert_array_equal(np.asarray(picture.convert("RGB")), palette[indices])


def test_a_palette_keeps_its_transparency():
    palette = random_bytes(256, 4)
    indices = random_bytes(20, 30)
    picture = read_back(encoded(indices, palette)).convert("RGBA")
    np.testing.assert_array_equal(np.asarray(picture), palette[indices])


def test_an_opaque_palette_is_written_without_transparency():
    palette = np.full((3, 4), 255, np.uint8)
    kinds = [kind for kind, _, _ in chunks_of(encoded(np.zeros((2, 2), np.uint8), palette))]
    assert b"tRNS" not in kinds


def test_a_picture_of_many_bands_is_read_back_whole():
    pixels = random_bytes(600, 1500)
    assert pixels.size > 3 * png.BAND_BYTES
    np.testing.assert_array_equal(np.asarray(read_back(encoded(pixels))), pixels)


def test_a_view_that_is_not_contiguous_is_read_back_the_same():
    pixels = random_bytes(40, 60, 3).transpose(1, 0, 2)[::-1, ::2]
    np.testing.assert_array_equal(np.asarray(read_back(encoded(pixels))), pixels)


def test_every_chunk_has_its_checksum_and_its_place():
    data = encoded(random_bytes(9, 9), random_bytes(256, 4), metadata={"Title": "T"}, dpi=100)
    chunks = chunks_of(data)
    assert all(checksum == zlib.crc32(kind + body) for kind, body, checksum in chunks)
    kinds = [kind for kind, _, _ in chunks]
    assert kinds == [b"IHDR", b"PLTE", b"tRNS", b"pHYs", b"tEXt", b"IDAT", b"IEND"]


def test_texts_are_kept_in_any_script():
    texts = {"Title": "Température à 2 m", "Comment": "気温 2 m"}
    assert read_back(encoded(random_bytes(2, 2), metadata=texts)).text == texts


def test_resolution_is_kept():
    assert read_back(encoded(random_bytes(2, 2), dpi=96)).info["dpi"] == pytest.approx(
        (96, 96), 0.01
    )


def test_the_same_picture_gives_the_same_bytes():
    pixels = random_bytes(300, 400, 3)
    assert encoded(pixels) == encoded(pixels.copy())


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((2, 2, 2), np.uint8),
        np.zeros((2, 2, 3), np.float32),
        np.zeros((0, 4), np.uint8),
        np.zeros(4, np.uint8),
    ],
)
def test_pixels_of_another_shape_or_type_are_refused(pixels):
    with pytest.raises(ShapeMismatch):
        encoded(pixels)


@pytest.mark.parametrize("palette", [np.zeros((257, 3), np.uint8), np.zeros((4, 2), np.uint8)])
def test_a_palette_of_another_shape_is_refused(palette):
    with pytest.raises(ShapeMismatch):
        encoded(np.zeros((2, 2), np.uint8), palette)


def test_an_index_without_a_colour_is_refused():
    with pytest.raises(DataError, match="index 3 in a palette of 3"):
        encoded(np.full((2, 2), 3, np.uint8), np.zeros((3, 3), np.uint8))


@pytest.mark.parametrize("keyword", ["", " Title", "x" * 80, "Títle", "a\nb"])
def test_a_keyword_that_png_forbids_is_refused(keyword):
    with pytest.raises(DataError):
        encoded(np.zeros((2, 2), np.uint8), metadata={keyword: "text"})
