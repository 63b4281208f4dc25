"""No secret that a person hands us ever comes out again: not in any command, format, trace, log, or file."""

import itertools
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from agentops.cli.failure import run
from agentops.cli.table import cli

from .command import Command
from .server import serving

pytestmark = pytest.mark.flow

# Put together here, so that the repository itself holds nothing that a scanner would stop at.
BARE = dict.fromkeys(("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "ANTHROPIC_AUTH_TOKEN"))
SECRETS = {
    "prompt": "sk-ant-" + "api03-Qw8Er2Ty9Ui4Op7As1Df6Gh",
    "metadata": "ghp_" + "zX3cV5bN7mQ9wE1rT3yU5iO7pA9sD1fG3hJ5",
    "description": "AKIA" + "Q7XWZ3MNBV5RT2KP",
    "vault": "plain-Token-5hK2pQ8vW1zR7nT4",
    "webhook": "xoxb-" + "9876543210-zyxwvutsrq",
}
TREE = f"""
apiVersion: agentops/v1
kind: Project
metadata: {{name: careless}}
spec: {{}}
---
apiVersion: agentops/v1
kind: Agent
metadata: {{name: careless}}
spec:
  model: claude-haiku-5-5
  system: "Call the API with {SECRETS["prompt"]} and nothing else."
  description: "Uses {SECRETS["description"]}"
  metadata: {{token: "{SECRETS["metadata"]}"}}
  tols: "{SECRETS["webhook"]}"
---
apiVersion: agentops/v1
kind: Vault
metadata: {{name: careless}}
spec:
  display_name: Careless
  credentials:
    search:
      auth: {{type: static_bearer, mcp_server_url: "https://mcp.example.com/x", token: "{SECRETS["vault"]}"}}
"""

COMMANDS = ("validate", "plan", "drift", "apply", "destroy", "doctor")
FORMATS = {
    command: ("text", "json", "github", "sarif") if command == "validate" else ("text", "json") for command in COMMANDS
}


@pytest.mark.parametrize(
    ("command", "form", "debug"),
    [
        (command, form, debug)
        for command in COMMANDS
        for form, debug in itertools.product(FORMATS[command], (False, True))
    ],
)
def test_a_secret_in_a_manifest_is_found_and_not_repeated(
    command: str,
    form: str,
    debug: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "agents.d").mkdir()
    (tmp_path / "agents.d" / "all.yaml").write_text(TREE)
    monkeypatch.chdir(tmp_path)
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    assert run(cli, [*(["--debug"] if debug else []), command, "-o", form]) == 1
    said = "".join(capfd.readouterr())
    assert said
    assert [name for name, secret in SECRETS.items() if secret in said] == []


def test_the_server_s_key_is_in_no_output_no_log_and_no_file_of_the_database(tmp_path: Path) -> None:
    (tmp_path / "agents.d").mkdir()
    (tmp_path / "agents.d" / "all.yaml").write_text(
        "apiVersion: agentops/v1\nkind: Project\nmetadata: {name: careful}\nspec: {}\n---\n"
        "apiVersion: agentops/v1\nkind: Agent\nmetadata: {name: careful}\nspec: {model: claude-haiku-5-5}\n"
    )
    home = tmp_path / "server"
    with serving(home) as server:
        agentops = Command(tmp_path, server.settings)
        told = [agentops(*words) for words in (("apply", "--yes"), ("plan",), ("--debug", "doctor"))]
        told.append(agentops("--debug", "plan", "--target", "embedded", ANTHROPIC_API_KEY=server.key))
        assert server.key not in "".join(each.out + each.err for each in told)
        kept = [each for each in home.rglob("*") if each.is_file() and server.key.encode() in each.read_bytes()]
    assert [each.name for each in kept] == ["api-key"]
    assert kept[0].stat().st_mode & 0o777 == 0o600


HELD = {
    "BEARER": "bearer-" + "9fK2mQ7xW4vT1zR8",
    "ACCESS": "access-" + "3hJ6nB0cL5pD2sG9",
    "REFRESH": "refresh-" + "7tY4uI1oP8aS5dF2",
    "CLIENT": "client-" + "6kZ3xC9vB0nM4qW1",
    "VARIABLE": "variable-" + "5eR8tY2uI7oP1aS4",
}
ROTATED = {"BEARER": "bearer-" + "0aL9sK8dJ7fH6gG5"}
KEEPING = """
apiVersion: agentops/v1
kind: Project
metadata: {name: careful}
spec: {}
---
apiVersion: agentops/v1
kind: Vault
metadata: {name: keys}
spec:
  credentials:
    bearer:
      auth: {type: static_bearer, mcp_server_url: "https://a.example.com/mcp", token: {env: BEARER}}
    oauth:
      auth:
        type: mcp_oauth
        mcp_server_url: https://b.example.com/mcp
        access_token: {env: ACCESS}
        refresh:
          token_endpoint: https://b.example.com/token
          client_id: agentops
          refresh_token: {file: ../../refresh}
          token_endpoint_auth: {type: client_secret_post, client_secret: {env: CLIENT}}
    variable:
      auth:
        type: environment_variable
        secret_name: PAGER
        secret_value: {env: VARIABLE}
        networking: {type: unrestricted}
"""


@pytest.fixture(params=["embedded", "http"])
def keeping(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., int]]:
    """Return what runs a command on a tree whose vault has every kind of credential."""
    tree = tmp_path / "repository" / "agents.d"
    tree.mkdir(parents=True)
    (tree / "keys.yaml").write_text(KEEPING)
    (tmp_path / "refresh").write_text(HELD["REFRESH"] + "\n")
    monkeypatch.chdir(tree.parent)
    for name, value in {**BARE, **HELD}.items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name, raising=False)
    with serving(tmp_path / "server") if request.param == "http" else nullcontext() as server:
        for name, value in (server.settings if server else {}).items():
            monkeypatch.setenv(name, value)
        yield lambda *words: run(cli, [*words])


def test_secrets_go_to_the_vault_and_nowhere_else(
    keeping: Callable[..., int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    said = [""]

    def told() -> str:
        said.append("".join(capfd.readouterr()))
        return said[-1]

    assert keeping("plan", "-o", "json") == 0
    assert keeping("--debug", "apply", "--yes") == 0
    assert keeping("plan", "--exit-code") == 0, "apply, then plan, is empty"
    monkeypatch.setenv("BEARER", ROTATED["BEARER"])
    told()
    assert keeping("plan", "--exit-code", "-o", "json") == 3
    (step,) = json.loads(told())["steps"]
    assert (step["address"], step["action"]) == ("Vault/keys/bearer", "update")
    assert [(each["field"], each["before"], each["after"]) for each in step["changes"]] == [
        ("auth.token", {"$hidden": True}, {"$secret": True})
    ]
    assert keeping("--debug", "apply", "--yes", "-o", "json") == 0
    monkeypatch.delenv("BEARER")
    assert keeping("plan") == 1
    assert "`credentials.bearer.auth.token` is in the variable BEARER, which is not set" in told()
    assert keeping("drift") == 0, "nobody needs secrets to look for drift"
    assert keeping("destroy", "--yes") == 0
    told()
    kept = b"".join(each.read_bytes() for each in tmp_path.rglob("*") if each.is_file() and each.name != "refresh")
    everything = "".join(said) + caplog.text
    secrets = [*HELD.values(), *ROTATED.values()]
    assert [each for each in secrets if each in everything or each.encode() in kept] == []
