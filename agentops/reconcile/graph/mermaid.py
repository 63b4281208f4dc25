"""A graph for Mermaid, which GitHub and GitLab draw in Markdown. Source: mermaid.js.org/syntax/flowchart.html."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from agentops.base.paint import printable
from agentops.reconcile.graph.colours import action, fill, word
from agentops.reconcile.graph.graph import Graph

_SHAPES = {
    "Deployment": ('[/"', '"/]'),
    "DreamSchedule": ('{{"', '"}}'),
    "Environment": ('[["', '"]]'),
    "MemoryStore": ('[("', '")]'),
    "Rubric": ('>"', '"]'),
    "Team": ('(["', '"])'),
}
_BOX = ('["', '"]')
_PLAIN = re.compile(r"[^A-Za-z0-9 _./,-]")
"""All else is written as an entity: quotes, brackets and HTML mean something to Mermaid, even in quoted text."""


def graph_mermaid(graph: Graph) -> Iterator[str]:
    """Yield the lines of the graph, from left to right."""
    names = {each["address"]: f"n{at}" for at, each in enumerate(graph["nodes"])}
    yield "flowchart LR"
    for each in graph["nodes"]:
        yield f"  {names[each['address']]}{_shaped(each)}{_class(each)}"
    for each in graph["edges"]:
        yield f"  {names[each['from']]} -->|{_quoted(', '.join(each['as']))}| {names[each['to']]}"
    for name, colour in sorted({action(each): fill(each) for each in graph["nodes"] if fill(each)}.items()):
        yield f"  classDef {name}_ fill:{colour},color:#24292f"
    if not all(each["is_declared"] for each in graph["nodes"]):
        yield "  classDef elsewhere_ stroke-dasharray:4"


def _shaped(node: Mapping[str, Any]) -> str:
    opening, closing = _SHAPES.get(node["kind"] or "", _BOX)
    lines = [node["name"], node["kind"] or "not in this tree", *([word(node)] if word(node) else [])]
    return opening + "<br/>".join(_escaped(each) for each in lines) + closing


def _class(node: Mapping[str, Any]) -> str:
    """Return the class of a node; the ending keeps it apart from Mermaid's own words, as `default`."""
    if found := action(node):
        return f":::{found}_"
    return "" if node["is_declared"] else ":::elsewhere_"


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    return _PLAIN.sub(lambda each: f"#{ord(each[0])};", printable(text).replace("\n", " ").replace("\t", " "))
