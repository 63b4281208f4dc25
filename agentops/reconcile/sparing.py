"""What is protected, and what it could not do without."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from agentops.reconcile.observed import Live


def protected(lives: Sequence[Live]) -> frozenset[str]:
    """Return the ids of what is protected, of what that names, and so on: no deployment runs without its agent."""
    by_id = {each.id: each for each in lives}
    found: set[str] = set()
    waiting = [each.id for each in lives if each.marks and each.marks.protect]
    while waiting:
        if (here := waiting.pop()) not in found:
            found.add(here)
            waiting += by_id.keys() & {*_texts(by_id[here].body.values())}
    return frozenset(found)


def _texts(values: Iterable[Any]) -> Iterator[str]:
    """Yield every text in values that is not a key: an id is one."""
    for each in values:
        if isinstance(each, str):
            yield each
        elif isinstance(each, Mapping):
            yield from _texts(each.values())
        elif isinstance(each, list):
            yield from _texts(each)
