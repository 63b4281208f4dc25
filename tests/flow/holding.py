"""A lease that somebody holds who takes his time."""

import json
from datetime import UTC, datetime
from typing import Any

from agentops.reconcile.lease import STORE, path_of

from .server import Server

LINK = "https://ci.example.com/acme/agents/runs/7"


def leases(server: Server, owner: str = "shop") -> list[dict[str, Any]]:
    """Return what lies in the owner's store of leases, which there is one of at most."""
    stores = _stores(server, owner)
    assert len(stores) <= 1
    return [each for store in stores for each in server.objects(f"memory_stores/{store}/memories")]


def hold(server: Server, ttl_s: int = 3600, holder: str = "ada@forge", owner: str = "shop") -> None:
    """Apply as somebody else does."""
    [store] = _stores(server, owner)
    told = {"holder": holder, "run": LINK, "since": datetime.now(UTC).isoformat(), "ttl_s": ttl_s, "nonce": "n"}
    server.create(f"memory_stores/{store}/memories", path=path_of(owner), content=json.dumps(told))


def _stores(server: Server, owner: str) -> list[str]:
    found = [each for each in server.objects("memory_stores") if each["name"] == STORE]
    return [each["id"] for each in found if each["metadata"].get("agentops_owner") == owner]
