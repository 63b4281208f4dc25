"""Documents → what should exist: each kind in the API's own objects, with names still standing for ids."""

from agentops.reconcile.lowering.setting import owner_of
from agentops.reconcile.lowering.tree import lower

__all__ = ["lower", "owner_of"]
