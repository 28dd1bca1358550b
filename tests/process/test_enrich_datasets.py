"""enrich-datasets: what each level finds, within which rules, and what becomes of failures."""

import json
import os
import shutil
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from threading import Event

import pytest
from http_server import Fault, HttpServer

from eccodes_oracle import DATA
from zyra.core.errors import DataError, TransferError, UsageError
from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob
from zyra.process.commands.enrich_datasets import ENRICH_DATASETS, EnrichDatasetsArgs
from zyra.process.enrich_datasets import run
from zyra.process.enrich_fetching import TooLarge, open_fetcher
from zyra.process.enrich_rules import HostRules
from zyra.transfer.http import tell_nobody

COLLECTION = b'{"stac_version": "1.0.0", "type": "Collection", "license": "MIT"}'
ERA5 = DATA / "era5_levels_members.grib1"


@pytest.fixture
def server():
    with HttpServer() as running:
        yield running


@pytest.fixture
def enrich(process, here):
    """The enrichments of items, as a run of the service finds them."""

    def of(*items, **args):
        Path("items.json").write_text(json.dumps(items))
        process("enrich-datasets", items_file="items.json", **args)
        records = json.loads(process.stdout)
        assert [{**record, "enrichment": None} for record in records] == [
            {**item, "enrichment": None} for item in items
        ]
        return [record["enrichment"] for record in records]

    return of


@pytest.fixture
def at_home(here, monkeypatch):
    """The enrichments of items as a person's command line finds them, with a cache folder."""
    monkeypatch.setenv("HOME", str(here / "home"))

    def of(*items, **args):
        Path("items.json").write_text(json.dumps(items))
        given = EnrichDatasetsArgs(items_file="items.json", **args)
        output = BytesIO()
        run(
            given,
            StreamJob(BytesIO(), output, BytesIO(), NetworkPolicy(unrestricted=True)),
        )
        return [record["enrichment"] for record in json.loads(output.getvalue())]

    return of


@pytest.fixture
def fetcher():
    rules = HostRules.narrowing(
        NetworkPolicy.allowing(["127.0.0.1"]), https_only=False, allowed=None, denied=None
    )
    with open_fetcher(rules, 10.0, tell_nobody, offline=False) as found:
        yield found


def test_shallow_reads_the_words_of_the_item(enrich):
    (found,) = enrich(
        {
            "id": "sst",
            "name": "Global Sea Surface Temperature (°C), 1982 to 2019",
            "description": "With wind speed [m/s] of 2020-03-01.",
            "uri": "https://example.org/sst.nc?x=1",
        },
        enrich="shallow",
    )
    assert found["variables"] == [
        variable("sea surface temperature", "sea_surface_temperature", "°C"),
        variable("wind speed", "wind_speed", "m/s"),
    ]
    assert (found["time"]["start"], found["time"]["end"]) == (
        "1982-01-01T00:00:00Z",
        "2020-03-01T23:59:59Z",
    )
    assert found["spatial"] == {"bbox": [-180.0, -90.0, 180.0, 90.0], "crs": "EPSG:4326"}
    assert (found["format_detail"], found["error"]) == ("NetCDF", None)
    assert [entry["method"] for entry in found["provenance"]] == ["shallow"]


def test_an_item_that_says_nothing_has_an_empty_enrichment(enrich):
    (found,) = enrich({"id": 7, "extra": [1]}, enrich="shallow")
    assert (found["variables"], found["time"], found["spatial"]) == ([], None, None)
    assert (found["provenance"], found["error"]) == ([], None)


def test_a_profile_says_what_holds_otherwise(enrich):
    (found,) = enrich({"name": "Tsunami 2011"}, enrich="shallow", profile="sos")
    assert found["spatial"] == {"bbox": [-180.0, -90.0, 180.0, 90.0], "crs": "EPSG:4326"}
    assert found["time"]["start"] == "2011-01-01T00:00:00Z"
    methods = [entry["method"] for entry in found["provenance"]]
    assert methods == ["profile-defaults", "shallow"]


