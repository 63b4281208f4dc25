"""What a Project says of names: as addresses, each with its place."""

from agentops.base.names import Address
from agentops.manifests.document import Tree
from agentops.reconcile.identities import Identities


def identities(tree: Tree) -> Identities:
    """Return the names that things had, and what is let go."""
    project = tree.project
    if project is None:
        return Identities()
    before, spans, let_go = {}, {}, []
    for place, each in enumerate(project.data.get("moved") or ()):
        old, new = Address.parse(each["from"]), Address.parse(each["to"])
        if old and new:
            before[new] = old
            spans[old] = project.span(("moved", place, "from"))
    for place, each in enumerate(project.data.get("removed") or ()):
        if gone := Address.parse(each["address"]):
            let_go.append(gone)
            spans[gone] = project.span(("removed", place, "address"))
    return Identities(before, tuple(let_go), spans)
