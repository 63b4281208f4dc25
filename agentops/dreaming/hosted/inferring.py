"""What a dream did that only shows its result: operations out of a difference, each with evidence or set apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from agentops.dreaming.candidates import Candidate, Witness
from agentops.dreaming.clustering import Known, Store
from agentops.dreaming.hosted.aligning import Alignment, aligned
from agentops.dreaming.hosted.backing import Backing
from agentops.dreaming.hosted.reading import Line, known, lines
from agentops.dreaming.hosted.setting_apart import told_apart
from agentops.dreaming.messages.deciding import added, adds_nothing, may_supersede, why
from agentops.dreaming.tidying import STORE
from agentops.dreaming.wording import Unfit
from agentops.memory.comparing.conflict import conflict
from agentops.memory.comparing.literals import missing
from agentops.memory.evidence import Evidence, Origin
from agentops.memory.layout import kind_at, path_trouble
from agentops.memory.notes import Memory, NoteKind, Trust
from agentops.memory.operations import Author, Operation, Verb

MOST_LOST = 0.25
"""The share of a store that a dream may leave out before it counts as a rewrite, of which nothing is taken out."""

_UNBACKED = "no session that was read bears it"


@dataclass(slots=True)
class Inferred:
    """Operations, and those that nothing backs."""

    operations: list[Operation] = field(default_factory=list)
    apart: list[Operation] = field(default_factory=list)


def inferred(memory: Memory, after: Mapping[str, str], backing: Backing, author: Author) -> Inferred:
    """Return what happened to a store."""
    alignment = aligned(known(memory), lines(after))
    made = Inferred()
    work = _Work(memory, backing, author, made)
    into: dict[int, list[Line]] = {}
    for gone, new in alignment.joined:
        into.setdefault(id(new), []).append(gone)
    for old, new in alignment.pairs:
        work.paired(old, new, into.pop(id(new), []))
    for new in alignment.added:
        work.new(new, into.pop(id(new), []))
    work.lost(alignment)
    return made


class _Work:
    def __init__(self, memory: Memory, backing: Backing, author: Author, made: Inferred) -> None:
        self._known: Mapping[str, Known] = {each.note.anchor: each for each in Store(memory).notes}
        self._backing = backing
        self._author = author
        self._made = made

    def paired(self, old: Line, new: Line, joined: Sequence[Line]) -> None:
        """Tell what became of a line that is still there."""
        if joined:
            self._merged([old, *joined], new)
        elif old.words == new.words:
            self._kept(old, new)
        else:
            self._said_anew(old, new)

    def new(self, new: Line, joined: Sequence[Line]) -> None:
        """Tell of a line that nobody knew, or that says what several said."""
        if len(joined) > 1:
            self._merged(joined, new)
        elif joined:
            self._said_anew(joined[0], new)
        else:
            self._written(Verb.ADD, new, ())

    def lost(self, alignment: Alignment) -> None:
        """Tell of lines that were left out. Only notes of ours go, which the archive keeps, and only a few at once."""
        is_rewrite = len(alignment.gone) > MOST_LOST * len(self._known)
        for old in alignment.gone:
            target = self._known[old.anchor]
            operation = self._about(Verb.RETIRE, [old], "the dream left it out")
            if is_rewrite:
                self._apart(operation, f"the dream left out {len(alignment.gone)} of {len(self._known)} lines")
            elif target.record is None or target.record.pinned or target.record.trust is Trust.STATED:
                self._apart(operation, "the dream left it out, and somebody said or wrote it")
            else:
                self._made.operations.append(operation)

    def _kept(self, old: Line, new: Line) -> None:
        if old.path != new.path and not path_trouble(new.path):
            self._made.operations.append(
                replace(self._about(Verb.MOVE, [old], "the dream put it there"), path=new.path)
            )
        record = self._known[old.anchor].record
        cited = set(new.cited) - set(record.evidence if record else old.cited)
        if witnesses := self._backing.checked(old.said, sorted(cited)):
            candidate = self._candidate(new, old.said, witnesses)
            reason = why(Verb.REINFORCE, old.said, old.said)
            reinforced = replace(
                added(candidate, self._author, reason=reason), verb=Verb.REINFORCE, texts=(), path=old.path
            )
            self._made.operations.append(replace(reinforced, targets=(old.anchor,)))

    def _said_anew(self, old: Line, new: Line) -> None:
        if conflict(old.said, new.said):
            self._written(Verb.SUPERSEDE, new, [old])
        elif lost := missing(old.said, [new.said]):
            self._apart(self._about(Verb.REWORD, [old], "", new), f"it loses {', '.join(lost)[:80]}")
        else:
            self._written(Verb.REWORD, new, [old])

    def _merged(self, old: Sequence[Line], new: Line) -> None:
        lost = [each for one in old for each in missing(one.said, [new.said])]
        operation = self._about(Verb.MERGE, old, "the dream says them as one", new)
        same = next((each for each in old if each.words == new.words), None)
        if lost:
            self._apart(operation, f"it loses {', '.join(lost)[:80]}")
        elif same is not None:
            self._made.operations.append(replace(operation, texts=(self._known[same.anchor].note.text,)))
        else:
            self._written(Verb.MERGE, new, old)

    def _written(self, verb: Verb, new: Line, old: Sequence[Line]) -> None:
        """Tell of words that are written: they need events that bear them."""
        try:
            text = new.claim()
        except Unfit as fault:
            self._apart(self._about(verb, old, "", new), str(fault))
            return
        witnesses = self._backing.checked(text, new.cited) or self._backing.found(text)
        if not witnesses:
            self._apart(self._about(verb, old, "", new), _UNBACKED)
            return
        sources = [*(each.said for each in old), *(each.event.text for each in witnesses)]
        if verb is not Verb.ADD and not adds_nothing(text, sources):
            self._apart(self._about(verb, old, "", new), "it says more than the note and the sessions")
            return
        candidate = self._candidate(new, text, witnesses)
        if verb is Verb.SUPERSEDE and not may_supersede(candidate, self._known[old[0].anchor]):
            verb = Verb.DISPUTE
        reason = why(verb, old[0].said, text) if old else ""
        made = replace(
            added(candidate, self._author, reason=reason), verb=verb, targets=tuple(each.anchor for each in old)
        )
        is_in_place = verb in {Verb.REWORD, Verb.SUPERSEDE, Verb.MERGE}
        self._made.operations.append(replace(made, path=_place(old[0].path)) if is_in_place else made)

    def _candidate(self, new: Line, text: str, witnesses: tuple[Witness, ...]) -> Candidate:
        is_stated = any(each.event.origin is Origin.USER for each in witnesses)
        return Candidate(
            kind=kind_at(new.path) or NoteKind.FACT,
            text=text,
            path=_place(new.path),
            about="",
            witnesses=witnesses,
            trust=Trust.STATED if is_stated else Trust.OBSERVED,
        )

    def _about(self, verb: Verb, old: Sequence[Line], reason: str, new: Line | None = None) -> Operation:
        """Return an operation that rests on what the notes rest on: their evidence, else their own lines."""
        records = [self._known[each.anchor].record for each in old]
        borne = {cited for record in records if record for cited in record.evidence}
        own = {
            Evidence(STORE, each.anchor)
            for each, record in zip(old, records, strict=True)
            if not record or not record.evidence
        }
        first = next((each for each in records if each), None)
        return Operation(
            verb=verb,
            author=self._author,
            targets=tuple(each.anchor for each in old),
            texts=(told_apart(new.said),) if new else (),
            kind=kind_at(new.path) if new else None,
            trust=first.trust if first else Trust.OBSERVED,
            origin=first.origin if first else Origin.AGENT,
            scope=first.scope if first else "",
            evidence=tuple(sorted(borne | own)),
            reason=reason,
        )

    def _apart(self, operation: Operation, reason: str) -> None:
        self._made.apart.append(replace(operation, reason=reason))


def _place(path: str) -> str:
    """Return a path if notes can stand there; else nothing: their kind then says where they go."""
    return "" if path_trouble(path) else path
