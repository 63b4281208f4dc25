"""Which item of a list became which: by what people know it by, not by its place."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from agentops.base.canonical import canonical_json

_KEYS = ("type", "name", "mcp_server_name", "skill_id", "agent", "id", "path", "url", "file_id", "memory_store_id")
"""What tells items of one list from each other, where they have it."""


def is_same(one: Any, other: Any) -> bool:
    """Tell whether two values are one in JSON, where `true` is not 1."""
    return one is other or bool(canonical_json(one) == canonical_json(other))


def origins(old: Sequence[Any], new: Sequence[Any]) -> list[int | None]:
    """Return for each new item the place of the old one that it was, or None where it is one more."""
    found: list[int | None] = [None] * len(new)
    before, after = ([str(canonical_json(each)) for each in side] for side in (old, new))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for first, place, count in matcher.get_matching_blocks():
        found[place : place + count] = range(first, first + count)
    free = [at for at in range(len(old)) if at not in found]
    for judge in (is_same, _has_same_key):
        for place, item in enumerate(new):
            if found[place] is None and (origin := next((at for at in free if judge(old[at], item)), None)) is not None:
                found[place] = origin
                free.remove(origin)
    for place, item in enumerate(new):
        if found[place] is None and place in free and not (_is_known(item) and _is_known(old[place])):
            found[place] = place
            free.remove(place)
    return found


def is_in_order(places: Sequence[int | None]) -> bool:
    """Tell whether the old items still follow each other as they did."""
    kept = [each for each in places if each is not None]
    return kept == sorted(kept)


def _has_same_key(one: Any, other: Any) -> bool:
    return _is_known(one) and _is_known(other) and _key(one) == _key(other)


def _is_known(item: Any) -> bool:
    return isinstance(item, Mapping) and bool(_key(item))


def _key(item: Mapping[str, Any]) -> dict[str, Any]:
    return {key: item[key] for key in _KEYS if isinstance(item.get(key), (str, int))}
