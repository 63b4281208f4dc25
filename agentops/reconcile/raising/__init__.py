"""Live objects → what a manifest would say of them: the inverse of `lowering`, with names for ids and versions."""

from agentops.reconcile.raising.spec import raised, raised_field

__all__ = ["raised", "raised_field"]
