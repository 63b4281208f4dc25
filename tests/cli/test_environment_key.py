"""`agentops environment-key`: a key told once and alone, and a plain word where a target makes none."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from agentops.cli.failure import run
from agentops.cli.table import cli
from agentops.targets import live
from agentops.targets.live import LiveTarget

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


class Shell:
    """Runs commands in a folder of their own, on the embedded engine there."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str, status: int = 0) -> tuple[str, str]:
        code = run(cli, list(arguments))
        printed = self._capsys.readouterr()
        assert code == status, printed.err
        return printed.out, printed.err

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "-o", "json")[0])


@pytest.fixture
def agentops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    monkeypatch.chdir(tmp_path)
    for name in ("AGENTOPS_TARGET", "ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return Shell(capsys)


@pytest.fixture
def environment(agentops: Shell) -> str:
    """The id of a self-hosted environment."""
    Path("agents.d").mkdir()
    Path("agents.d/all.yaml").write_text(MANIFEST)
    (result,) = agentops.json("apply", "--yes")["outcome"]["results"]
    return str(result["detail"])


def test_a_key_stands_alone_on_standard_output_and_nowhere_later(agentops: Shell, environment: str) -> None:
    out, err = agentops("environment-key", "create", environment, "--name", "blue fleet")
    key = out.strip()
    assert key.startswith("sk-ant-oat01-")
    assert key not in err
    assert "It is shown this once" in err
    made = agentops.json("environment-key", "create", environment)
    assert made["key"].startswith("sk-ant-oat01-")
    assert "key" not in made["environment_key"]
    listed, _ = agentops("environment-key", "list", environment)
    assert [line.split("  ")[2:] for line in listed.splitlines()] == [["good"], ["good", "blue fleet"]]
    gone, _ = agentops("environment-key", "revoke", environment, made["environment_key"]["id"])
    assert gone.startswith(f"{made['environment_key']['id']} is void since ")
    found = agentops.json("environment-key", "list", environment)["environment_keys"]
    assert [each["revoked_at"] is None for each in found] == [False, True]
    assert "sk-ant" not in listed + json.dumps(found)


def test_what_there_is_not_is_named(agentops: Shell, environment: str) -> None:
    assert agentops("environment-key", "list", environment)[0] == "No keys.\n"
    _, said = agentops("environment-key", "create", "env_01Nowhere", status=1)
    assert "embedded has no environment env_01Nowhere" in said
    _, said = agentops("environment-key", "revoke", environment, "envkey_01Nowhere", status=2)
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
        _, said = agentops("environment-key", *arguments, status=1)
        assert "https://api.anthropic.com has no API for the keys of an environment" in said
        assert "make the key in the target's console" in said
    assert "has no environment env_01Gone" in agentops("environment-key", "list", "env_01Gone", status=1)[1]
