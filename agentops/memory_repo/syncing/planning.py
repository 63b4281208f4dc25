"""What becomes of each memory that the repository and the live store do not agree on: values in, values out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from agentops.memory_repo.syncing.policy import Mode, PathPolicies

Merge = Callable[[str, str, str], tuple[str, bool]]
"""The repository's text, the base and the live one → the merged text, and whether it has no conflict markers."""


class Finding(StrEnum):
    """What was found about a path."""

    MAIN_AHEAD = "main ahead"
    LIVE_AHEAD = "live ahead"
    MERGED = "merged"
    CONFLICT = "conflict"
    TURNED_BACK = "turned back"
    """The repository is right, and something else was written live."""

    KEPT = "kept"
    """The agents are right, and something else was written in the repository."""


@dataclass(frozen=True, slots=True)
class Three:
    """One memory on three sides; None: it is not there."""

    path: str
    base: str | None
    """What both had when they last agreed."""

    main: str | None
    live: str | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What shall be, on both sides."""

    path: str
    finding: Finding
    live: str | None
    """What the live store shall hold now."""

    main: str | None
    """What is proposed for the repository; with conflict markers in a conflict."""


def decisions(differing: Iterable[Three], policies: PathPolicies, merge: Merge) -> tuple[Decision, ...]:
    """Return what becomes of each path on which main and live differ."""
    every = sorted(differing, key=lambda each: each.path)
    return tuple(_decided(each, policies.mode(each.path), merge) for each in every if each.main != each.live)


def _decided(three: Three, mode: Mode, merge: Merge) -> Decision:
    path, base, main, live = three.path, three.base, three.main, three.live
    match mode:
        case Mode.GIT:
            return Decision(path, Finding.MAIN_AHEAD if base == live else Finding.TURNED_BACK, main, main)
        case Mode.LIVE:
            return Decision(path, Finding.LIVE_AHEAD if base == main else Finding.KEPT, live, live)
        case Mode.BOTH if base == live:
            return Decision(path, Finding.MAIN_AHEAD, main, main)
        case Mode.BOTH if base == main:
            return Decision(path, Finding.LIVE_AHEAD, live, live)
        case Mode.BOTH:
            return _both_changed(path, base, main, live, merge)


def _both_changed(path: str, base: str | None, main: str | None, live: str | None, merge: Merge) -> Decision:
    """Return what becomes of a path that both sides changed. A text is worth more than its removal.

    Who removed it can do so again; what was written into it meanwhile would be gone.
    """
    if live is None:
        return Decision(path, Finding.MAIN_AHEAD, main, main)
    if main is None:
        return Decision(path, Finding.LIVE_AHEAD, live, live)
    text, is_clean = merge(main, base or "", live)
    if is_clean:
        return Decision(path, Finding.MERGED, text, text)
    return Decision(path, Finding.CONFLICT, live, text)
