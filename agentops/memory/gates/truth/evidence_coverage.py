"""Every line that a dream writes is told by an operation, and every operation cites events that there are."""

from collections.abc import Iterator

from agentops.memory import heads, index, layout
from agentops.memory.evidence import Evidence
from agentops.memory.files import NoteFile, lines_of, parse
from agentops.memory.gates import changes
from agentops.memory.gates.port import Consequence, Objection, Proposal
from agentops.memory.gates.sources import Sources
from agentops.memory.gates.wording import named, quoted
from agentops.memory.index import told_of
from agentops.memory.notes import Memory, Record
from agentops.memory.operations import Operation, Verb
from agentops.memory.promotion import PERSON

_NEED_NONE = frozenset({Verb.MOVE, Verb.RETIRE, Verb.NOOP, Verb.REDACT, Verb.FORGET, Verb.PIN, Verb.UNPIN})
"""They write no claim of their own; what they take out must have a reason, which another gate asks for."""


class EvidenceCoverage:
    """Traces lines to operations, operations to events, and what is derived to what it derives from."""

    name = "evidence_coverage"

    def judge(self, proposal: Proposal) -> Iterator[Objection]:
        """Yield an objection for whatever rests on nothing."""
        sources = Sources(proposal)
        for operation in proposal.operations:
            if operation.author.engine != PERSON:
                yield from self._operation(operation, sources)
        found = changes.base(proposal)
        after = changes.judged(proposal.after)
        known = _texts(proposal)
        for path, old, new in changes.changed(found.files, after.files):
            if path == layout.INDEX:
                yield from self._derived(path, old, new, index.indexed(old, index.entries(after)))
            elif new:
                yield from self._file(path, found, after, known)
        yield from self._records(proposal)

    def _operation(self, operation: Operation, sources: Sources) -> Iterator[Objection]:
        if false := sources.false(operation):
            message = (
                f"{named(operation)} cites {false[0]}, which is no event of the sessions that were read: it goes "
                "without, or cites what was said"
            )
            yield self._sets_apart(operation, message)
        elif operation.verb not in _NEED_NONE and not _is_backed(operation, sources):
            message = f"{named(operation)} cites nothing that proves it: it goes without, or cites an event"
            yield self._sets_apart(operation, message)

    def _file(self, path: str, found: Memory, after: Memory, known: frozenset[str]) -> Iterator[Objection]:
        """Judge the lines of one file: notes by their text, the head by what it derives from, others by being old."""
        file = parse(path, after.files[path])
        old = found.files.get(path, "")
        if layout.is_note_file(path):
            yield from self._head(file, found, after)
        else:
            yield from self._derived(path, parse(path, old).head, file.head, "")
        told = {at for bullet in file.bullets for at in range(bullet.first, bullet.end)}
        above = file.head.count("\n") + 1
        for bullet in file.bullets:
            if changes.text_of(path, bullet) not in known:
                yield self._uncovered(path, above + bullet.first, bullet.note.text)
        others = {line.strip() for line in old.split("\n")}
        for at, line in enumerate(file.lines):
            if at not in told and line.strip() and line.strip() not in others:
                yield self._uncovered(path, above + at, line)

    def _head(self, file: NoteFile, found: Memory, after: Memory) -> Iterator[Objection]:
        old, before = "", None
        if file.path in found.files:
            old = parse(file.path, found.files[file.path]).head
            before = told_of(found.files, found.ledger.records, file.path)
        told = told_of(after.files, after.ledger.records, file.path)
        yield from self._derived(file.path, old, file.head, heads.headed(old, before, told))

    def _derived(self, path: str, old: str, new: str, derived: str) -> Iterator[Objection]:
        """Judge text that code writes: what is new in it is what code would have written."""
        known = {*map(str.strip, lines_of(old)), *map(str.strip, lines_of(derived))}
        for number, line in enumerate(lines_of(new), 1):
            if line.strip() not in known:
                yield self._uncovered(path, number, line)

    def _uncovered(self, path: str, line: int, text: str) -> Objection:
        message = (
            f"{path}, line {line}, {quoted(text)} is told by no operation: take it out, or write it by hand in a "
            "commit of your own"
        )
        return Objection(self.name, Consequence.BLOCK, message, path, line)

    def _records(self, proposal: Proposal) -> Iterator[Objection]:
        """Judge what the ledger says newly: it cites only what operations cite, or what it cited before."""
        before = proposal.before.ledger.records
        known = {each for record in before.values() for each in (*record.evidence, *record.against)}
        known |= {each for one in proposal.operations for each in (*one.evidence, *one.against)}
        for anchor in sorted(proposal.after.ledger.records):
            record = proposal.after.ledger.records[anchor]
            if record != before.get(anchor) and (unknown := _unknown(record, known)):
                message = f"the ledger lets ^{anchor} cite {unknown}, which no operation cites: dream again"
                yield Objection(self.name, Consequence.BLOCK, message)

    def _sets_apart(self, operation: Operation, message: str) -> Objection:
        return Objection(self.name, Consequence.QUARANTINE, message, operation.path, operation=operation.id)


def _is_backed(operation: Operation, sources: Sources) -> bool:
    if operation.verb is Verb.DISPUTE and (operation.evidence or operation.against) and not operation.texts:
        return True
    return sources.has_evidence(operation)


def _texts(proposal: Proposal) -> frozenset[str]:
    """Return the claims that a line of a file may say: what a note said before, and what operations write."""
    written = {text for each in proposal.operations for text in each.texts}
    old = {changes.text_of(there, bullet) for there, bullet, _ in changes.bullets(changes.base(proposal))}
    blank = {"(redacted)"} if any(each.verb is Verb.REDACT for each in proposal.operations) else set()
    return frozenset(written | old | blank)


def _unknown(record: Record, known: set[Evidence]) -> str:
    cited = (*record.evidence, *record.against)
    return next((str(each) for each in cited if each not in known), "")
