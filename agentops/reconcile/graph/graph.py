"""Who names whom in a tree, as one JSON shape: what every picture is drawn from."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from agentops.base.names import Address, Kind
from agentops.manifests.document import Document, Reference, Tree

FORMAT_VERSION = 1

Graph = Mapping[str, Any]


def graph_json(tree: Tree, steps: Iterable[Mapping[str, Any]] | None = None) -> dict[str, Any]:
    """Return the graph of a tree; with the steps of a plan, in their JSON shape, also what becomes of each node."""
    documents = [each for each in tree.documents if each.kind is not Kind.PROJECT]
    nodes = {str(each.address): _declared(each) for each in documents}
    edges = [edge for each in documents for edge in _edges(each)]
    for edge in edges:
        nodes.setdefault(edge["to"], _elsewhere(edge["to"]))
    for address, actions in _actions(steps or ()).items():
        nodes.setdefault(address, _elsewhere(address))["actions"] = actions
    return {
        "format_version": FORMAT_VERSION,
        "project": tree.project.name if tree.project else None,
        "is_planned": steps is not None,
        "nodes": [nodes[each] for each in sorted(nodes)],
        "edges": sorted(edges, key=lambda each: (each["from"], each["to"])),
    }


def _declared(document: Document) -> dict[str, Any]:
    place = document.marks.span(("metadata", "name"))
    about = {"address": str(document.address), "kind": document.kind.value, "name": document.name}
    return about | {"file": document.file, "line": place.line, "is_declared": True, "actions": []}


def _elsewhere(text: str) -> dict[str, Any]:
    """Return the node of what no manifest declares: an object that is known by its id, or one that goes."""
    address = Address.parse(text)
    kind = address.kind.value if address else None
    return {
        "address": text,
        "kind": kind,
        "name": address.name if address else text,
        "file": None,
        "line": None,
        "is_declared": False,
        "actions": [],
    }


def _edges(document: Document) -> Iterator[dict[str, Any]]:
    """Yield one edge for each thing that a document names, with every place where it does."""
    found: dict[str, list[Reference]] = {}
    for each in document.references:
        found.setdefault(str(each.address) if each.address else each.text, []).append(each)
    for to, references in found.items():
        yield {
            "from": str(document.address),
            "to": to,
            "as": [*dict.fromkeys(_role(each) for each in references)],
            "places": [
                {"path": [*each.path], "file": document.file, "line": document.span(each.path).line}
                for each in references
            ],
        }


def _role(reference: Reference) -> str:
    """Return what the named thing is to the one that names it: the field that it stands in."""
    first = str(reference.path[0]) if reference.path else ""
    return first.removesuffix("_ids").removesuffix("_id").replace("_", " ")


def _actions(steps: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return the signs of what is done to each address; what is inside a document counts as the document."""
    found: dict[str, dict[str, None]] = {}
    for step in steps:
        address = "/".join(step["address"].split("/")[:2])
        found.setdefault(address, {})[str(step["action"])] = None
    return {address: [*actions] for address, actions in found.items()}
