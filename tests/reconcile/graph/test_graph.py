"""Pictures of a tree: the same every time, right for whoever reads them, and safe from names that others chose."""

import re
from pathlib import Path
from typing import Any

import pydot
import pytest

from agentops.base.paint import Paint
from agentops.manifests.load import load
from agentops.reconcile.graph.dot import graph_dot
from agentops.reconcile.graph.graph import Graph, graph_json
from agentops.reconcile.graph.mermaid import graph_mermaid
from agentops.reconcile.graph.text import graph_text

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pydot")
"""pydot 4.0.1 calls pyparsing by names of old."""

GOLDEN = Path(__file__).parents[2] / "golden" / "graphs"
TREE = """
apiVersion: agentops/v1
kind: Project
metadata: {name: acme}
spec: {}
---
apiVersion: agentops/v1
kind: Agent
metadata: {name: reviewer}
spec: {model: claude-opus-5-5}
---
apiVersion: agentops/v1
kind: Team
metadata: {name: crew}
spec:
  lead: reviewer
  specialists: [reviewer, agent_01elsewhere]
---
apiVersion: agentops/v1
kind: Environment
metadata: {name: workshop}
spec: {config: {type: cloud}}
---
apiVersion: agentops/v1
kind: MemoryStore
metadata: {name: lessons}
spec: {}
---
apiVersion: agentops/v1
kind: Vault
metadata: {name: keys}
spec: {}
---
apiVersion: agentops/v1
kind: Rubric
metadata: {name: careful}
spec: {criteria: [{id: sources, text: Every claim has a source., weight: 1}], pass: 1}
---
apiVersion: agentops/v1
kind: Deployment
metadata: {name: triage}
spec:
  agent: Team/crew
  environment_id: workshop
  vault_ids: [keys]
  resources: [{type: memory_store, memory_store_id: lessons}]
  initial_events:
    - {type: user.define_outcome, description: Sort., rubric: {type: rubric, name: careful}}
---
apiVersion: agentops/v1
kind: DreamSchedule
metadata: {name: nightly}
spec: {store: lessons, agents: [reviewer], model: claude-opus-5-5, after_sessions: 20}
---
apiVersion: agentops/v1
kind: Webhook
metadata: {name: alerts}
spec: {url: https://hooks.example.com/alerts, events: [session.requires_action]}
"""
STEPS: list[dict[str, Any]] = [
    {"address": "Agent/reviewer", "action": "update"},
    {"address": "Team/crew", "action": "repin"},
    {"address": "Vault/keys/tickets", "action": "create"},
    {"address": "Environment/old", "action": "archive"},
    {"address": "MemoryStore/lessons", "action": "restamp"},
    {"address": "Webhook/alerts", "action": "replace"},
    {"address": "Webhook/alerts", "action": "delete"},
]
HOSTILE = '"]; evil -> "x" --> end\n  click n0 "javascript:alert(1)"\\" <script>\x1b[2J#quot;`${x}`%%{init}%%'


@pytest.fixture
def graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Graph:
    monkeypatch.chdir(tmp_path)
    Path("agents.d").mkdir()
    Path("agents.d/all.yaml").write_text(TREE)
    tree = load(Path())
    assert not tree.report.has_errors, [each.message for each in tree.report.diagnostics]
    return graph_json(tree)


@pytest.fixture
def planned(graph: Graph) -> Graph:
    return graph_json(load(Path()), STEPS)


VIEWS = {
    "txt": lambda graph: graph_text(graph, Paint()),
    "dot": graph_dot,
    "mmd": graph_mermaid,
}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", ["graph", "planned"])
def test_every_picture_is_the_golden_one(view: str, name: str, request: pytest.FixtureRequest) -> None:
    drawn = "\n".join(VIEWS[view](request.getfixturevalue(name))) + "\n"
    assert drawn == (GOLDEN / f"{name}.{view}").read_text("utf-8")


def test_a_reader_of_dot_finds_the_nodes_and_the_edges(planned: Graph) -> None:
    nodes, edges = read_as_dot(planned)
    assert nodes == {each["address"] for each in planned["nodes"]}
    assert edges == {(each["from"], each["to"]) for each in planned["edges"]}


def test_an_edge_knows_every_line_that_makes_it(graph: Graph) -> None:
    found = next(each for each in graph["edges"] if (each["from"], each["to"]) == ("Team/crew", "Agent/reviewer"))
    assert found["as"] == ["lead", "specialists"]
    assert [(each["path"], each["line"]) for each in found["places"]] == [(["lead"], 16), (["specialists", 0], 17)]


def test_no_name_breaks_out_of_its_quotes(graph: Graph) -> None:
    bad = hostile(graph)
    nodes, edges = read_as_dot(bad)
    assert len(nodes) == len(bad["nodes"])
    assert len(edges) == len(bad["edges"])
    for line in graph_mermaid(bad):
        assert MERMAID.fullmatch(line), line
    for view in VIEWS.values():
        assert "\x1b" not in "".join(view(bad))


def hostile(graph: Graph) -> Graph:
    """Return the graph with everything that somebody could choose turned against whoever reads it."""

    def worse(text: str) -> str:
        return text + HOSTILE

    nodes = [{**each, "address": worse(each["address"]), "name": worse(each["name"])} for each in graph["nodes"]]
    edges = [{**each, "from": worse(each["from"]), "to": worse(each["to"]), "as": [HOSTILE]} for each in graph["edges"]]
    return {**graph, "project": HOSTILE, "nodes": nodes, "edges": edges}


MERMAID = re.compile(
    r"""flowchart\ LR
      | \ \ n\d+(\["|\[\["|\[\("|\(\["|\{\{"|>"|\[/")(?:[A-Za-z0-9\ _./,-]|\#\d+;|<br/>)*
          ("\]|"\]\]|"\)\]|"\]\)|"\}\}|"/\])(:::[a-z]+_)?
      | \ \ n\d+\ -->\|"(?:[A-Za-z0-9\ _./,-]|\#\d+;)*"\|\ n\d+
      | \ \ classDef\ [a-z]+_\ [a-z0-9:,\#-]+""",
    re.VERBOSE,
)


def read_as_dot(graph: Graph) -> tuple[set[str], set[tuple[str, str]]]:
    """Return the nodes and edges that a parser of DOT finds, with quotes and escapes taken off."""
    drawn = pydot.graph_from_dot_data("\n".join(graph_dot(graph)))
    assert drawn
    assert len(drawn) == 1
    nodes = {_plain(each.get_name()) for each in drawn[0].get_nodes()}
    edges = {(_plain(each.get_source()), _plain(each.get_destination())) for each in drawn[0].get_edges()}
    return nodes - {"node", "edge"}, edges


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text.strip('"'))
