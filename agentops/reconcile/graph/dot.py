"""A graph for Graphviz. Source: graphviz.org/doc/info/lang.html, quoted strings and their escapes."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from agentops.base.paint import printable
from agentops.reconcile.graph.colours import fill, word
from agentops.reconcile.graph.graph import Graph

_SHAPES = {
    "Deployment": "cds",
    "DreamSchedule": "hexagon",
    "Environment": "component",
    "MemoryStore": "cylinder",
    "Rubric": "note",
    "Skill": "tab",
    "Team": "box3d",
    "Vault": "folder",
    "Webhook": "rarrow",
}
_SPECIAL = re.compile(r'[\\"]')


def graph_dot(graph: Graph) -> Iterator[str]:
    """Yield the lines of the graph, from left to right."""
    yield f"digraph {_quoted(graph['project'] or 'agentops')} {{"
    yield "  rankdir=LR;"
    yield '  node [fontname="Helvetica", shape=box, style="filled", fillcolor="white"];'
    yield '  edge [fontname="Helvetica", fontsize=10];'
    for each in graph["nodes"]:
        yield f"  {_quoted(each['address'])} [{', '.join(_attributes(each))}];"
    for each in graph["edges"]:
        label = _quoted(", ".join(each["as"]))
        yield f"  {_quoted(each['from'])} -> {_quoted(each['to'])} [label={label}];"
    yield "}"


def _attributes(node: Mapping[str, Any]) -> Iterator[str]:
    lines = [node["name"], node["kind"] or "not in this tree", *([word(node)] if word(node) else [])]
    # `\n` is Graphviz's own escape for a new line: it is not a character of a name, all of which are quoted before.
    yield 'label="' + "\\n".join(_escaped(each) for each in lines) + '"'
    if shape := _SHAPES.get(node["kind"] or ""):
        yield f"shape={shape}"
    if not node["is_declared"]:
        yield 'style="filled,dashed"'
    if colour := fill(node):
        yield f'fillcolor="{colour}"'


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    """Return the text as it stands in a quoted string. A line's end would end nothing, but would read as a new one."""
    return _SPECIAL.sub(lambda each: "\\" + each[0], printable(text).replace("\n", " ").replace("\t", " "))
