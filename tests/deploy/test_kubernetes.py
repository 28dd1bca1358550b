"""The manifests for Kubernetes: right by their schemas, and of one mind with the service."""

from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml
from rq import Queue

from source_tree import ROOT
from zyra.core.settings import PREFIX, Settings

MANIFESTS = ROOT / "deploy/kubernetes"
FILES = sorted(path for path in MANIFESTS.glob("*.yaml") if path.name != "kustomization.yaml")
VERSIONS = ("1.30", "1.37")
# The parts of KEDA's keda.sh/v1alpha1 that we use, after its reference at keda.sh.
TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
COUNT = {"type": "integer", "minimum": 0}


def strict(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    """A schema of an object that has nothing else."""
    return {
        "type": "object",
        "required": list(required),
        "properties": properties,
        "additionalProperties": False,
    }


KEDA = {
    "ScaledObject": strict(
        ("scaleTargetRef", "triggers"),
        scaleTargetRef=strict(("name",), name={"type": "string"}),
        minReplicaCount=COUNT,
        maxReplicaCount=COUNT,
        pollingInterval=COUNT,
        advanced=strict((), horizontalPodAutoscalerConfig=strict((), behavior={"type": "object"})),
        triggers={
            "type": "array",
            "items": strict(
                ("type", "metadata"),
                type={"enum": ["redis"]},
                metadata=TEXTS,
                authenticationRef=strict(("name",), name={"type": "string"}),
            ),
        },
    ),
    "TriggerAuthentication": strict(
        (),
        secretTargetRef={
            "type": "array",
            "items": strict(
                ("parameter", "name", "key"),
                **{part: {"type": "string"} for part in ("parameter", "name", "key")},
            ),
        },
    ),
}


def documents(path: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(path.read_text()))


def every(kind: str) -> dict[str, dict[str, Any]]:
    """All that is of a kind, by name."""
    found = [one for path in FILES for one in documents(path) if one["kind"] == kind]
    return {one["metadata"]["name"]: one for one in found}


def pods() -> dict[str, dict[str, Any]]:
    owners = every("Deployment") | every("StatefulSet")
    return {name: owner["spec"]["template"] for name, owner in owners.items()}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_manifest_is_right_by_its_schema(path: Path, version: str) -> None:
    for document in documents(path):
        if document["apiVersion"].startswith("keda.sh/"):
            jsonschema.validate(document["spec"], KEDA[document["kind"]])
        else:
            kubernetes_validate.validate(document, version, strict=True)


def test_the_kustomization_names_every_manifest_but_the_example() -> None:
    named = documents(MANIFESTS / "kustomization.yaml")[0]["resources"]
    assert sorted(named) == [path.name for path in FILES if "example" not in path.name]


def test_settings_are_settings() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {"ZYRA_PROXIES"}
    given = every("ConfigMap")["zyra"]["data"].keys() | every("Secret")["zyra"]["stringData"].keys()
    assert {name for name in given if name.startswith(PREFIX)} <= known
    assert "ZYRA_STORAGE_URL" in given


def test_settings_can_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in every("ConfigMap")["zyra"]["data"].items():
        monkeypatch.setenv(name, value)
    assert Settings(_env_file=None).storage_url == "s3://zyra/service"


@pytest.mark.parametrize("name", ["zyra-api", "zyra-worker", "redis"])
def test_pods_are_confined(name: str) -> None:
    pod = pods()[name]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in pod["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"requests", "limits"} <= container["resources"].keys()


def test_what_selects_pods_finds_some() -> None:
    labels = [pod["metadata"]["labels"] for pod in pods().values()]
    selectors = [service["spec"]["selector"] for service in every("Service").values()]
    owners = [*every("PodDisruptionBudget").values(), *every("Deployment").values()]
    selectors += [owner["spec"]["selector"]["matchLabels"] for owner in owners]
    for selector in selectors:
        assert any(selector.items() <= label.items() for label in labels), selector


def test_the_user_is_that_of_the_image() -> None:
    image = (ROOT / "Dockerfile").read_text()
    assert f"--uid {pods()['zyra-api']['spec']['securityContext']['runAsUser']}" in image


def test_workers_are_scaled_by_the_list_that_jobs_wait_in() -> None:
    scaled = every("ScaledObject")["zyra-worker"]["spec"]
    assert scaled["scaleTargetRef"]["name"] in every("Deployment")
    queue = Settings.model_fields["queue"].default
    waiting = f"{Queue.redis_queue_namespace_prefix}{queue}"
    assert scaled["triggers"][0]["metadata"]["listName"] == waiting


def test_answers_get_their_time_before_a_pod_ends() -> None:
    settings: dict[str, Any] = {}
    exec((ROOT / "deploy/gunicorn.conf.py").read_text(), settings)
    pod = pods()["zyra-api"]["spec"]
    assert pod["terminationGracePeriodSeconds"] > settings["graceful_timeout"]


def test_redis_keeps_what_it_has_acknowledged() -> None:
    redis = pods()["redis"]["spec"]["containers"][0]
    assert "--appendonly yes" in " ".join(redis["args"])
    assert every("StatefulSet")["redis"]["spec"]["volumeClaimTemplates"]
