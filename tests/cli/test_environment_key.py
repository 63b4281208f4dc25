"""`agentops environment-key`: a key told once and alone, and a plain word where a target makes none."""

import json
from pathlib import Path

import httpx2
import pytest

from agentops.targets import live
from agentops.targets.live import LiveTarget

from .shell import Shell

MANIFEST = """\
apiVersion: agentops/v1
kind: Project
metadata: {name: acme}
---
apiVersion: agentops/v1
kind: Environment
metadata: {name: fleet}
spec: {name: fleet, config: {type: self_hosted}}
"""


@pytest.fixture
def environment(agentops: Shell) -> str:
    """The id of a self-hosted environment."""
    Path("agents.d").mkdir()
    Path("agents.d/all.yaml").write_text(MANIFEST)
    (result,) = agentops("apply", "--yes", "-o", "json").json["outcome"]["results"]
    return str(result["detail"])


def test_a_key_stands_alone_on_standard_output_and_nowhere_later(agentops: Shell, environment: str) -> None:
    said = agentops("environment-key", "create", environment, "--name", "blue fleet")
    key = said.out.strip()
    assert key.startswith("sk-ant-oat01-")
    assert key not in said.err
    assert "It is shown this once" in said.err
    made = agentops("environment-key", "create", environment, "-o", "json").json
    assert made["key"].startswith("sk-ant-oat01-")
    assert "key" not in made["environment_key"]
    listed = agentops("environment-key", "list", environment).out
    assert [line.split("  ")[2:] for line in listed.splitlines()] == [["good"], ["good", "blue fleet"]]
    gone = agentops("environment-key", "revoke", environment, made["environment_key"]["id"]).out
    assert gone.startswith(f"{made['environment_key']['id']} is void since ")
    found = agentops("environment-key", "list", environment, "-o", "json").json["environment_keys"]
    assert [each["revoked_at"] is None for each in found] == [False, True]
    assert "sk-ant" not in listed + json.dumps(found)


def test_an_environment_goes_by_its_name_too(agentops: Shell, environment: str) -> None:
    made = agentops("environment-key", "create", "fleet", "-o", "json").json["environment_key"]["id"]
    assert agentops("environment-key", "list", "Environment/fleet").out.startswith(made)
    assert agentops("environment-key", "list", environment).out.startswith(made)
    assert agentops("environment-key", "revoke", "fleet", made).out.startswith(f"{made} is void since ")
    said = agentops("environment-key", "create", "flet", status=2).err
    assert "embedded has no environment `flet`" in said
    assert "did you mean `fleet`?" in said


def test_what_there_is_not_is_named(agentops: Shell, environment: str) -> None:
    assert agentops("environment-key", "list", environment).out == "No keys.\n"
    said = agentops("environment-key", "create", "env_01Nowhere", status=1).err
    assert "embedded has no environment env_01Nowhere" in said
    said = agentops("environment-key", "revoke", environment, "envkey_01Nowhere", status=2).err
    assert f"environment {environment} has no key `envkey_01Nowhere`" in said


def test_a_target_that_makes_no_keys_is_told_as_such(agentops: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def vendor(request: httpx2.Request) -> httpx2.Response:
        there = request.url.path == "/v1/environments/env_01There"
        return httpx2.Response(200, json={"id": "env_01There"}) if there else httpx2.Response(404, json={})

    opened = live.LiveTarget.__init__
    transport = httpx2.MockTransport(vendor)
    monkeypatch.setattr(LiveTarget, "__init__", lambda self, endpoint: opened(self, endpoint, transport))
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test-0123456789")
    for arguments in (("create", "env_01There"), ("list", "env_01There"), ("revoke", "env_01There", "envkey_01")):
        said = agentops("environment-key", *arguments, status=1).err
        assert "https://api.anthropic.com has no API for the keys of an environment" in said
        assert "make the key in the target's console" in said
    assert "has no environment env_01Gone" in agentops("environment-key", "list", "env_01Gone", status=1).err
