"""How long each removal has been wanted: a file that vanished by mistake is usually back before anybody acts on it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

_REMOVALS: Final = frozenset({"retire", "archive", "delete"})


def unwanted(plan: Mapping[str, Any]) -> frozenset[str]:
    """Return the addresses of what a plan removes, or would with `--prune`; what is protected or retired stays."""
    removed = (each["address"] for each in plan["steps"] if each["action"] in _REMOVALS)
    undeclared = (each for each in plan["undeclared"] if not (each["is_protected"] or each.get("is_waiting")))
    return frozenset((*removed, *(each["address"] for each in undeclared)))


def watched(wanted: Mapping[str, datetime], plan: Mapping[str, Any], now: datetime) -> dict[str, datetime]:
    """Return since when each removal is wanted without a break: what is back is forgotten."""
    return {address: min(wanted.get(address, now), now) for address in sorted(unwanted(plan))}


def ripe(wanted: Mapping[str, datetime], plan: Mapping[str, Any], now: datetime, grace_s: float) -> frozenset[str]:
    """Return the addresses whose removal has been wanted long enough.

    Units: `wanted` says since when, as `watched` returned it last.
    """
    since = watched(wanted, plan, now)
    return frozenset(each for each, at in since.items() if now - at >= timedelta(seconds=grace_s))
