"""What an operation must be before it is applied. What is not fit is told in a sentence, never raised to a caller."""

from agentops.memory import layout
from agentops.memory.drafting import Draft, Place
from agentops.memory.files import can_stand
from agentops.memory.forgetting import is_forgotten
from agentops.memory.notes import Ledger, NoteKind
from agentops.memory.operations import Operation, Verb
from agentops.memory.promotion import PERSON
from agentops.memory.rejecting import is_among

_TEXTS = {
    Verb.ADD: (1, 1),
    Verb.REWORD: (1, 1),
    Verb.MERGE: (1, 1),
    Verb.SUPERSEDE: (1, 1),
    Verb.DISPUTE: (0, 1),
    Verb.SPLIT: (2, 20),
    Verb.REDACT: (0, 1),
    Verb.PROMOTE: (0, 20),
}
"""How many claims a verb writes; what is not here writes none."""

_TARGETS = {Verb.ADD: (0, 0), Verb.MERGE: (2, 100)}
"""How many notes a verb is about; one at least where nothing else is said."""

_SOME = (1, 100)
_ARCHIVED_TOO = frozenset({Verb.REDACT, Verb.FORGET})
_PINNED_TOO = frozenset({Verb.REINFORCE, Verb.DISPUTE, Verb.PIN, Verb.UNPIN, Verb.REDACT, Verb.FORGET})
"""What may happen to a note for which a person answers, without that person."""
_ONCE = frozenset(
    {
        Verb.REWORD,
        Verb.MERGE,
        Verb.SUPERSEDE,
        Verb.SPLIT,
        Verb.PROMOTE,
        Verb.RETIRE,
        Verb.MOVE,
        Verb.REDACT,
        Verb.FORGET,
    }
)
"""What changes the words of a note, or where they stand: once in one go, or the order would show."""


class Unfit(Exception):
    """An operation cannot be applied: why, as a sentence."""


def check(draft: Draft, operation: Operation) -> None:
    """Check what can be told before anything is changed.

    Raises:
        Unfit: it cannot be applied.
    """
    if operation.verb is Verb.NOOP:
        return
    _check_counts(operation)
    _check_author(operation, draft.memory.ledger)
    for text in operation.texts:
        _check_text(draft, text)
    if operation.path:
        _check_path(operation.path, operation.kind)


def _check_counts(operation: Operation) -> None:
    verb = operation.verb
    least, most = _TARGETS.get(verb, _SOME)
    if not least <= len(set(operation.targets)) <= most:
        raise Unfit(f"{verb} is about {_counted(least, most)} notes, here are {len(set(operation.targets))}")
    least, most = _TEXTS.get(verb, (0, 0))
    if not least <= len(operation.texts) <= most:
        raise Unfit(f"{verb} writes {_counted(least, most)} claims, here are {len(operation.texts)}")


def _check_author(operation: Operation, ledger: Ledger) -> None:
    if operation.author.engine == PERSON:
        return
    if is_among(operation, ledger.rejected):
        raise Unfit("a person turned it down before: it is not proposed again")
    if operation.verb in {Verb.PIN, Verb.UNPIN}:
        raise Unfit("only people pin and unpin notes")


def _check_text(draft: Draft, text: str) -> None:
    if len(text) > layout.CLAIM_CHARACTERS:
        raise Unfit(f"the claim has {len(text)} characters, at most {layout.CLAIM_CHARACTERS} fit: split it")
    if not can_stand(text):
        raise Unfit("the claim is not one plain line: no line breaks, no anchor, nothing at its ends")
    if is_forgotten(draft.tombstones, text):
        raise Unfit("it was forgotten for good: a tombstone keeps it from being learnt again")


def _check_path(path: str, kind: NoteKind | None) -> None:
    if trouble := layout.path_trouble(path):
        raise Unfit(f"the path {path[:100]!r} {trouble}")
    there = layout.kind_at(path)
    if kind is not None and there is not None and there is not kind:
        raise Unfit(f"a {kind} belongs below {layout.folder_of(kind)}, not at {path}")


def targets(draft: Draft, operation: Operation) -> list[Place]:
    """Return where the notes stand that it is about, in the order of their names.

    Raises:
        Unfit: one is gone, or in the archive.
    """
    return [_target(draft, operation, anchor) for anchor in sorted(set(operation.targets))]


def _target(draft: Draft, operation: Operation, anchor: str) -> Place:
    if operation.verb in _ONCE and draft.is_spent(anchor):
        raise Unfit(f"another operation changes the note ^{anchor} already: one of them has to do")
    place = draft.find(anchor)
    if place is None:
        raise Unfit(f"the note ^{anchor} is not there any more")
    if place.is_archived and operation.verb not in _ARCHIVED_TOO:
        raise Unfit(f"the note ^{anchor} is in the archive: it was superseded or retired")
    if place.record.pinned and operation.verb not in _PINNED_TOO and operation.author.engine != PERSON:
        raise Unfit(f"the note ^{anchor} is pinned: only people change it")
    return place


def spent(operation: Operation) -> tuple[str, ...]:
    """Return the notes of which an operation that was done changed the words, or where they stand."""
    return operation.targets if operation.verb in _ONCE else ()


def _counted(least: int, most: int) -> str:
    return str(least) if least == most else f"{least} to {most}"
