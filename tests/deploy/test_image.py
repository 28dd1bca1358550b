"""Every stage of the image, built by its steps as they are written, and the service in it.

No container engine is needed. The one thing that differs from what Docker makes is the image
that the stages begin with: the machine's own Debian and the Python of these tests stand in for
it. Where the machine allows no roots of their own, the tests are left out.
"""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from _gunicorn import wait_until
from container_image import Container, Image
from dockerfile import read_stages
from eccodes_oracle import every_message
from image_builder import ImageBuilder
from machine_root import why_not
from source_tree import ROOT
from zyra import __version__

# Packages are fetched, most of them over the network.
pytestmark = pytest.mark.timeout(600)
START_S = 100
ADDRESS = "http://127.0.0.1:8000"
SAMPLE = "safrica.grib2"
COMPILERS = {"as", "c++", "cc", "clang", "cpp", "g++", "gcc", "gfortran", "ld", "make", "rustc"}
FOLDERS = ["ZYRA_UPLOAD_DIR", "ZYRA_RESULTS_DIR", "ZYRA_STATE_DIR"]
DISTRIBUTIONS = """import importlib.metadata as m, json
print(json.dumps([(one.name, one.version) for one in m.distributions()]))"""


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImageBuilder]:
    """One that has built every stage; none of their steps failed."""
    folder = tmp_path_factory.mktemp("image")
    reason = why_not(folder)
    if reason is not None:
        pytest.skip(reason)  # where CI is set, too: no script can bring rights
    built = ImageBuilder(folder, ROOT)
    built.build(ROOT / "Dockerfile")
    yield built
    shutil.rmtree(folder)  # which is large


@pytest.fixture(scope="module")
def production(builder: ImageBuilder) -> Image:
    return builder.images["production"]


@pytest.fixture
def container(production: Image, tmp_path: Path) -> Iterator[Container]:
    """The service, running as the image says."""
    with production.started(tmp_path) as running:
        wait_until(running.is_healthy, "the container is healthy", START_S)
        yield running


def test_every_stage_is_built(builder: ImageBuilder) -> None:
    assert list(builder.images) == list(read_stages(ROOT / "Dockerfile"))


def test_the_image_holds_the_pinned_packages_and_no_others(production: Image) -> None:
    found = json.loads(production.run(["python", "-c", DISTRIBUTIONS]))
    assert {(canonicalize_name(name), version) for name, version in found} == {
        *pinned(),
        ("zyra", __version__),
    }


def pinned() -> Iterator[tuple[str, str]]:
    """What requirements.txt says of this Python and machine."""
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        if line[0].isalnum():
            one = Requirement(line.removesuffix("\\"))
            if one.marker is None or one.marker.evaluate():
                yield canonicalize_name(one.name), str(one.specifier).removeprefix("==")


def test_the_image_holds_every_file_of_the_package(
    builder: ImageBuilder, production: Image
) -> None:
    [installed] = production.root.changes.glob("srv/zyra/lib/python3*/site-packages/zyra")
    assert files_of(installed) == files_of(builder.context / "src/zyra")


def files_of(folder: Path) -> set[str]:
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {str(path) for path in found if path.parent.name != "__pycache__"}


def test_the_image_has_no_compiler_and_no_root(production: Image) -> None:
    added = {path.name for path in production.root.changes.rglob("*") if path.is_file()}
    assert not added & COMPILERS
    assert production.run(["id", "-u"]).strip() == "10001"


def test_the_service_is_healthy_runs_a_command_and_stops_in_order(container: Container) -> None:
    content = (ROOT / "tests/data" / SAMPLE).read_bytes()
    upload = container.ask("PUT", f"{ADDRESS}/upload/{SAMPLE}", content, "application/octet-stream")
    args = {"input": f"file_id:{upload['file_id']}", "format": "json"}
    body = {"stage": "process", "command": "decode-grib2", "args": args}
    answer = container.ask(
        "POST", f"{ADDRESS}/cli/run", json.dumps(body).encode(), "application/json"
    )
    assert answer["ok"], answer
    assert len(str(answer["stdout"]).splitlines()) == len(every_message(SAMPLE, id))
    assert container.stop() == 0


def test_the_doctor_finds_no_fault_with_the_folders_of_the_image(container: Container) -> None:
    told = container.run(["zyra", "doctor"])
    assert re.findall(r"^ok +(ZYRA_\w+_DIR)", told, re.MULTILINE) == FOLDERS
    assert not re.findall(r"^warn +(ZYRA_\w+)", told, re.MULTILINE)


def test_a_dev_container_waits_in_the_workspace(builder: ImageBuilder, tmp_path: Path) -> None:
    with builder.images["dev"].started(tmp_path) as running:
        wait_until(lambda: running.succeeds(["git", "--version"]), "it runs", START_S)
        assert running.run(["pwd"]).strip() == "/workspace"
