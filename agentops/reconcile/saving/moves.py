"""What moved between a plan that was saved and the same plan made again: object by object, in a sentence each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from agentops.reconcile.saving.shape import SavedMemory, SavedStep

Key = tuple[str, str]
"""An address; and for what goes the id of the object, for several may go by one name."""

_STAYS_ALIVE: Final = {"retire", "forget"}
GOES: Final = {"archive", "delete", *_STAYS_ALIVE}
"""Actions on objects that no manifest declares any more."""


@dataclass(frozen=True, slots=True)
class Now:
    """How things are now, as far as a saved plan asks."""

    steps: tuple[SavedStep, ...]
    manifests: Mapping[str, str]
    """Digests of what is declared, by address."""

    lives: Mapping[str, str]
    """The object of each identity of ours, by its id."""

    gone: Mapping[str, str]
    """What became of objects that are on the target no more, in a word, by their ids."""


@dataclass(frozen=True, slots=True)
class Move:
    """One object that is not as it was approved."""

    address: str
    what: str

    @property
    def sentence(self) -> str:
        """Return it as people read it."""
        return f"{self.address} {self.what}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A saved plan beside the same plan made again."""

    same: frozenset[Key]
    """Steps that are exactly what was approved."""

    done: tuple[str, ...]
    """What was approved and is in place already: a run that did not come to its end began with it."""

    moved: tuple[Move, ...]
    """Why it is not the same plan, object by object."""


def key(step: SavedStep) -> Key:
    """Return by what a step is known again."""
    return step.address, step.live_id if step.action in GOES else ""


def compared(saved: Sequence[SavedStep], now: Now) -> Comparison:
    """Return what of a saved plan still is the same, what is done, and what moved."""
    before, after = {key(each): each for each in saved}, {key(each): each for each in now.steps}
    differing = {each: list(_differences(before[each], after[each], now)) for each in before if each in after}
    missing = {each: _missing(before[each], now) for each in before if each not in after}
    more = [step for each, step in after.items() if each not in before]
    moved = [Move(each[0], "; ".join(what)) for each, what in differing.items() if what]
    moved += [Move(each[0], what) for each, what in missing.items() if what]
    moved += [Move(each.address, f"is to be {_deed(each)}, which was not planned") for each in more]
    return Comparison(
        same=frozenset(each for each, what in differing.items() if not what),
        done=tuple(each[0] for each, what in missing.items() if not what),
        moved=tuple(moved),
    )


def _missing(before: SavedStep, now: Now) -> str:
    """Return why there is nothing left to do about an object, or nothing when it is what was approved."""
    if before.action in GOES:
        stays = before.live_id in now.lives.values() and before.action not in _STAYS_ALIVE
        return "is not to go any more" if stays else ""
    if before.address not in now.manifests:
        return f"is declared no more ({before.source})"
    if now.manifests[before.address] != before.manifest:
        return f"needs nothing any more: the manifest changed ({before.source})"
    return "" if before.address in now.lives else f"cannot be planned any more ({before.source})"


def _differences(before: SavedStep, after: SavedStep, now: Now) -> Iterator[str]:
    if before.live_id != after.live_id:
        yield _another(before, after, now)
        return
    if (moved := _moved_live(before, after)) is not None:
        at = (
            f", at {after.updated_at[:19].replace('T', ' ')} UTC"
            if after.updated_at and after.updated_at != before.updated_at
            else ""
        )
        yield f"changed on the target: {moved}{at}"
    yield from _of_the_manifest(before, after)
    yield from (f"{each} changed on the target" for each in _memories(before, after, "before"))
    if before.action != after.action:
        yield f"is to be {_deed(after)} now, not {_deed(before)}"


def _another(before: SavedStep, after: SavedStep, now: Now) -> str:
    if not before.live_id:
        return f"is on the target now ({after.live_id})"
    fate = now.gone.get(before.live_id)
    if fate:
        return f"was {fate} ({before.live_id})"
    return f"is another object on the target now: {before.live_id} → {after.live_id or 'none'}"


def _moved_live(before: SavedStep, after: SavedStep) -> str | None:
    """Return what changed on the target, or None when nothing of ours did.

    What the target hides cannot be compared: then any write counts.
    """
    fields = _fields(
        sorted(each for each in {*before.live, *after.live} if before.live.get(each) != after.live.get(each))
    )
    if before.version is not None or after.version is not None:
        counted = f"version {before.version} → {after.version}"
        return None if before.version == after.version else f"{counted}{f' ({fields})' if fields else ''}"
    is_hidden = {*before.wanted} - {*before.live} and before.updated_at != after.updated_at
    return fields or ("what it does not show" if is_hidden and before.live_id else None)


def _of_the_manifest(before: SavedStep, after: SavedStep) -> Iterator[str]:
    different = [each for each in {*before.wanted, *after.wanted} if before.wanted.get(each) != after.wanted.get(each)]
    fields = _fields(sorted(different))
    if before.manifest != after.manifest:
        place = ": ".join(each for each in (after.source, fields) if each)
        yield f"has another manifest ({place})"
    elif different:
        yield f"pins other versions now ({fields})"


def _memories(before: SavedStep, after: SavedStep, side: str) -> Iterator[str]:
    nothing = SavedMemory(after="")
    for path in sorted({*before.memories, *after.memories}):
        one, other = before.memories.get(path, nothing), after.memories.get(path, nothing)
        if getattr(one, side) != getattr(other, side):
            yield f"memory {path}"


def _fields(names: Sequence[str]) -> str:
    return ", ".join(names)


_DEEDS: Final = {
    "create": "created",
    "update": "updated",
    "repin": "pinned anew",
    "restamp": "marked anew",
    "adopt": "taken over",
    "move": "renamed",
    "replace": "replaced",
    "archive": "archived",
    "delete": "deleted",
    "retire": "retired",
    "restore": "restored",
    "forget": "let go of",
}


def _deed(step: SavedStep) -> str:
    return _DEEDS.get(step.action, step.action)
