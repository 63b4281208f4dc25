"""What a document is lowered in: its tree, the environment around it, and what there is to say about both."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from agentops.base.diagnostics import Diagnostic
from agentops.manifests.document import Document, Tree
from agentops.reconcile.resource import Resource

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Setting:
    """One run of lowering."""

    tree: Tree
    environ: Mapping[str, str] | None
    """Where `{env: NAME}` is found; None where nobody needs the secrets."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    """What cannot be asked of any target, as far as it was found."""


def owner_of(tree: Tree) -> str:
    """Return whose objects the tree declares."""
    return tree.project.name if tree.project else ""


Lowering = Callable[[Document, Setting], Iterable[Resource]]
"""Makes the resources that a document declares."""
