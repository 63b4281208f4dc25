"""`agentops graph`: drawn without a target, coloured with one."""

from pathlib import Path

import pytest

from .shell import Shell


@pytest.fixture
def project(agentops: Shell) -> Shell:
    agentops("init", ".")
    return agentops


def test_a_graph_needs_no_target(project: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    document = project("graph", "-o", "json").json
    assert [each["address"] for each in document["nodes"]] == ["Agent/reviewer", "Environment/sandbox"]
    assert project("graph", "-o", "mermaid").out.startswith("flowchart LR\n")
    assert project("graph", "-o", "dot").out.startswith("digraph ")
    assert "2 things, 0 references." in project("graph").out
    assert "add --plan" in project("graph", "--target", "embedded", status=2).err
    Path("agents.d/broken.yaml").write_text("kind: [")
    assert "error[" in project("graph", status=1).err


def test_a_plan_colours_it(project: Shell) -> None:
    assert "Agent/reviewer  create" in project("graph", "--plan", "--target", "embedded").out
