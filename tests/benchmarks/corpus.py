"""Writes a tree of N realistic agents: `python tests/benchmarks/corpus.py DIR N`."""

import sys
from pathlib import Path

AGENTS_A_FOLDER = 10
MODELS = ("claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5")
TEAMS = ("payments", "search", "billing", "platform", "growth", "support", "risk")

PROJECT = """\
apiVersion: agentops/v1
kind: Project
metadata:
  name: corpus
spec:
  targets:
    production:
      url: https://api.anthropic.com
"""

AGENT = """\
# yaml-language-server: $schema=https://raw.githubusercontent.com/agentops/agentops/main/schema/Agent.json
apiVersion: agentops/v1
kind: Agent
metadata:
  name: agent-{number:05d}
  labels:
    team: {team}
    tier: tier-{tier}
spec:
  name: Agent {number:05d}
  description: Looks after the {team} service and answers questions of its owners.
  model:
    id: {model}
    effort: medium
  system: |
    You look after the {team} service. Read the runbook before you act.

    Rules:
    1. Say what you know, what you assume and what you checked.
    2. Change nothing in production without an approval that names the change.
    3. When a number matters, show the command that gave it.
    4. Hand over with the state, the next step and who waits for it.
    Case {number}: prefer the smallest change that restores service, then find the cause.
  tools:
    - type: agent_toolset_20260401
      default_config:
        enabled: true
        permission_policy: {{type: always_allow}}
      configs:
        - name: bash
          permission_policy: {{type: always_ask}}
        - name: web_search
          enabled: false
    - type: mcp_toolset
      mcp_server_name: tracker
  mcp_servers:
    - type: url
      name: tracker
      url: https://mcp.example.com/{team}
  metadata:
    owner: {team}-oncall
    cost_center: "{cost}"
"""


def agent(number: int) -> str:
    """Return the manifest of one agent, about 1.3 KB."""
    return AGENT.format(
        number=number,
        team=TEAMS[number % len(TEAMS)],
        tier=number % 3,
        model=MODELS[number % len(MODELS)],
        cost=4000 + number % 97,
    )


def write(root: Path, count: int) -> None:
    """Write one Project and `count` agents below `root/agents.d`."""
    agents_d = root / "agents.d"
    agents_d.mkdir(parents=True, exist_ok=True)
    (agents_d / "project.yaml").write_text(PROJECT, encoding="utf-8")
    for number in range(count):
        folder = agents_d / f"group-{number // AGENTS_A_FOLDER:04d}"
        folder.mkdir(exist_ok=True)
        (folder / f"agent-{number:05d}.yaml").write_text(agent(number), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
