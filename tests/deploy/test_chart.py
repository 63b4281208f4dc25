"""The Helm chart: rendered by Helm's own library, held against the schemas of Kubernetes."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

helm = pytest.importorskip("helm_python", reason="no Helm here: helm-python-sdk is not installed", exc_type=ImportError)
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of what it imports
    kubernetes = pytest.importorskip("kubernetes_validate", reason="no schemas of Kubernetes here")

CHART = Path(__file__).parents[2] / "deploy" / "helm" / "agentops"
LEAST = {"existingSecret": "keys"}
POSTGRES = {**LEAST, "database": {"type": "postgres"}}
SHARED = {**POSTGRES, "replicas": 3, "persistence": {"accessMode": "ReadWriteMany", "storageClass": "nfs"}}
FULL = {
    **SHARED,
    "image": {"repository": "registry.test/agentops", "digest": "sha256:" + "0" * 64},
    "imagePullSecrets": [{"name": "pull"}],
    "model": {"baseUrl": "https://models.test", "name": "some-model", "hasApiKey": False},
    "keep": {"sessions": 90, "deploymentRuns": 30, "deliveries": 7, "dreamOperations": 365},
    "sandbox": {"enabled": True},
    "serviceMonitor": {"enabled": True, "interval": "15s", "labels": {"release": "prometheus"}},
    "extraArgs": ["--model-script=/etc/script.yaml"],
    "extraEnv": [{"name": "TZ", "value": "UTC"}],
    "podAnnotations": {"note": "1"},
    "podLabels": {"team": "agents"},
    "nodeSelector": {"kubernetes.io/os": "linux"},
    "tolerations": [{"key": "agents", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {}},
}
EVERY = {"least": LEAST, "postgres": POSTGRES, "shared": SHARED, "full": FULL}


def rendered(values: dict[str, Any]) -> dict[str, Any]:
    """Return every object by its kind and name."""
    with helm.Chart.load(str(CHART)) as chart:
        texts = chart.render(values, name="demo", namespace="agents")
    objects = (each for name, text in texts.items() if name.endswith(".yaml") for each in yaml.safe_load_all(text))
    return {f"{each['kind']}/{each['metadata']['name']}": each for each in objects if each}


def pod(values: dict[str, Any]) -> dict[str, Any]:
    spec: dict[str, Any] = rendered(values)["Deployment/demo-agentops"]["spec"]["template"]["spec"]
    return spec


def variables(values: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in pod(values)["containers"][0]["env"]}


@pytest.fixture(autouse=True)
def _no_warning_of_others() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize("values", EVERY.values(), ids=EVERY)
def test_what_helm_renders_is_what_kubernetes_takes(values: dict[str, Any]) -> None:
    objects = rendered(values)
    for each in objects.values():
        if each["kind"] != "ServiceMonitor":  # of an operator, whose schema is not among Kubernetes's own
            kubernetes.validate(each, "1.37", strict=True)
    assert ("ServiceMonitor/demo-agentops" in objects) is (values is FULL)


def test_helm_finds_nothing_to_complain_about() -> None:
    found = helm.lint(str(CHART), values=LEAST)
    assert [each for each in found["messages"] if each["severity"] in {"ERROR", "WARNING"}] == [], found


@pytest.mark.parametrize("values", EVERY.values(), ids=EVERY)
def test_a_pod_is_nobody_who_may_do_anything(values: dict[str, Any]) -> None:
    spec = pod(values)
    (container,) = spec["containers"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["automountServiceAccountToken"] is False
    security = container["securityContext"]
    assert security["readOnlyRootFilesystem"] is True
    assert security["allowPrivilegeEscalation"] is False
    assert security["capabilities"] == {"drop": ["ALL"]}
    is_loose = values is FULL
    assert spec["securityContext"]["seccompProfile"]["type"] == ("Unconfined" if is_loose else "RuntimeDefault")
    assert (security.get("procMount"), spec.get("hostUsers")) == (("Unmasked", False) if is_loose else (None, None))


def test_probes_ask_the_admin_port_and_a_drain_has_time() -> None:
    spec = pod(LEAST)
    (container,) = spec["containers"]
    ports = {each["name"]: each["containerPort"] for each in container["ports"]}
    assert ports == {"api": 8700, "admin": 8701}
    asked = {name: container[name]["httpGet"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert {each["port"] for each in asked.values()} == {"admin"}
    assert (asked["livenessProbe"]["path"], asked["readinessProbe"]["path"]) == ("/livez", "/readyz")
    assert spec["terminationGracePeriodSeconds"] > 10
    assert f"--admin-port={ports['admin']}" in container["args"]


def test_no_secret_is_in_what_is_rendered_but_its_place() -> None:
    assert variables(FULL)["AGENTOPS_DATABASE_FILE"] == "/run/secrets/agentops/database-url"
    assert "AGENTOPS_MODEL_API_KEY_FILE" not in variables(FULL)
    assert "AGENTOPS_DATABASE_FILE" not in variables(LEAST)
    assert not any(name.startswith("Secret/") for name in rendered(FULL))
    volumes = {each["name"]: each for each in pod(LEAST)["volumes"]}
    assert volumes["secrets"]["secret"]["secretName"] == "keys"


def test_what_is_to_be_kept_is_said_by_the_variables_of_serve() -> None:
    kept = {name: text for name, text in variables(FULL).items() if name.startswith("AGENTOPS_KEEP_")}
    assert kept == {
        "AGENTOPS_KEEP_SESSIONS": "90",
        "AGENTOPS_KEEP_DEPLOYMENT_RUNS": "30",
        "AGENTOPS_KEEP_DELIVERIES": "7",
        "AGENTOPS_KEEP_DREAM_OPERATIONS": "365",
    }
    assert not any("KEEP" in name for name in variables(LEAST))


def test_one_file_has_one_server_at_a_time() -> None:
    assert rendered(LEAST)["Deployment/demo-agentops"]["spec"]["strategy"]["type"] == "Recreate"
    assert rendered(POSTGRES)["Deployment/demo-agentops"]["spec"]["strategy"]["type"] == "RollingUpdate"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "existingSecret"),
        ({**LEAST, "replicas": 2}, "replicas"),
        ({**POSTGRES, "replicas": 2}, "accessMode"),
        ({**LEAST, "database": {"type": "mysql"}}, "database"),
        ({**LEAST, "existingSecrets": "x"}, "existingSecrets"),
        ({**LEAST, "keep": {"sessions": 0}}, "sessions"),
        ({**LEAST, "image": {"repository": "a", "digest": "latest"}}, "digest"),
    ],
    ids=range(7),
)
def test_values_that_cannot_work_are_refused_by_name(values: dict[str, Any], said: str) -> None:
    with pytest.raises(helm.HelmError, match=said):
        rendered(values)


def test_what_was_learnt_does_not_go_with_the_release() -> None:
    claim = rendered(LEAST)["PersistentVolumeClaim/demo-agentops"]
    assert claim["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    owned = {**LEAST, "persistence": {"existingClaim": "mine"}}
    assert "PersistentVolumeClaim/demo-agentops" not in rendered(owned)
    assert {"name": "data", "persistentVolumeClaim": {"claimName": "mine"}} in pod(owned)["volumes"]
    assert {"name": "data", "emptyDir": {}} in pod({**LEAST, "persistence": {"enabled": False}})["volumes"]
