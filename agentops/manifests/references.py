"""Who names whom: what is mentioned, resolved in the tree."""

from collections.abc import Collection, Iterable

from agentops.base.names import Address, Kind
from agentops.manifests.document import Document, Reference
from agentops.manifests.draft import Mention

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


def resolved(mentions: Iterable[Mention], declared: Collection[Address]) -> tuple[Reference, ...]:
    """Return whom the mentions name; what is declared decides where more than one kind may be named."""
    return tuple(
        Reference(each.path, each.kinds, each.text, _address(each.text, each.kinds, declared)) for each in mentions
    )


def _address(text: str, kinds: tuple[Kind, ...], declared: Collection[Address]) -> Address | None:
    if any(text.startswith(_ID_PREFIXES[each]) for each in kinds if each in _ID_PREFIXES):
        return None
    if full := Address.parse(text):
        return full
    possible = [Address(each, text) for each in kinds]
    return next((each for each in possible if each in declared), possible[0])