def test_a_profile_file_goes_before_the_profile(enrich):
    policy = {
        "noaa_domains": ["noaa.gov"],
        "noaa_keywords": ["NOAA"],
        "noaa_license": "Public domain",
        "non_noaa_note": "Ask",
    }
    defaults = {"spatial": {"bbox": [0, 1, 2, 3]}, "license": "Unknown"}
    Path("profile.json").write_text(
        json.dumps({"enrichment": {"defaults": defaults, "license_policy": policy}})
    )
    makers = (
        {"name": "NOAA/PMEL"},
        {"name": "X", "affiliation_url": "https://data.noaa.gov/x"},
        {"name": "X", "affiliation_url": "https://notnoaa.gov"},
    )
    items = [{"dataset_developer": maker} for maker in makers]
    found = enrich(*items, {}, enrich="shallow", profile="sos", profile_file="profile.json")
    assert found[0]["spatial"] == {"bbox": [0.0, 1.0, 2.0, 3.0], "crs": "EPSG:4326"}
    licences = [each["license"] for each in found]
    assert licences == ["Public domain", "Public domain", "Ask", "Unknown"]


def test_capabilities_asks_the_service(enrich, server):
    url = server.put("/collections/a", COLLECTION)
    (found,) = enrich({"uri": url}, enrich="capabilities")
    assert (found["license"], found["error"]) == ("MIT", None)
    assert found["provenance"][0]["method"] == "capabilities"


def test_probe_tells_what_a_remote_grib_file_holds(enrich, server):
    url = server.put("/era5.grib", ERA5.read_bytes())
    (found,) = enrich({"uri": url}, enrich="probe", enrich_timeout=60)
    assert found["error"] is None
    assert [each["name"] for each in found["variables"]] == ["z", "t"]
    assert found["variables"][1]["units"] == "K"
    # 10 members, 4 times and 2 levels of 61 x 120 points, as ecCodes counts them.
    assert found["variables"][1]["dims"] == ["member", "time", "level", "lat", "lon"]
    assert found["variables"][1]["shape"] == [10, 4, 2, 61, 120]
    assert found["time"] == {
        "start": "2017-01-01T00:00:00Z",
        "end": "2017-01-02T12:00:00Z",
        "cadence": "PT12H",
    }
    assert found["size"]["approx_bytes"] == 2361600
    assert found["format_detail"].startswith("GRIB, longitude and latitude")


def test_probe_reads_local_files_in_the_runs_own_folder(enrich):
    shutil.copy(DATA / "eraint_uvz.nc", "era.nc")
    (found,) = enrich({"uri": "era.nc"}, enrich="probe", offline=True)
    wind = next(each for each in found["variables"] if each["name"] == "u")
    assert wind["standard_name"] == "eastward_wind"
    assert (wind["dims"], wind["shape"]) == (["month", "level", "lat", "lon"], [2, 3, 241, 480])
    assert found["spatial"] == {"bbox": [-180.0, -90.0, 180.0, 90.0], "crs": "EPSG:4326"}


@pytest.mark.parametrize("uri", ["/etc/passwd", "file:///etc/passwd", "../secret.nc"])
def test_a_run_of_the_service_opens_no_other_file(enrich, uri):
    (found,) = enrich({"uri": uri}, enrich="probe")
    assert "outside the folder of this run" in found["error"]


def test_what_cannot_be_read_is_an_error_of_its_item_alone(enrich, server, process):
    good = server.put("/collections/a", COLLECTION)
    bad = server.put("/b.json", b"{")
    items = [
        {"uri": uri} for uri in (server.url("/none.json"), bad, good, "s3://bucket/c.json", "")
    ]
    found = enrich(*items, enrich="capabilities")
    errors = [each["error"] for each in found]
    assert "404" in errors[0]
    assert "is not JSON" in errors[1]
    assert errors[2] is None
    assert "reads http and https only" in errors[3]
    assert errors[4] == "it has no uri"
    assert found[2]["license"] == "MIT"
    assert "5 items, 4 of them with an error" in process.stderr


def test_data_that_are_too_large_are_not_fetched(enrich, server):
    body = ERA5.read_bytes()
    url = server.put("/era5.grib", body)
    (found,) = enrich({"uri": url}, enrich="probe", max_probe_bytes=1000)
    assert "2361600 bytes, more than the 1000" in found["error"]
    assert found["size"]["approx_bytes"] == 2361600
    assert found["format_detail"] == "GRIB"


