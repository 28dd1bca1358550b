"""From pictures in files to a film."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from PIL import Image

from zyra.core.errors import InputNotFound, ShapeMismatch, UsageError
from zyra.core.inputs import existing_file
from zyra.core.job import Job
from zyra.media.film_size import even_size, parse_size, scaled_size
from zyra.media.picture_files import opened_picture
from zyra.media.pictures import picture_sequence, picture_size, read_planes
from zyra.media.planes import Planes
from zyra.media.spheres import SPHERE_FPS, SPHERE_SIZES
from zyra.visualize.commands.compose_video import ComposeVideoArgs
from zyra.visualize.film_files import film_file, panels_of
from zyra.visualize.film_turns import in_turn

Size = tuple[int, int]

USUAL_FPS = 30
MOST_NAMED = 5


def compose(args: ComposeVideoArgs, job: Job) -> None:
    """Write the pictures that `args` ask for to a film.

    Raises:
        UsageError: The arguments do not fit together, or not with the pictures.
        InputNotFound: There is no picture, or no such basemap.
        DataError: A picture is damaged, or they differ in size.
        OutputError: The film cannot be written.
    """
    if not Path(args.frames).is_dir():
        raise InputNotFound(f"there is no folder {args.frames}", hint="give the folder of pictures")
    pictures = picture_sequence(args.frames, args.glob)
    own = picture_size(pictures[0])
    size = _size(args, own)
    if size is None:
        _require_one_size(pictures, own)
    elif own[0] * size[1] != own[1] * size[0]:
        job.tell(f"pictures of {_text(own)} are stretched to {_text(size)}")
    ground = None if args.basemap is None else _ground(args.basemap, pictures[0])
    fps = args.fps or (SPHERE_FPS if args.preset == "sos" else USUAL_FPS)
    panels = panels_of([0], 1, size or own)
    with film_file(args.output, panels, fps, job) as film:
        for number, planes in enumerate(in_turn(_tasks(pictures, size, ground)), 1):
            film.add([planes])
            job.progress(number / len(pictures), f"frame {number} of {len(pictures)}")


def _size(args: ComposeVideoArgs, own: Size) -> Size | None:
    """Of the film; None for that of the pictures."""
    if args.size is not None:
        return scaled_size(parse_size(args.size), own)
    if args.preset == "sos" and own not in SPHERE_SIZES.values():
        return SPHERE_SIZES["4k"]
    return None


def _require_one_size(pictures: Sequence[Path], own: Size) -> None:
    """Refuse pictures of several sizes, with their names."""
    others = [path for path in pictures if picture_size(path) != own]
    if not others:
        return
    named = ", ".join(f"{path.name} ({_text(picture_size(path))})" for path in others[:MOST_NAMED])
    more = f" and {len(others) - MOST_NAMED} more" if len(others) > MOST_NAMED else ""
    raise ShapeMismatch(
        f"{pictures[0].name} is {_text(own)}, but not {named}{more}",
        hint=f"bring all to one size with --size {_text(even_size(own))}",
    )


def _ground(source: str, first: Path) -> Image.Image:
    """The picture under the frames, which must let it be seen."""
    with opened_picture(first) as image:
        is_transparent = image.has_transparency_data
    if not is_transparent:
        raise UsageError(
            f"{first.name} is not transparent anywhere: nothing of the basemap would be seen",
            hint="leave out basemap, or give it to the command that draws the frames",
        )
    with opened_picture(existing_file(source)) as image:
        return image.convert("RGBA")


def _tasks(
    pictures: Sequence[Path], size: Size | None, ground: Image.Image | None
) -> Iterator[Callable[[], Planes]]:
    for path in pictures:
        yield partial(read_planes, path, size=size, ground=ground)


def _text(size: Size) -> str:
    return f"{size[0]}x{size[1]}"
