"""The value nearest to the one in a manifest that means what is live: what somebody spelled out stays spelled out."""

from collections.abc import Callable, Collection, Iterator
from typing import Any

from agentops.base.absent import ABSENT
from agentops.base.paths import Path
from agentops.manifests.editing.alike import is_same, origins

Cost = Callable[[Any], int]
"""Returns in how many places a value still is not what is live."""

_FAR = 1 << 30


def nearest(old: Any, new: Any, cost: Cost) -> Any:
    """Return a value that costs nothing and differs from the old one in as little as may be; else the new one.

    Keys that only the old one has are defaults that a person spelled out, until they turn out to say something else;
    keys that only the new one has were filled in by the server, until they turn out to be needed.
    """
    if new is ABSENT:
        # An empty list says that there is nothing; an empty object would say half of something.
        return [] if isinstance(old, list) and _costs([], cost) == 0 else ABSENT
    if old is ABSENT or old is None:
        return new
    flips: set[Path] = set()
    best = _costs(_merged(old, new, flips), cost)
    for path in _choices(old, new):
        if best == 0:
            break
        found = _costs(_merged(old, new, flips | {path}), cost)
        if found < best:
            best, flips = found, flips | {path}
    return _merged(old, new, flips) if best == 0 else new


def in_order_of(old: Any, new: Any) -> Any:
    """Return the new list with the items that were in the old one first, in their order there."""
    if not isinstance(old, list) or not isinstance(new, list):
        return new
    places = origins(old, new)
    kept = sorted((at, each) for each, at in enumerate(places) if at is not None)
    return [*(new[each] for _, each in kept), *(new[each] for each, at in enumerate(places) if at is None)]


def _costs(value: Any, cost: Cost) -> int:
    try:
        return cost(value)
    except (KeyError, TypeError, ValueError, AttributeError):  # half of an object: what is missing is needed
        return _FAR


def _merged(old: Any, new: Any, flips: Collection[Path], path: Path = ()) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        kept = {key: each for key, each in old.items() if key in new or (*path, key) not in flips}
        merged = {
            key: _merged(each, new[key], flips, (*path, key)) if key in new else each for key, each in kept.items()
        }
        return merged | {key: each for key, each in new.items() if key not in old and (*path, key) in flips}
    if isinstance(old, list) and isinstance(new, list):
        ordered = in_order_of(old, new)
        return [
            each if at is None else _merged(old[at], each, flips, (*path, at))
            for at, each in zip(origins(old, ordered), ordered, strict=True)
        ]
    return old if is_same(old, new) else new


def _choices(old: Any, new: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the keys that only one side has, outer ones first."""
    if isinstance(old, dict) and isinstance(new, dict):
        yield from ((*path, key) for key in [*old, *new] if (key in old) != (key in new))
        for key in old:
            if key in new:
                yield from _choices(old[key], new[key], (*path, key))
    if isinstance(old, list) and isinstance(new, list):
        ordered = in_order_of(old, new)
        for at, each in zip(origins(old, ordered), ordered, strict=True):
            if at is not None:
                yield from _choices(old[at], each, (*path, at))
