"""Verbs by which claims take the place of notes, which go to the archive: merge, supersede, split, promote."""

from collections.abc import Sequence
from dataclasses import replace

from agentops.memory import counting, fitness, layout
from agentops.memory.drafting import Draft, Place
from agentops.memory.evidence import worst
from agentops.memory.fitness import Unfit
from agentops.memory.notes import NoteKind, Record, Status, Trust
from agentops.memory.operations import Operation
from agentops.memory.promotion import status_for
from agentops.memory.verbs.keeping import carry
from agentops.memory.verbs.leaving import file_away, leave
from agentops.memory.verbs.minting import is_grounded, minted, part

_TRUSTS = tuple(Trust)


def merge(draft: Draft, operation: Operation) -> None:
    """Make one note of several; it lists them as its parents and has the evidence of all."""
    places = _places(draft, operation)
    parents = [place.record for place in places]
    fresh = minted(draft, operation, operation.texts[0], parents[0])
    every = [fresh, *parents]
    record = replace(
        fresh,
        evidence=counting.joined(*(one.evidence for one in every)),
        against=counting.joined(*(one.against for one in every)),
        support=counting.together(every),
        origin=worst(one.origin for one in every),
        trust=max((one.trust for one in parents), key=_TRUSTS.index),
        first_seen=min((one.first_seen for one in parents if one.first_seen), default=draft.today),
        valid_from=min((one.valid_from for one in parents if one.valid_from), default=draft.today),
        parents=tuple(one.anchor for one in parents),
        pinned=any(one.pinned for one in parents),
        reworded=0 if is_grounded(operation) else 1 + max(one.reworded for one in parents),
    )
    record = replace(record, status=_joint(record, parents))
    _succeed(draft, operation, places, [(operation.texts[0], record)])


def supersede(draft: Draft, operation: Operation) -> None:
    """Let a newer value take a note's place; the old one goes to the archive with the day on which it ended."""
    places = _places(draft, operation)
    names = tuple(place.record.anchor for place in places)
    record = replace(minted(draft, operation, operation.texts[0], places[0].record), parents=names)
    _succeed(draft, operation, places, [(operation.texts[0], record)])


def split(draft: Draft, operation: Operation) -> None:
    """Make several notes of one."""
    places = _places(draft, operation)
    if len(places) != 1:
        raise Unfit(f"split is about 1 note, here are {len(places)}")
    whole = places[0].record
    _succeed(draft, operation, places, [(text, part(draft, operation, whole, text)) for text in operation.texts])


def promote(draft: Draft, operation: Operation) -> None:
    """Make notes a playbook: their own lines move there, or steps take their place."""
    path = operation.path
    if layout.kind_at(path) is not NoteKind.PLAYBOOK:
        raise Unfit(f"a playbook belongs below {layout.folder_of(NoteKind.PLAYBOOK)}: name a path there")
    places = _places(draft, operation)
    if not operation.texts:
        for place in places:
            carry(draft, place, path, NoteKind.PLAYBOOK)
        return
    names = tuple(place.record.anchor for place in places)
    steps = [(text, part(draft, operation, places[0].record, text)) for text in operation.texts]
    _succeed(draft, operation, places, [(text, replace(record, parents=names)) for text, record in steps])


def _places(draft: Draft, operation: Operation) -> list[Place]:
    """Return where the notes stand, each with an anchor that lasts."""
    return [draft.named(place) for place in fitness.targets(draft, operation)]


def _succeed(draft: Draft, operation: Operation, places: Sequence[Place], claims: list[tuple[str, Record]]) -> None:
    """Write claims: the first in the line of the first note, when it stays in that file, the others behind the last."""
    text, first = claims[0]
    path = operation.path or _path(operation, places[0].path)
    left = list(claims)
    for place in places:
        old = replace(place.record, status=Status.SUPERSEDED, replaced_by=first.anchor)
        if place is places[0] and place.path == path:
            draft.say_anew(place, text, first)
            file_away(draft, place.text, old)
            left = left[1:]
        else:
            leave(draft, place, old)
    for text, record in left:
        draft.append(path, text, record)
        draft.keep(record)


def _path(operation: Operation, path: str) -> str:
    """Return where a claim goes that nobody gave a place: where the note stood, unless it is of another kind."""
    if operation.kind is None or layout.kind_at(path) in {None, operation.kind}:
        return path
    return layout.path_for(operation.kind, operation.about)


def _joint(record: Record, parents: Sequence[Record]) -> Status:
    """Return the status of notes that became one: what one of them had earned is not lost."""
    if any(one.status is Status.ACTIVE for one in parents):
        return Status.ACTIVE
    return status_for(record)
