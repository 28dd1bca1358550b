"""From a remote server to another one: fetched, selected, drawn, delivered, as one pipeline."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import eccodes
import httpx
import pytest
from http_server import HttpServer
from redis_server import RedisServer
from sink_server import SinkServer
from zyra_service import ZyraService

FORECAST = "gfs_2p5deg_f120_all_fields.grib2"


@pytest.fixture(scope="module")
def source(data: Path) -> Iterator[HttpServer]:
    """Has the forecast file."""
    with HttpServer() as server:
        server.put(f"/{FORECAST}", (data / FORECAST).read_bytes())
        yield server


@pytest.fixture
def sink() -> Iterator[SinkServer]:
    """Takes what is delivered."""
    with SinkServer() as sink:
        yield sink


@pytest.fixture(scope="module", params=["embedded", "redis"])
def client(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """A client of a service that runs the jobs itself, or of one whose worker does."""
    folder = tmp_path_factory.mktemp("service")
    runner = with_worker(folder) if request.param == "redis" else ZyraService(folder)
    with runner as service:
        address = f"http://127.0.0.1:{service.port}"
        with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
            yield client


@contextmanager
def with_worker(folder: Path) -> Iterator[ZyraService]:
    """A service on a Redis of its own, and a worker beside it."""
    with RedisServer(folder) as redis:
        names = {"UPLOAD": "uploads", "RESULTS": "results", "STATE": "state"}
        shared = {
            "ZYRA_REDIS_URL": redis.url,
            "ZYRA_ALLOW_HOSTS": "127.0.0.1",
            **{f"ZYRA_{name}_DIR": str(folder / place) for name, place in names.items()},
        }
        command = [sys.executable, "-m", "zyra.cli.main", "worker"]
        with subprocess.Popen(command, env=os.environ | shared) as worker:
            try:
                with ZyraService(folder, ZYRA_REDIS_URL=redis.url) as service:
                    yield service
            finally:
                worker.terminate()


def pipeline(source: HttpServer, sink: SinkServer) -> dict[str, object]:
    address, wanted = source.url(f"/{FORECAST}"), {"pattern": "TMP:500 mb", "format": "grib2"}
    size = {"width": 200, "height": 100}
    steps = [
        ("acquire", "http", "fetch", {"url": address, "output": "-"}),
        ("process", "extract-variable", "select", {"input": "-", "output": "-", **wanted}),
        ("disseminate", "local", "keep", {"input": "-", "path": "t500.grib2"}),
        ("visualize", "heatmap", "draw", {"input": "step:keep", "output": "map.png", **size}),
        ("disseminate", "post", "send", {"input": "map.png", "url": sink.url("/maps")}),
    ]
    names = ("stage", "command", "name", "args")
    stages = [dict(zip(names, step, strict=True)) for step in steps]
    return {"name": "Deliver a map", "stages": stages}


def check(client: httpx.Client, job: dict[str, object], sink: SinkServer, tmp_path: Path) -> None:
    """What a job of the pipeline has to have left, here and with the receiver."""
    assert [step["status"] for step in job["steps"]] == ["succeeded"] * 5, job
    assert [output["name"] for output in job["outputs"]] == ["map.png", "t500.grib2"]
    assert [step["outputs"] for step in job["steps"]] == [[], [], ["t500.grib2"], ["map.png"], []]
    own = f"/jobs/{job['job_id']}/download"
    picture = client.get(own, params={"file": "map.png"}).content
    assert picture.startswith(b"\x89PNG")
    assert [(taken.method, taken.path, taken.body) for taken in sink.taken] == [
        ("POST", "/maps", picture)
    ]
    (tmp_path / "t500.grib2").write_bytes(client.get(own, params={"file": "t500.grib2"}).content)
    assert messages_of(tmp_path / "t500.grib2") == [("t", "isobaricInhPa", 500)]


def messages_of(path: Path) -> list[tuple[str, str, int]]:
    """Each message of a GRIB file, read by ecCodes."""
    found = []
    with path.open("rb") as stream:
        while (message := eccodes.codes_grib_new_from_file(stream)) is not None:
            keys = ("shortName", "typeOfLevel", "level")
            found.append(tuple(eccodes.codes_get(message, key) for key in keys))
            eccodes.codes_release(message)
    return found


def ended(client: httpx.Client, answer: httpx.Response) -> dict[str, object]:
    """The job when it is done; on a busy machine even a sync run may outlast the wait."""
    job = dict(answer.json())
    while answer.status_code == 202 or not job.get("done", True):
        answer = client.get(f"/jobs/{job['job_id']}", params={"wait": 30})
        job = dict(answer.json())
    return job


def test_a_caller_can_wait_for_the_whole_way(client, source, sink, tmp_path):
    answer = client.post("/pipelines/run", json=pipeline(source, sink))
    check(client, ended(client, answer), sink, tmp_path)


def test_or_come_back_for_it(client, source, sink, tmp_path):
    answer = client.post("/pipelines/run", json=pipeline(source, sink) | {"mode": "async"})
    assert answer.status_code == 202
    job = ended(client, answer)
    assert (job["status"], job["exit_code"], job["progress"]) == ("succeeded", 0, 1.0)
    check(client, job, sink, tmp_path)


def test_a_source_that_fails_delivers_nothing(client, source, sink):
    order = pipeline(source, sink)
    order["stages"][0]["args"]["url"] = source.url("/not-there")
    job = ended(client, client.post("/pipelines/run", json=order))
    statuses = [step["status"] for step in job["steps"]]
    assert statuses == ["failed", "skipped", "skipped", "skipped", "skipped"]
    assert "404" in job["steps"][0]["stderr"]
    assert (job["outputs"], sink.taken) == ([], [])
