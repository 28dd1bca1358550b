"""Films of maps: frames against read, colour lookup and encoding, films against the encoder."""

import io
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import count
from pathlib import Path

import av
import netCDF4
import numpy as np
from av.codec.context import ThreadType
from av.video.stream import VideoStream
from PIL import Image

from _commands import in_process
from _timing import Case, Work
from zyra.media.planes import planes_from_indices
from zyra.media.png import write_png

ROWS, COLUMNS = 361, 720  # half a degree
ENCODED_FRAMES = 24


def cases(folder: Path) -> Iterator[Case]:
    """Frames in two sizes and numbers, films of both sizes, and frames in another projection."""
    yield from plane_cases(folder)
    yield projected_case(folder)


def projected_case(folder: Path) -> Case:
    """Frames whose pixels lie in no rows of the grid; their places are worked out once."""
    data, pictures = written(folder / "projected.nc", ENCODED_FRAMES), folder / "projected"
    draw = into_new_folders(data, pictures, width=2048, height=1024, projection="Robinson")
    draw()
    return Case(
        name=f"{ENCODED_FRAMES} frames 2048x1024 in Robinson to PNG",
        ours=draw,
        reference=floor_of(data, pictures / "0", folder / "floor.png"),
        against="read + colour lookup + PNG",
        at_most=4.0,
        rounds=3,
    )


def plane_cases(folder: Path) -> Iterator[Case]:
    """Frames in plate carree, and films of them."""
    for frames, width, height in ((24, 1024, 512), (240, 1024, 512), (24, 4096, 2048)):
        data = written(folder / f"{frames}.nc", frames)
        pictures = folder / f"{frames}-{width}"
        size = {"width": width, "height": height}
        draw = into_new_folders(data, pictures, **size)
        draw()
        yield Case(
            name=f"{frames} frames {width}x{height} to PNG",
            ours=draw,
            reference=floor_of(data, pictures / "0", folder / "floor.png"),
            against="read + colour lookup + PNG",
            at_most=2.0,
            rounds=3 if frames > 100 or width > 2000 else 7,
        )
        if frames == ENCODED_FRAMES:
            film = str(folder / "film.mp4")
            yield Case(
                name=f"{frames} frames {width}x{height} to H.264",
                ours=in_process("visualize", "animate", input=str(data), to_video=film, **size),
                reference=encoded(pictures / "0", folder / "floor.mp4"),
                against="the encoder alone, planes ready",
                at_most=1.5,
                rounds=3,
            )


def into_new_folders(data: Path, pictures: Path, **given: object) -> Work:
    """Draw into another folder each time: to replace a file waits for the disk."""
    turns = count()

    def work() -> None:
        folder = str(pictures / str(next(turns)))
        in_process("visualize", "animate", input=str(data), output_dir=folder, **given)()

    return work


def written(path: Path, frames: int) -> Path:
    """A field of the whole Earth that moves eastwards, hour by hour."""
    with netCDF4.Dataset(path, "w") as file:
        for name, length in (("time", frames), ("lat", ROWS), ("lon", COLUMNS)):
            file.createDimension(name, length)
        time = file.createVariable("time", "f8", ("time",))
        time.units = "hours since 2026-01-01"
        time[:] = np.arange(frames)
        lat = file.createVariable("lat", "f8", ("lat",))
        lat.units = "degrees_north"
        lat[:] = np.linspace(90, -90, ROWS)
        lon = file.createVariable("lon", "f8", ("lon",))
        lon.units = "degrees_east"
        lon[:] = np.arange(COLUMNS) * (360 / COLUMNS)
        values = file.createVariable(
            "t", "f4", ("time", "lat", "lon"), chunksizes=(1, ROWS, COLUMNS)
        )
        values.units = "K"
        rows = np.cos(np.radians(lat[:]))[:, None]
        for number in range(frames):
            turn = np.radians(lon[:])[None, :] * 3 + number / 8
            values[number] = 250 + 50 * rows + 15 * np.sin(turn) * rows
    return path


def floor_of(data: Path, pictures: Path, target: Path) -> Work:
    """Read each field, look one colour up for each pixel, encode the very same picture."""
    drawn = [picture_of(path) for path in sorted(pictures.glob("frame_*.png"))]
    height, width = drawn[0][0].shape
    rows = np.linspace(0, ROWS - 1, height).astype(np.intp)
    columns = np.linspace(0, COLUMNS - 1, width).astype(np.intp)

    def work() -> None:
        with netCDF4.Dataset(data) as file:
            file.set_auto_maskandscale(False)
            variable = file.variables["t"]
            for number, (pixels, palette) in enumerate(drawn):
                values = variable[number]
                low, high = np.nanmin(values), np.nanmax(values)
                scaled = (values - low) * np.float32(254.0 / (high - low))
                levels = np.nan_to_num(scaled, nan=255.0).astype(np.uint8)
                levels.take(rows, axis=0).take(columns, axis=1)
                encoded_picture = io.BytesIO()
                write_png(encoded_picture, pixels, palette)
                target.write_bytes(encoded_picture.getvalue())

    return work


def encoded(pictures: Path, target: Path) -> Callable[[], None]:
    """The very same pictures, as planes, through PyAV alone."""
    ready = [
        planes_from_indices(*picture_of(path)) for path in sorted(pictures.glob("frame_*.png"))
    ]

    def work() -> None:
        with av.open(str(target), "w") as film:
            options = {"crf": "20", "preset": "medium"}
            stream = film.add_stream("libx264", rate=Fraction(30), options=options)
            assert isinstance(stream, VideoStream)
            stream.width, stream.height, stream.pix_fmt = ready[0].width, ready[0].height, "yuv420p"
            stream.codec_context.gop_size = 60
            stream.codec_context.thread_type = ThreadType.AUTO
            for number, frame in enumerate(ready):
                frame.pts, frame.time_base = number, Fraction(1, 30)
                film.mux(stream.encode(frame))
            film.mux(stream.encode(None))

    return work


def picture_of(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Indices and colours of a palette picture."""
    with Image.open(path) as drawn:
        return np.asarray(drawn), np.array(drawn.getpalette(), np.uint8).reshape(-1, 3)
