"""Verbs that write a note, or change one that stays: add, reinforce, reword, dispute, move, pin, unpin, noop."""

from dataclasses import replace

from agentops.memory import anchors, counting, fitness, layout
from agentops.memory.drafting import Draft, Place
from agentops.memory.fitness import Unfit
from agentops.memory.notes import NoteKind, Record, Status
from agentops.memory.operations import Operation
from agentops.memory.promotion import PERSON, status_for
from agentops.memory.verbs.minting import is_born, is_grounded, minted, reviewed

REWORDED_MOST = 2
"""How often a text may be changed before it must be written from raw evidence again. Source: dreaming note, 2.4."""

_UNSURE = (Status.PROBATION, Status.QUARANTINED)


def add(draft: Draft, operation: Operation) -> None:
    """Write a new note."""
    _write(draft, operation, minted(draft, operation, operation.texts[0]))


def reinforce(draft: Draft, operation: Operation) -> None:
    """Count more evidence; the text stays. What is borne well enough now is no longer unconfirmed."""
    for place in fitness.targets(draft, operation):
        record = counting.reinforced(place.record, operation, draft.today)
        record = counting.contradicted(record, operation.against)
        if record.status in _UNSURE:
            record = replace(record, status=status_for(record))
        if record != place.record:
            _hold(draft, place, reviewed(record, place.text))


def reword(draft: Draft, operation: Operation) -> None:
    """Say the same in other words, and count that it happened unless it was written from new evidence."""
    text = operation.texts[0]
    for found in fitness.targets(draft, operation):
        if found.text == text:
            raise Unfit(f"the note ^{found.record.anchor} says so already")
        place = draft.named(found)
        reworded = _reworded(place.record, operation)
        if reworded > REWORDED_MOST:
            raise Unfit(
                f"the note ^{place.record.anchor} was reworded {REWORDED_MOST} times since it was written from its"
                " evidence: supersede it by a claim from there"
            )
        record = counting.reinforced(place.record, operation, draft.today)
        draft.say(place, text, replace(record, reworded=reworded))


def dispute(draft: Draft, operation: Operation) -> None:
    """Flag notes that cannot all hold; another claim, if there is one, stands beside them, flagged as well."""
    for found in fitness.targets(draft, operation):
        record = counting.contradicted(found.record, operation.against or operation.evidence)
        flagged = replace(record, status=Status.DISPUTED)
        if flagged != found.record:
            place = draft.named(found)
            draft.say(place, place.text, replace(flagged, anchor=place.record.anchor, parents=place.record.parents))
    if operation.texts and not is_born(draft, operation):
        record = minted(draft, operation, operation.texts[0])
        _write(draft, operation, replace(record, status=Status.DISPUTED))


def move(draft: Draft, operation: Operation) -> None:
    """Let notes stand in another file; they keep their anchors."""
    if not operation.path:
        raise Unfit("move needs a path")
    for place in fitness.targets(draft, operation):
        carry(draft, draft.named(place), operation.path, layout.kind_at(operation.path))


def carry(draft: Draft, place: Place, path: str, kind: NoteKind | None) -> None:
    """Take a note to another file, where it may be of another kind.

    Raises:
        Unfit: it stands there.
    """
    if layout.is_part(place.path, path):
        raise Unfit(f"the note ^{place.record.anchor} stands there already")
    record = reviewed(replace(place.record, kind=kind or place.record.kind), place.text)
    draft.take_out(place)
    draft.append(path, place.text, record)
    draft.keep(record)


def pin(draft: Draft, operation: Operation) -> None:
    """Let a person answer for notes: they do not fade, and nobody doubts them."""
    for place in fitness.targets(draft, operation):
        _hold(draft, place, replace(place.record, pinned=True, status=Status.ACTIVE))


def unpin(draft: Draft, operation: Operation) -> None:
    """Let notes fade again."""
    for place in fitness.targets(draft, operation):
        _hold(draft, place, replace(place.record, pinned=False))


def noop(draft: Draft, operation: Operation) -> None:
    """Change nothing: it was considered, and the reason says why."""


def _write(draft: Draft, operation: Operation, record: Record) -> None:
    if not operation.path and operation.kind is None:
        raise Unfit("nobody says where it goes: it needs a kind or a path")
    path = operation.path or layout.path_for(record.kind, operation.about)
    draft.append(path, operation.texts[0], record)
    draft.keep(record)


def _hold(draft: Draft, place: Place, record: Record) -> None:
    """Keep a record; its line changes only when what it shows of the status does."""
    if record == place.record:
        return
    if record.status is place.record.status or anchors.is_implied(record.anchor):
        draft.keep(record)
    else:
        draft.say(place, place.text, record)


def _reworded(record: Record, operation: Operation) -> int:
    """Return how often the text was changed; what new evidence, or a person, says is not a change of a change."""
    is_new = bool(set(operation.evidence) - set(record.evidence)) or operation.author.engine == PERSON
    return 0 if is_new and is_grounded(operation) else record.reworded + 1
