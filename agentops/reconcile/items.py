"""Two people who changed different items of one list are in no conflict: which item of a field whose hand was on.

It takes the text that our last write left. A server keeps it where it keeps versions; elsewhere the marks hold one
hash a field, and a field is one thing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from agentops.reconcile import normal
from agentops.reconcile.normal import Path
from agentops.reconcile.verdicts import Judged, Verdict

_BY_NAME = frozenset({"tools", "mcp_servers", "skills", "metadata", "resources"})
"""Fields whose normal form has one entry for each item, by what people know it by."""

_ROSTERS = ("agents", "predefined_agents")


def item_of(field: str, path: Path) -> Path:
    """Return the item that a place in a field belongs to; nothing where the field is one thing.

    A tool's own setting is an item of its toolset; the default of the toolset is all of them.
    """
    if field == "tools" and path[1:2] == ("configs",):
        return path[:3]
    if field in _BY_NAME:
        return path[:1]
    if field == "multiagent":
        last = next((at for at, step in enumerate(path) if step in _ROSTERS), None)
        return path[:1] if last is None else path[: last + 2]
    return ()


def divided(judged: Judged) -> Judged:
    """Return a conflict with a verdict for each item that is different, where the text of our last write is known.

    What only they changed has drifted, what only we changed is an update; it stays a conflict while one item is.
    """
    if judged.verdict is not Verdict.CONFLICT or judged.base is None or not _has_items(judged):
        return judged
    theirs = _touched(judged, normal.differences(judged.base, judged.live))
    ours = _touched(judged, normal.differences(judged.base, judged.wanted))
    items = {
        item: _verdict(item, ours=ours, theirs=theirs)
        for item in _touched(judged, normal.differences(judged.live, judged.wanted))
    }
    return replace(judged, verdict=summed(items), items=items)


def summed(items: Mapping[Path, Verdict]) -> Verdict:
    """Return the verdict on a field whose items have verdicts of their own."""
    found = set(items.values())
    if Verdict.CONFLICT in found:
        return Verdict.CONFLICT
    return Verdict.DRIFT if found == {Verdict.DRIFT} else Verdict.UPDATE


def _has_items(judged: Judged) -> bool:
    values = (judged.base, judged.live, judged.wanted)
    return all(isinstance(each, dict) for each in values) and bool(item_of(judged.name, ("", "", "")))


def _touched(judged: Judged, differences: Iterable[tuple[Path, Any, Any]]) -> set[Path]:
    return {item_of(judged.name, path) for path, _, _ in differences}


def _verdict(item: Path, *, ours: set[Path], theirs: set[Path]) -> Verdict:
    is_ours, is_theirs = (any(_overlap(item, each) for each in side) for side in (ours, theirs))
    if is_ours and is_theirs:
        return Verdict.CONFLICT
    return Verdict.DRIFT if is_theirs else Verdict.UPDATE


def _overlap(one: Path, other: Path) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]
