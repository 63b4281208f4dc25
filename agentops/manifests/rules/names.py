"""Identities: each taken once, and one Project a tree."""

from collections.abc import Iterable, Iterator, Sequence

from agentops.base.diagnostics import Diagnostic, Related
from agentops.base.names import Address, Kind
from agentops.manifests.codes import manifests, trees
from agentops.manifests.draft import Draft
from agentops.manifests.wording import ticked

_NAME = ("metadata", "name")


def duplicates(drafts: Iterable[Draft]) -> Iterator[Diagnostic]:
    """Yield every document whose identity an earlier one has. Reports: manifest.duplicate."""
    first: dict[Address, Draft] = {}
    for draft in drafts:
        earlier = first.setdefault(draft.address, draft)
        if earlier is not draft:
            related = Related(earlier.marks.span(_NAME), "first declared here")
            message = f"{draft.address} is declared twice"
            span = draft.marks.span(_NAME)
            yield Diagnostic(manifests.DUPLICATE, message, span, "rename it or remove it", related=(related,))


def projects(drafts: Sequence[Draft], root: str, elsewhere: str) -> Iterator[Diagnostic]:
    """Yield what keeps the tree from having one owner. Reports: tree.no-project, tree.two-projects."""
    found = list({each.address: each for each in reversed(drafts) if each.address.kind is Kind.PROJECT}.values())[::-1]
    if not found:
        notes = (elsewhere or "add a document of kind Project: its name becomes the owner of every live object",)
        yield Diagnostic(trees.NO_PROJECT, f"the tree in {ticked(root)} has no Project", notes=notes)
    for other in found[1:]:
        related = Related(found[0].marks.span(_NAME), f"{found[0].address} is declared here")
        message = f"{other.address} is a second Project"
        span = other.marks.span(_NAME)
        yield Diagnostic(trees.TWO_PROJECTS, message, span, "a tree has one", related=(related,))
