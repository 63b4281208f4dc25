"""Who names whom: found by the markers of the shapes, resolved in the tree."""

from collections.abc import Collection, Iterator
from typing import Any

from agentops.base.names import Address, Kind
from agentops.manifests.document import Document, Reference
from agentops.manifests.kinds import SPECS
from agentops.manifests.kinds.names import SELF
from agentops.manifests.sites import sites
from agentops.wire.shape import IdOf

_ID_PREFIXES = {
    Kind.AGENT: "agent_",
    Kind.TEAM: "agent_",
    Kind.ENVIRONMENT: "env_",
    Kind.MEMORY_STORE: "memstore_",
    Kind.VAULT: "vlt_",
    Kind.SKILL: "skill_",
}
"""How ids begin; no name has an underscore. Source: ids that the API documents."""


def references(document: Document) -> tuple[Reference, ...]:
    """Return whom a document of a tree names."""
    return document.references


def found(kind: Kind, data: Any, declared: Collection[Address]) -> Iterator[Reference]:
    """Yield whom a spec names; what is declared decides where more than one kind may be named."""
    for path, marker, text in sites(SPECS[kind], data, IdOf):
        if isinstance(text, str) and not (kind is Kind.TEAM and text == SELF):
            yield Reference(path, marker.kinds, text, _address(text, marker.kinds, declared))


def _address(text: str, kinds: tuple[Kind, ...], declared: Collection[Address]) -> Address | None:
    if any(text.startswith(_ID_PREFIXES[each]) for each in kinds if each in _ID_PREFIXES):
        return None
    if full := Address.parse(text):
        return full
    possible = [Address(each, text) for each in kinds]
    return next((each for each in possible if each in declared), possible[0])
