"""What is kept in step: a store of the manifests, and a branch of the repository."""

from dataclasses import dataclass, field

from agentops.memory_repo.syncing.policy import PathPolicies

MAIN = "main"


@dataclass(frozen=True, slots=True)
class Subject:
    """One store."""

    store: str
    """Its name in the manifests, which is its folder in the repository."""

    policies: PathPolicies = field(default_factory=PathPolicies)
    branch: str = MAIN
    """Where people merge to."""
