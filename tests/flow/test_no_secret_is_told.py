"""No secret that a person hands us ever comes out again: not in any command, format, trace, log, or file."""

import itertools
from pathlib import Path

import pytest

from agentops.cli.failure import run
from agentops.cli.table import cli

from .command import Command
from .server import serving

pytestmark = pytest.mark.flow

# Put together here, so that the repository itself holds nothing that a scanner would stop at.
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
