"""What each verb does to a draft: the text it writes, the record it keeps, and where the old text goes."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from agentops.base.canonical import digest
from agentops.memory import anchors, counting, decay, fitness, layout
from agentops.memory.drafting import Draft, Place
from agentops.memory.evidence import worst
from agentops.memory.fitness import Unfit
from agentops.memory.forgetting import tombstone
from agentops.memory.notes import NO_SUPPORT, NoteKind, Record, Status
from agentops.memory.operations import Finding, Operation, Verb
from agentops.memory.promotion import PERSON, status_for

REWORDED_MOST = 2
"""How often a text may be changed before it must be written from raw evidence again. Source: dreaming note 2.4."""

_REDACTED = "(redacted)"
_UNSURE = (Status.PROBATION, Status.QUARANTINED)


def add(draft: Draft, operation: Operation) -> None:
    """Write a new note."""
    _check_new(draft, operation)
    record = _record(draft, operation, operation.texts[0])
    draft.append(_path(operation), operation.texts[0], record)
    draft.keep(record)


def reinforce(draft: Draft, operation: Operation) -> None:
    """Count more evidence; the text stays. What is borne well enough now is no longer unconfirmed."""
    for place in fitness.targets(draft, operation):
        record = counting.reinforced(place.record, operation, draft.today)
        record = counting.contradicted(record, operation.against) if operation.against else record
        if record == place.record:
            continue
        if record.status in _UNSURE:
            record = replace(record, status=status_for(record))
        _hold(draft, place, _reviewed(record, place.text))


def reword(draft: Draft, operation: Operation) -> None:
    """Say the same in other words, and count that it happened unless it was written from new evidence."""
    text = operation.texts[0]
    for found in fitness.targets(draft, operation):
        if found.text == text:
            raise Unfit(f"the note ^{found.record.anchor} says so already")
        place = draft.named(found)
        record = counting.reinforced(place.record, operation, draft.today)
        reworded = _reworded(place.record, operation)
        if reworded > REWORDED_MOST:
            raise Unfit(
                f"the note ^{record.anchor} was reworded {REWORDED_MOST} times: write it from its evidence again"
            )
        draft.say(place, text, replace(record, reworded=reworded))


def merge(draft: Draft, operation: Operation) -> None:
    """Make one note of several; it lists them as its parents and has the evidence of all."""
    places = [draft.named(place) for place in fitness.targets(draft, operation)]
    parents = [place.record for place in places]
    fresh = _record(draft, replace(operation, evidence=counting.joined(operation.evidence)), operation.texts[0])
    evidence = counting.joined(fresh.evidence, *(one.evidence for one in parents))
    against = counting.joined(fresh.against, *(one.against for one in parents))
    reworded = 0 if _is_grounded(operation) else 1 + max(one.reworded for one in parents)
    record = replace(
        fresh,
        evidence=evidence,
        against=against,
        support=counting.together([fresh, *parents]),
        origin=worst(one.origin for one in [fresh, *parents]),
        first_seen=min((one.first_seen for one in parents if one.first_seen), default=draft.today),
        valid_from=min((one.valid_from for one in parents if one.valid_from), default=draft.today),
        parents=tuple(one.anchor for one in parents),
        pinned=any(one.pinned for one in parents),
        reworded=reworded,
    )
    _replace(draft, operation, places, [(operation.texts[0], replace(record, status=_joint(record, parents)))])


def supersede(draft: Draft, operation: Operation) -> None:
    """Let a newer value take a note's place; the old one goes to the archive with the day on which it ended."""
    places = [draft.named(place) for place in fitness.targets(draft, operation)]
    record = _record(draft, operation, operation.texts[0])
    record = replace(record, parents=tuple(place.record.anchor for place in places))
    _replace(draft, operation, places, [(operation.texts[0], record)])


def dispute(draft: Draft, operation: Operation) -> None:
    """Flag notes that cannot all hold; another claim, if there is one, stands beside them, flagged as well."""
    for found in fitness.targets(draft, operation):
        place = draft.named(found)
        record = counting.contradicted(place.record, operation.against or operation.evidence)
        if record.status is not Status.DISPUTED or record != place.record:
            draft.say(place, place.text, replace(record, status=Status.DISPUTED))
    for text in operation.texts:
        if _is_born(draft, operation):
            continue
        _check_new(draft, operation)
        record = replace(_record(draft, operation, text), status=Status.DISPUTED)
        draft.append(_path(operation), text, record)
        draft.keep(record)


