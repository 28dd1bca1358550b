"""The steps of a Dockerfile carried out as they are written, without a container engine.

Only the image that a Dockerfile begins with cannot be had: the machine's own Debian, with the
Python that runs the tests, stands in for it.

    images = ImageBuilder(folder, ROOT).build(ROOT / "Dockerfile")
    with images["production"].started(volumes) as container:
        container.run(["zyra", "doctor"])
"""

import json
import os
import re
import shlex
import shutil
from copy import deepcopy
from dataclasses import replace
from pathlib import Path, PurePosixPath

from container_image import Image
from dockerfile import Stage, expanded, read_stages
from machine_root import Root

# What tells pip and apt of this machine how to reach their packages.
OF_DOWNLOADS = r"PIP_\w+|SSL_CERT_(FILE|DIR)|\w+_CA_BUNDLE|(https?|ftp|all|no)_proxy"
# Copies as COPY does: of folders their contents, and all is root's.
COPY = """copy() {
  if [ -d "$1" ]; then
    mkdir -p "$2"
    set -- "$1/." "$2"
  else
    case "$2" in */) mkdir -p "$2" ;; *) mkdir -p "$(dirname "$2")" ;; esac
  fi
  cp -a --no-preserve=ownership "$1" "$2"
}"""


class ImageBuilder:
    """Builds every stage of a Dockerfile, below `folder`, from the files of a project."""

    def __init__(self, folder: Path, project: Path) -> None:
        self.folder = folder
        self.context = folder / "context"
        self.images: dict[str, Image] = {}
        write_context(project, self.context)

    def build(self, dockerfile: Path) -> dict[str, Image]:
        """Every stage by its name.

        Raises:
            AssertionError: A step fails.
            KeyError: An instruction that is unknown here.
        """
        for stage in read_stages(dockerfile).values():
            self.images[stage.name] = self._built(stage)
        return self.images

    def _built(self, stage: Stage) -> Image:
        base = self.images.get(stage.base)
        root = Root(self.folder / "roots" / stage.name)
        root.make(base and base.root)
        image = Image(root) if base is None else replace(deepcopy(base), root=root)
        for step in stage.steps:
            INSTRUCTIONS[step.instruction](self, image, step.text)
        return image

    def _run(self, image: Image, text: str) -> None:
        image.run(["/bin/sh", "-c", text], of_downloads())

    def _copy(self, image: Image, text: str) -> None:
        """From the context or from another stage, which is mounted for it."""
        *words, target = text.split()
        mount = shlex.join(["mount", "--bind", "-o", "ro", str(self.context), "mnt"])
        if words[0].startswith("--from="):
            mount = self.images[words.pop(0).removeprefix("--from=")].root.mounting("mnt")
        place = f"{PurePosixPath(image.workdir, target)}{'/' * target.endswith('/')}"
        copies = (shlex.join(["copy", f"/mnt/{name.lstrip('/')}", place]) for name in words)
        image.call("\n".join([COPY, *copies]), f"COPY {text}", [mount])

    def _env(self, image: Image, text: str) -> None:
        for word in shlex.split(text):
            name, _, value = word.partition("=")
            image.env[name] = expanded(value, image.env)

    def _workdir(self, image: Image, text: str) -> None:
        image.workdir = str(PurePosixPath(image.workdir, text))
        image.call(shlex.join(["mkdir", "-p", image.workdir]), f"WORKDIR {text}")

    def _user(self, image: Image, text: str) -> None:
        image.user = text

    def _volume(self, image: Image, text: str) -> None:
        image.volumes += text.split()

    def _expose(self, image: Image, text: str) -> None:
        """Nothing: it tells readers of a port."""

    def _cmd(self, image: Image, text: str) -> None:
        image.command = json.loads(text)

    def _healthcheck(self, image: Image, text: str) -> None:
        image.health = json.loads(text.partition("CMD ")[2])


INSTRUCTIONS = {
    "RUN": ImageBuilder._run,
    "COPY": ImageBuilder._copy,
    "ENV": ImageBuilder._env,
    "WORKDIR": ImageBuilder._workdir,
    "USER": ImageBuilder._user,
    "VOLUME": ImageBuilder._volume,
    "EXPOSE": ImageBuilder._expose,
    "CMD": ImageBuilder._cmd,
    "HEALTHCHECK": ImageBuilder._healthcheck,
}


def write_context(project: Path, context: Path) -> None:
    """Copy what an engine is sent of a project: what its .dockerignore says to keep.

    Raises:
        ValueError: It does not begin by leaving out everything.
    """
    first, *rules = (project / ".dockerignore").read_text(encoding="utf-8").split()
    if first != "*":
        raise ValueError(f"begins with {first}; only a list of what is kept is understood here")
    left_out = [rule.removeprefix("**/") for rule in rules if not rule.startswith("!")]
    for name in (rule[1:] for rule in rules if rule.startswith("!")):
        target = context / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (project / name).is_dir():
            shutil.copytree(project / name, target, ignore=shutil.ignore_patterns(*left_out))
        else:
            shutil.copy(project / name, target)


def of_downloads() -> dict[str, str]:
    """The machine's variables by which pip and apt reach their packages."""
    found = os.environ.items()
    return {name: value for name, value in found if re.fullmatch(OF_DOWNLOADS, name, re.IGNORECASE)}
