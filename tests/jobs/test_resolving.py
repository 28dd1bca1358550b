"""A run reads and writes only what its arguments may name."""

import asyncio
from pathlib import Path

import pytest

from zyra.core.arguments import Args, arg
from zyra.core.kinds import (
    InputDir,
    InputFile,
    InputSource,
    OutputDir,
    OutputFile,
    Secret,
    SourceUrl,
    kinds_of,
)
from zyra.core.network import NetworkPolicy
from zyra.jobs.requests import NoSuchFile, RequestRefused
from zyra.jobs.resolving import MASK, Resolver, masked

UPLOAD_ID = "6f1d3c1e-2d0f-4a57-9a3e-0b4a9a6f2f10"


class EveryKind(Args):
    """One argument of each kind."""

    input: InputFile | None = arg(None, "file")
    source: InputSource | None = arg(None, "file or URL")
    sources: list[InputSource] | None = arg(None, "several")
    folder: InputDir | None = arg(None, "folder")
    output: OutputFile | None = arg(None, "file")
    output_dir: OutputDir | None = arg(None, "folder")
    url: SourceUrl | None = arg(None, "URL")
    token: Secret | None = arg(None, "secret")
    title: str | None = arg(None, "plain text")


@pytest.fixture
def resolver(tmp_path):
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "a.nc").write_text("a")
    (tmp_path / "private.nc").write_text("p")
    (tmp_path / "shared" / "leak.nc").symlink_to(tmp_path / "private.nc")

    async def find_upload(file_id):
        if file_id != UPLOAD_ID:
            raise NoSuchFile(f"no upload {file_id!r}")
        return Path("/uploads/x.grib2")

    async def find_output(job_id, name):
        if (job_id, name) != ("j", "map.png"):
            raise NoSuchFile(f"no output {name!r}")
        return Path("/results/j/outputs/map.png")

    return Resolver(NetworkPolicy(), find_upload, find_output, (tmp_path / "shared",))


def resolve(resolver, **args):
    problems = []
    given = EveryKind.model_validate(args).model_dump(exclude_unset=True)
    values = asyncio.run(resolver.resolve(kinds_of(EveryKind), given, problems))
    if problems:
        raise RequestRefused(problems)
    return values


def refusals(resolver, **args):
    with pytest.raises(RequestRefused) as caught:
        resolve(resolver, **args)
    return [problem.loc for problem in caught.value.problems]


def test_an_upload_and_an_earlier_output_become_their_paths(resolver):
    values = resolve(resolver, input=f"file_id:{UPLOAD_ID}", source="job_id:j/map.png")
    assert values == {"input": "/uploads/x.grib2", "source": "/results/j/outputs/map.png"}


def test_plain_relative_names_and_standard_streams_stay_as_they_are(resolver):
    given = {"input": "-", "output": "frames/001.png", "output_dir": "frames", "title": "../x"}
    assert resolve(resolver, **given) == given


def test_a_file_under_a_data_root_may_be_read_by_absolute_path(resolver, tmp_path):
    path = str(tmp_path / "shared" / "a.nc")
    assert resolve(resolver, input=path) == {"input": path}


def test_every_problem_is_found_at_once_with_its_place(resolver):
    found = refusals(resolver, input="/etc/passwd", output="../up", sources=["a.nc", "/etc/hosts"])
    assert found == [("args", "input"), ("args", "sources", 1), ("args", "output")]


NOT_READABLE = [
    "/etc/passwd", "//etc/passwd", "../x", "a/../../x", "./x", "a//b", "~/x", "~root/x", "..\\x",
    "C:\\x", "file_id:*", "file_id:", "file_id:../../x", "file_id:" + UPLOAD_ID.upper(),
    "job_id:j/../../etc/passwd", "job_id:j/", "job_id:", "a\nb", "a\x07b", "x" * 1025, "a/" * 600,
    "file:///etc/passwd", "", " /etc/passwd\u2028", "\u202e", "/proc/self/environ", "/dev/fd/3",
    "y" * 256, "..", ".", "/", "a/.", "...//", "http://example.com/x.nc",
]  # fmt: skip


@pytest.mark.parametrize("name", NOT_READABLE)
def test_names_outside_the_job_are_not_read(resolver, name):
    assert refusals(resolver, input=name) == [("args", "input")]


@pytest.mark.parametrize(
    "name",
    [*NOT_READABLE, f"file_id:{UPLOAD_ID}", "job_id:j/map.png", ".part-x.nc", ".part-x/a.nc"],
)
def test_names_outside_the_job_are_not_written(resolver, name):
    assert refusals(resolver, output=name) == [("args", "output")]


def test_a_link_out_of_a_data_root_is_not_followed(resolver, tmp_path):
    assert refusals(resolver, input=str(tmp_path / "shared" / "leak.nc")) == [("args", "input")]
    climbing = str(tmp_path / "shared" / ".." / "private.nc")
    assert refusals(resolver, input=climbing) == [("args", "input")]


@pytest.mark.parametrize("url", [
    "http://127.0.0.1/x", "http://localhost/x", "http://[::1]/x", "http://10.0.0.1/x",
    "http://169.254.169.254/latest/meta-data", "http://0x7f000001/", "http://2130706433/",
    "gopher://example.com/", "not a url", "/etc/passwd", "http://", "http://[::ffff:127.0.0.1]/",
])  # fmt: skip
def test_private_addresses_and_odd_schemes_are_refused_as_urls(resolver, url):
    assert refusals(resolver, url=url) == [("args", "url")]


def test_a_url_where_a_file_is_expected_is_refused_with_the_way_to_do_it(resolver):
    with pytest.raises(RequestRefused) as caught:
        resolve(resolver, input="https://example.com/a.nc")
    assert "acquire" in caught.value.problems[0].hint


def test_secrets_and_passwords_in_urls_are_masked(resolver):
    args = EveryKind.model_validate({"token": "abc", "source": "https://me:pw@example.com/a?b=1"})
    shown = masked(args, kinds_of(EveryKind))
    assert shown == {"token": MASK, "source": f"https://{MASK}@example.com/a?b=1"}
