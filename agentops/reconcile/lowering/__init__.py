"""Documents → what should exist: each kind in the API's own objects, with names still standing for ids."""

from agentops.reconcile.lowering.identities import identities
from agentops.reconcile.lowering.setting import owner_of
from agentops.reconcile.lowering.tree import lower

__all__ = ["identities", "lower", "owner_of"]
