"""Names that things had before, and what is let go: what a Project says beside its manifests."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from agentops.base.diagnostics import Span
from agentops.base.names import Address


@dataclass(frozen=True, slots=True)
class Identities:
    """What became of identities; the loader has refused circles and contradictions."""

    before: Mapping[Address, Address] = field(default_factory=dict)
    """The name that each thing had, by the one that it has."""

    let_go: tuple[Address, ...] = ()
    """What is not managed any more and lives on."""

    spans: Mapping[Address, Span] = field(default_factory=dict)
    """Where each entry is written, by the name that is no more."""

    def formers(self, address: Address) -> Iterator[Address]:
        """Yield the names that a thing had, the newest first."""
        while found := self.before.get(address):
            yield found
            address = found