def retire(draft: Draft, operation: Operation) -> None:
    """Take notes out; the archive keeps their words."""
    for found in fitness.targets(draft, operation):
        place = draft.named(found)
        _leave(draft, place, replace(place.record, status=Status.ARCHIVED))


def move(draft: Draft, operation: Operation) -> None:
    """Let notes stand in another file; they keep their anchors."""
    if not operation.path:
        raise Unfit("move needs a path")
    for place in fitness.targets(draft, operation):
        if place.path == operation.path:
            raise Unfit(f"the note ^{place.record.anchor} stands there already")
        _carry(draft, draft.named(place), operation.path, layout.kind_at(operation.path))


def split(draft: Draft, operation: Operation) -> None:
    """Make several notes of one."""
    places = [draft.named(place) for place in fitness.targets(draft, operation)]
    if len(places) != 1:
        raise Unfit(f"split is about 1 note, here are {len(places)}")
    parts = [(text, _part(draft, operation, places[0], text)) for text in operation.texts]
    _replace(draft, operation, places, parts)


def promote(draft: Draft, operation: Operation) -> None:
    """Make notes a playbook: their own lines move there, or steps take their place."""
    path = operation.path
    if layout.kind_at(path) is not NoteKind.PLAYBOOK:
        raise Unfit(f"a playbook belongs below {layout.folder_of(NoteKind.PLAYBOOK)}: name a path there")
    places = [draft.named(place) for place in fitness.targets(draft, operation)]
    if not operation.texts:
        for place in places:
            _carry(draft, place, path, NoteKind.PLAYBOOK)
        return
    told = replace(operation, kind=NoteKind.PLAYBOOK)
    parts = [(text, _part(draft, told, places[0], text)) for text in operation.texts]
    names = tuple(place.record.anchor for place in places)
    _replace(draft, told, places, [(text, replace(record, parents=names)) for text, record in parts])


def redact(draft: Draft, operation: Operation) -> None:
    """Write over what a note says, in the archive too; the old words are kept nowhere."""
    text = operation.texts[0] if operation.texts else _REDACTED
    for found in fitness.targets(draft, operation):
        if found.text == text:
            raise Unfit(f"the note ^{found.record.anchor} says so already")
        if found.is_archived:
            draft.rewrite(found, text)
        else:
            place = draft.named(found)
            draft.say(place, text, replace(place.record, about=""))


def forget(draft: Draft, operation: Operation) -> None:
    """Take a note out of files, archive and ledger; a tombstone keeps it from coming back.

    The record's stub says that the anchor is used and when it ended, and nothing of what it said.
    """
    for place in fitness.targets(draft, operation):
        salt = digest([draft.dream, operation.id, place.record.anchor])[:32]
        draft.bury(tombstone(place.text, salt, draft.today, operation.reason))
        draft.take_out(place)
        draft.forget(place.record)


def pin(draft: Draft, operation: Operation) -> None:
    """Let a person answer for notes: they do not decay, and are confirmed."""
    for place in fitness.targets(draft, operation):
        status = Status.ACTIVE if place.record.status in _UNSURE else place.record.status
        _hold(draft, place, replace(place.record, pinned=True, status=status))


def unpin(draft: Draft, operation: Operation) -> None:
    """Let notes decay again."""
    for place in fitness.targets(draft, operation):
        _hold(draft, place, replace(place.record, pinned=False))


def noop(draft: Draft, operation: Operation) -> None:
    """Change nothing: it was considered, and the reason says why."""


VERBS: dict[Verb, Callable[[Draft, Operation], None]] = {
    Verb.REINFORCE: reinforce,
    Verb.PIN: pin,
    Verb.UNPIN: unpin,
    Verb.REDACT: redact,
    Verb.FORGET: forget,
    Verb.REWORD: reword,
    Verb.MERGE: merge,
    Verb.SPLIT: split,
    Verb.SUPERSEDE: supersede,
    Verb.PROMOTE: promote,
    Verb.RETIRE: retire,
    Verb.MOVE: move,
    Verb.DISPUTE: dispute,
    Verb.ADD: add,
    Verb.NOOP: noop,
}
"""In the order in which they are applied, whatever the order in which they were proposed."""


def _check_new(draft: Draft, operation: Operation) -> None:
    if _is_born(draft, operation):
        raise Unfit("it is in the store already")
    if not operation.path and operation.kind is None:
        raise Unfit("nobody says where it goes: it needs a kind or a path")


def _is_born(draft: Draft, operation: Operation) -> bool:
    return any(record.born == operation.id for record in draft.records.values())


