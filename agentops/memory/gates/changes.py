"""What a proposal changes, line by line and note by note, and which operation says so."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from agentops.memory.archived import claim_of
from agentops.memory.files import Bullet, parse
from agentops.memory.gates.port import Proposal
from agentops.memory.layout import is_archived, is_read
from agentops.memory.notes import Memory
from agentops.memory.operations import Operation, Verb
from agentops.wire.memories import LARGEST_CONTENT_BYTES


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file. Units: lines count from 1."""

    path: str
    number: int
    text: str
    """Without its end."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A note as the proposal has it, which was not there before."""

    path: str
    line: int
    anchor: str
    text: str
    operation: Operation | None
    """The one that wrote it; None where people or agents did, or nobody said so."""

    is_by_hand: bool


def is_judged(text: str) -> bool:
    """Tell whether lines of a text are looked at. What the service refuses for its size is told once, as a whole."""
    return len(text) <= LARGEST_CONTENT_BYTES


def judged(memory: Memory) -> Memory:
    """Return the memory without files that are too large to be one."""
    if all(map(is_judged, memory.files.values())):
        return memory
    return replace(memory, files={path: text for path, text in memory.files.items() if is_judged(text)})


def base(proposal: Proposal) -> Memory:
    """Return what the dream found: the memory before, with what people and agents wrote by hand."""
    if not proposal.by_hand:
        return judged(proposal.before)
    files = {path: text for path, text in {**proposal.before.files, **proposal.by_hand}.items() if text}
    return judged(replace(proposal.before, files=files))


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield the files that differ, in order: the path, the text before and the text after, empty without one."""
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path, ""), after.get(path, "")
        if old != new and is_judged(old) and is_judged(new):
            yield path, old, new


def added(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Line]:
    """Yield the lines of files that were not in the same file before. A line that moved within it is not new."""
    for path, old, new in changed(before, after):
        known = Counter(old.split("\n"))
        for number, text in enumerate(new.split("\n"), 1):
            if known[text]:
                known[text] -= 1
            elif text.strip():
                yield Line(path, number, text.removesuffix("\r"))


def removed(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Line]:
    """Yield the lines that a file had and has no more. Units: numbers in the file before."""
    return added(after, before)


def blocks(proposal: Proposal) -> Iterator[Line]:
    """Yield new lines joined to those beside them, so that what runs over several is seen; the first one's place."""
    waiting: Line | None = None
    end = 0
    for each in added(proposal.before.files, proposal.after.files):
        if waiting is not None and each.path == waiting.path and each.number == end:
            waiting = replace(waiting, text=f"{waiting.text}\n{each.text}")
        else:
            if waiting is not None:
                yield waiting
            waiting = each
        end = each.number + 1
    if waiting is not None:
        yield waiting


def bullets(memory: Memory) -> Iterator[tuple[str, Bullet, int]]:
    """Yield the notes of a store, the archive's too, with the number of their first line."""
    for path in sorted(memory.files):
        if is_read(path) or is_archived(path):
            file = parse(path, memory.files[path])
            above = file.head.count("\n") + 1
            for bullet in file.bullets:
                yield path, bullet, above + bullet.first


def text_of(path: str, bullet: Bullet) -> str:
    """Return the claim of a note; the archive's lines say more than their claim."""
    return claim_of(bullet.note.text) if is_archived(path) else bullet.note.text


def writers(proposal: Proposal) -> Mapping[str, Operation]:
    """Return the operation that wrote each text; of several, the first."""
    found: dict[str, Operation] = {}
    for operation in proposal.operations:
        for text in operation.texts:
            found.setdefault(text, operation)
    return found


def claims(proposal: Proposal) -> Iterator[Claim]:
    """Yield the notes, not those of the archive, whose text no note had before."""
    before = {bullet.note.text for path, bullet, _ in bullets(judged(proposal.before)) if not is_archived(path)}
    by_hand = {bullet.note.text for path, bullet, _ in bullets(base(proposal)) if not is_archived(path)} - before
    wrote = writers(proposal)
    for path, bullet, line in bullets(judged(proposal.after)):
        text = bullet.note.text
        if text not in before and not is_archived(path):
            yield Claim(path, line, bullet.note.anchor, text, wrote.get(text), text in by_hand)


TAKES_OUT = frozenset(
    {
        Verb.REWORD,
        Verb.MERGE,
        Verb.SUPERSEDE,
        Verb.RETIRE,
        Verb.MOVE,
        Verb.SPLIT,
        Verb.PROMOTE,
        Verb.REDACT,
        Verb.FORGET,
    }
)
"""Verbs that change a note's line or take it away."""
