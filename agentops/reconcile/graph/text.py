"""A graph for a terminal: each thing with what it names."""

from collections.abc import Iterator, Mapping
from typing import Any

from agentops.base.paint import Paint, printable
from agentops.base.wording import counted
from agentops.reconcile.graph.colours import terminal_colour, word
from agentops.reconcile.graph.graph import Graph


def graph_text(graph: Graph, paint: Paint) -> Iterator[str]:
    """Yield the lines of the graph."""
    edges = graph["edges"]
    naming: dict[str, list[str]] = {}
    named: dict[str, list[Mapping[str, Any]]] = {}
    for each in edges:
        naming.setdefault(each["to"], []).append(each["from"])
        named.setdefault(each["from"], []).append(each)
    width = max((len(_role(each)) for each in edges), default=0)
    for node in graph["nodes"]:
        yield _headline(node, naming.get(node["address"], []), paint)
        for each in named.get(node["address"], ()):
            yield f"  {_role(each):<{width}} → {printable(each['to'])}"
    yield ""
    yield paint("bold", counted(len(graph["nodes"]), "thing") + ", " + counted(len(edges), "reference") + ".")


def _headline(node: Mapping[str, Any], named_by: list[str], paint: Paint) -> str:
    line = paint("bold", printable(node["address"]))
    if told := word(node):
        line += "  " + paint(terminal_colour(node), told)
    if not node["is_declared"]:
        line += "  " + paint("dim", "declared in no manifest")
    elif named_by:
        line += "  " + paint("dim", f"named by {', '.join(map(printable, named_by))}")
    return line


def _role(edge: Mapping[str, Any]) -> str:
    return printable(", ".join(edge["as"]))