def test_data_of_unknown_length_are_cut_off_at_the_limit(enrich, server):
    url = server.put("/era5.grib", ERA5.read_bytes(), chunked=True)
    (found,) = enrich({"uri": url}, enrich="probe", max_probe_bytes=1000)
    assert "more than the 1000" in found["error"]
    assert found["size"] is None


def test_a_server_that_does_not_answer_costs_its_time_only(enrich, server):
    slow = server.put("/slow.json", COLLECTION)
    resource = server.resource("/slow.json")
    resource.gate = Event()
    found = enrich({"uri": slow}, enrich="capabilities", enrich_timeout=0.2)
    resource.gate.set()
    assert found[0]["error"]


@pytest.mark.parametrize(
    ("args", "connects"),
    [
        ({"enrich": "probe"}, True),
        ({"enrich": "capabilities", "offline": False}, True),
        ({"enrich": "capabilities", "offline": True}, False),
        ({"enrich": "shallow"}, False),
    ],
)
def test_a_run_has_a_network_only_if_it_asks_hosts(args, connects):
    assert ENRICH_DATASETS.connects({"items_file": "items.json"} | args) == connects


def test_offline_asks_nobody(enrich, server):
    url = server.put("/a.json", COLLECTION)
    (found,) = enrich({"uri": url}, enrich="capabilities", offline=True)
    assert "--offline" in found["error"]
    assert server.requests == []


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ({"https_only": True}, "--https-only"),
        ({"deny_host": ["127.0.0.1"]}, "--deny-host"),
        ({"allow_host": ["noaa.gov"]}, "--allow-host"),
        ({"allow_host": ["127.0.0.1"], "deny_host": ["127.0.0.1"]}, "--deny-host"),
    ],
)
def test_hosts_are_refused_by_rule_before_they_are_asked(enrich, server, rules, reason):
    url = server.put("/a.json", COLLECTION)
    (found,) = enrich({"uri": url}, enrich="capabilities", **rules)
    assert reason in found["error"]
    assert server.requests == []


def test_a_redirect_to_a_host_that_is_refused_is_not_followed(at_home, server):
    there = server.put("/a.json", COLLECTION)
    headers = {"Location": there.replace("127.0.0.1", "localhost")}
    url = server.put("/moved.json", b"", status=302, headers=headers)
    (found,) = at_home({"uri": url}, enrich="capabilities", deny_host=["localhost"])
    assert "localhost is refused by --deny-host" in found["error"]
    assert [request.path for request in server.requests] == ["/moved.json"]


@pytest.mark.parametrize(
    ("host", "reason"), [("10.0.0.1", "not public"), ("printer.local", "name of a local machine")]
)
def test_the_network_policy_holds_for_items(enrich, host, reason):
    (found,) = enrich({"uri": f"http://{host}/a.json"}, enrich="capabilities")
    assert reason in found["error"]


def test_nothing_is_kept_of_data_that_are_announced_as_too_large(fetcher, server):
    url, target = server.put("/a", b"x" * 2_000_000), BytesIO()
    with pytest.raises(TooLarge, match="2000000 bytes, more than the 1000000"):
        fetcher.fetch(url, target, 1_000_000)
    assert target.getvalue() == b""


def test_an_answer_that_takes_too_long_is_broken_off(fetcher, server):
    hurried = replace(fetcher, timeout_s=0.0)
    with pytest.raises(TransferError, match="not there after 0 s"):
        hurried.fetch(server.put("/a", b"x"), BytesIO(), 10)


def test_an_answer_that_is_cut_short_is_no_answer(fetcher, server):
    url = server.put("/a", b"x" * 1000)
    server.resource("/a").faults.append(Fault(stop_after=400))
    with pytest.raises(TransferError):
        fetcher.fetch(url, BytesIO(), 10_000)


def test_no_more_items_are_asked_at_a_time_than_told(enrich, server):
    items = [{"uri": server.put(f"/{number}.json", COLLECTION)} for number in range(8)]
    enrich(*items, enrich="capabilities", enrich_workers=2)
    assert server.most_at_once <= 2