def _path(operation: Operation) -> str:
    return operation.path or layout.path_for(operation.kind or NoteKind.FACT, operation.about)


def _record(draft: Draft, operation: Operation, text: str) -> Record:
    path = _path(operation) if operation.path or operation.kind else ""
    kind = operation.kind or layout.kind_at(path) or NoteKind.FACT
    operation = replace(operation, kind=kind, support=counting.first(operation))
    record = Record(
        anchor=draft.new_anchor(operation.id, text),
        kind=kind,
        status=status_for(operation),
        trust=operation.trust,
        origin=operation.origin,
        evidence=counting.joined(operation.evidence),
        against=counting.joined(operation.against),
        support=operation.support,
        scope=operation.scope,
        first_seen=draft.today,
        last_seen=draft.today,
        valid_from=draft.today,
        about=operation.about,
        born=operation.id,
    )
    return _reviewed(record, text)


def _part(draft: Draft, operation: Operation, place: Place, text: str) -> Record:
    """Return the record of one of several claims that a note becomes: what bore the whole bears the parts."""
    whole = place.record
    told = replace(
        operation,
        kind=operation.kind or whole.kind,
        about=operation.about or whole.about,
        scope=operation.scope or whole.scope,
        evidence=operation.evidence or whole.evidence,
        support=operation.support if operation.support != NO_SUPPORT else whole.support,
        origin=worst((operation.origin, whole.origin)),
        trust=whole.trust,
    )
    record = replace(_record(draft, told, text), first_seen=whole.first_seen or draft.today, parents=(whole.anchor,))
    return replace(record, pinned=whole.pinned, reworded=0 if _is_grounded(operation) else whole.reworded + 1)


def _replace(draft: Draft, operation: Operation, places: Sequence[Place], parts: list[tuple[str, Record]]) -> None:
    """Write claims in the place of notes, which go to the archive."""
    path = _path_after(operation, places[0].path)
    first_text, first = parts[0]
    for place in places:
        old = replace(place.record, status=Status.SUPERSEDED, replaced_by=first.anchor)
        if place is places[0] and place.path == path:
            draft.say_anew(place, first_text, first)
            _file_away(draft, place.text, old)
            parts = parts[1:]
        else:
            _leave(draft, place, old)
    for text, record in parts:
        draft.append(path, text, record)
        draft.keep(record)


def _path_after(operation: Operation, path: str) -> str:
    """Return where a claim goes that takes a note's place: there, unless it is of another kind."""
    if operation.path:
        return operation.path
    return path if operation.kind in {None, layout.kind_at(path)} else _path(operation)


def _leave(draft: Draft, place: Place, record: Record) -> None:
    draft.take_out(place)
    _file_away(draft, place.text, record)


def _file_away(draft: Draft, text: str, record: Record) -> None:
    record = replace(record, valid_to=record.valid_to or draft.today, pinned=False)
    draft.archive(text, record)
    draft.keep(record)


def _carry(draft: Draft, place: Place, path: str, kind: NoteKind | None) -> None:
    fitness.check_path(path, None)
    record = _reviewed(replace(place.record, kind=kind or place.record.kind), place.text)
    draft.take_out(place)
    draft.append(path, place.text, record)
    draft.keep(record)


def _hold(draft: Draft, place: Place, record: Record) -> None:
    """Keep a record; its line changes only when what it shows of the status does."""
    if record == place.record and record.anchor in draft.records:
        return
    if record.status is place.record.status or anchors.is_implied(record.anchor):
        draft.keep(record)
    else:
        draft.say(place, place.text, record)


def _reviewed(record: Record, text: str) -> Record:
    return replace(record, review_after=decay.review_day(record, text))


def _is_grounded(operation: Operation) -> bool:
    """Tell whether a text was written from raw evidence: a check found it there, or a person wrote it."""
    is_found = operation.verdict.finding is Finding.SUPPORTED and bool(operation.evidence)
    return is_found or operation.author.engine == PERSON


def _reworded(record: Record, operation: Operation) -> int:
    is_new = bool(set(operation.evidence) - set(record.evidence)) or operation.author.engine == PERSON
    return 0 if is_new and _is_grounded(operation) else record.reworded + 1


def _joint(record: Record, parents: Sequence[Record]) -> Status:
    """Return the status of notes that became one: what one of them had earned is not lost."""
    if any(one.status is Status.ACTIVE for one in parents):
        return Status.ACTIVE
    return status_for(record)
