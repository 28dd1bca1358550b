"""What the films of `visualize animate` show, in each of its modes."""

from collections.abc import Mapping
from contextlib import ExitStack

from zyra.core.errors import UsageError
from zyra.core.job import Job
from zyra.visualize.animate_fields import field_scenes
from zyra.visualize.animate_winds import wind_scenes
from zyra.visualize.commands.animate import VALUES, AnimateArgs
from zyra.visualize.film_scenes import Scene
from zyra.visualize.style import Style


def scenes_from(
    args: AnimateArgs, style: Style, job: Job, opened: ExitStack
) -> Mapping[str, Scene]:
    """What the films show that the arguments ask for, by the names of their inputs.

    Args:
        args: Of the command.
        style: Of the frames.
        job: Gives stdin and the network.
        opened: Closes the inputs.

    Raises:
        UsageError: The arguments do not fit together, or not with the data.
        DataError: An input cannot be read, has no times, or no values.
    """
    make = field_scenes if args.mode in VALUES else wind_scenes
    scenes = make(args, style, job, opened)
    names = [name for name, _ in scenes]
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise UsageError(f"two films would be named {double}", hint="rename one of the inputs")
    return dict(scenes)