def test_an_answer_is_kept_and_known_offline(at_home, server, here):
    url = server.put("/a.json", COLLECTION)
    first = at_home({"uri": url}, enrich="capabilities")
    again = at_home({"uri": url}, enrich="capabilities", offline=True)
    assert (len(server.requests), again[0]["license"]) == (1, "MIT")
    assert again[0]["error"] is first[0]["error"] is None
    assert len(list((here / "home").rglob("*.json"))) == 1


def test_rules_hold_for_kept_answers_too(at_home, server):
    url = server.put("/a.json", COLLECTION)
    at_home({"uri": url}, enrich="capabilities")
    (found,) = at_home({"uri": url}, enrich="capabilities", deny_host=["127.0.0.1"])
    assert "--deny-host" in found["error"]


def test_an_answer_that_is_too_old_or_damaged_is_asked_for_again(at_home, server, here):
    url = server.put("/a.json", COLLECTION)
    at_home({"uri": url}, enrich="capabilities")
    (kept,) = (here / "home").rglob("*.json")
    kept.write_text("{")
    at_home({"uri": url}, enrich="capabilities")
    os.utime(kept, (0, 0))
    at_home({"uri": url}, enrich="capabilities")
    assert len(server.requests) == 3


def test_without_a_time_to_keep_nothing_is_kept(at_home, server, here):
    url = server.put("/a.json", COLLECTION)
    at_home({"uri": url}, enrich="capabilities", cache_ttl=0)
    assert not (here / "home").exists()


def test_failures_are_not_kept(at_home, server, here):
    at_home({"uri": server.url("/none.json")}, enrich="capabilities")
    assert list((here / "home").rglob("*.json")) == []


def test_a_run_of_the_service_keeps_nothing(enrich, server, here, monkeypatch):
    monkeypatch.setenv("HOME", str(here / "home"))
    enrich({"uri": server.put("/a.json", COLLECTION)}, enrich="capabilities")
    assert not (here / "home").exists()


@pytest.mark.parametrize("wrapped", [False, True])
def test_items_come_as_a_list_or_under_items(process, here, wrapped):
    items = [{"id": "a"}]
    process.stdin = json.dumps({"items": items} if wrapped else items).encode()
    process("enrich-datasets", items_file="-", enrich="shallow")
    assert [record["id"] for record in json.loads(process.stdout)] == ["a"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{}", "neither a list of items nor an object"),
        ('{"items": 1}', "neither a list of items nor an object"),
        ("[1]", "item 1 is a number where an object"),
        ('[{}, {"uri": 5}]', "item 2: uri is a number where a text"),
        ('[{"id": {}}]', "item 1: id is an object"),
        ("[", "is not JSON"),
    ],
)
def test_a_list_that_is_malformed_is_refused_in_one_line(process, here, text, problem):
    Path("items.json").write_text(text)
    with pytest.raises(DataError) as refused:
        process("enrich-datasets", items_file="items.json", enrich="shallow")
    assert problem in refused.value.message
    assert "\n" not in refused.value.message


def test_an_unknown_profile_is_refused_with_those_there_are(enrich):
    with pytest.raises(UsageError, match="no profile 'sso'") as refused:
        enrich({}, enrich="shallow", profile="sso")
    assert "did you mean sos" in str(refused.value.hint)


@pytest.mark.parametrize(
    "profile",
    [
        [],
        {"enrichment": 1},
        {"enrichment": {"defaults": {"spatial": {"bbox": [1, 2]}}}},
        {"enrichment": {"license_policy": {"noaa_domains": "noaa.gov"}}},
    ],
)
def test_a_profile_that_is_malformed_is_refused(enrich, profile):
    Path("profile.json").write_text(json.dumps(profile))
    with pytest.raises(DataError, match=r"profile\.json"):
        enrich({}, enrich="shallow", profile_file="profile.json")


def variable(name, standard_name, units):
    return {
        "name": name,
        "standard_name": standard_name,
        "long_name": None,
        "units": units,
        "dims": None,
        "shape": None,
    }
