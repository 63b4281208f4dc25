"""How strict the gates are: what the memory repository says, and a schedule above it."""

from collections.abc import Mapping

from agentops.base.errors import InvalidManifests
from agentops.manifests.marks import Text
from agentops.manifests.memory_policy import FILE, policies_of
from agentops.memory.gates.port import Policy
from agentops.memory_repo.git import Repository


def policy_of(repository: Repository, branch: str, store: str, asked: Mapping[str, str] | None = None) -> Policy:
    """Return how strict the gates are for a store.

    Raises:
        InvalidManifests: the policy has errors; without it the gates would be as strict as built, in silence.
    """
    head = repository.head(branch)
    text = repository.text(head, FILE) if head else None
    found = policies_of(Text(FILE, text or ""))
    if found.report.has_errors:
        raise InvalidManifests(found.report, found.source_line)
    return found.of(store, asked)
