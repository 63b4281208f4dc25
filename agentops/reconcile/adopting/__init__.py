"""Live values written back into the manifests that declared them: drift, taken over instead of undone."""

from agentops.reconcile.adopting.adoption import Adoption, Left, Only, adoption
from agentops.reconcile.adopting.values import Surroundings

__all__ = ["Adoption", "Left", "Only", "Surroundings", "adoption"]
