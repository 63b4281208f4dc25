"""Files of a store as lines of which some are notes. What nobody names in an operation stays, byte for byte."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from agentops.base.giving_up import go_on
from agentops.memory import anchors
from agentops.memory.evidence import Origin
from agentops.memory.layout import is_note_file, is_read, kind_at
from agentops.memory.notes import Memory, Note, NoteKind, Record, Status, Trust

_HEAD = re.compile(
    r"---[ \t]*\r?\n(?=(?:[ \t]*(?:#[^\n]*)?\r?\n)*[A-Za-z_][\w-]*:[ \t\r\n])(?:[^\n]*\n)*?---[ \t]*(?:\r?\n|\Z)"
)
_BULLET = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?=[^ \t])")
_FENCE = re.compile(r"[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}(?=[^`]*$)|~{3,})")
_NO_CLAIM = re.compile(r"[ \t]*(?:$|#{1,6}(?:[ \t]|$)|\||<!--|([-*_])[ \t]*(?:\1[ \t]*){2,}$|=+[ \t]*$)")
_MARKS = {
    Status.PROBATION: "(unconfirmed)",
    Status.QUARANTINED: "(unconfirmed)",
    Status.DISPUTED: "(disputed)",
}
_MARK = re.compile(r"[ \t]\((?:unconfirmed|disputed)\)$")


@dataclass(frozen=True, slots=True)
class Bullet:
    """A note and the lines of the body that it takes."""

    note: Note
    first: int
    end: int
    """Behind its last line."""

    lead: str
    """What stands before the claim: `- `, or nothing in a free-form file."""


@dataclass(frozen=True, slots=True)
class NoteFile:
    """A file, taken apart. Head and lines together are its text, exactly."""

    path: str
    head: str
    """The front matter with its dashes; empty without one."""

    lines: tuple[str, ...]
    """The rest, each line with its end."""

    bullets: tuple[Bullet, ...]
    is_open: bool = False
    """A fence of code begins that nothing ends."""

    @property
    def notes(self) -> tuple[Note, ...]:
        """Return the notes in the order of their lines."""
        return tuple(bullet.note for bullet in self.bullets)


@lru_cache(maxsize=1024)
def parse(path: str, text: str) -> NoteFile:
    """Return the file. Any text is one; bullets in fences of code are no notes."""
    found = _HEAD.match(text)
    head = found[0] if found else ""
    lines = tuple(lines_of(text[len(head) :]))
    bullets, is_open = _bullets(path, lines)
    return NoteFile(path, head, lines, bullets, is_open)


def written(file: NoteFile) -> str:
    """Return the file's text."""
    return file.head + "".join(file.lines)


def line_of(text: str, anchor: str, status: Status) -> str:
    """Return a claim as its line says it, without what stands before it. What is not sure says so."""
    mark = _MARKS.get(status)
    return f"{text} {mark} ^{anchor}" if mark else f"{text} ^{anchor}"


def can_stand(text: str) -> bool:
    """Tell whether a claim reads back as it is written: one line without anchor and mark of its own."""
    if anchors.AT_END.search(text):
        return False
    found = parse("/facts/any.md", f"- {line_of(text, 'a2', Status.ACTIVE)}\n").notes
    return [(note.anchor, note.text) for note in found] == [("a2", text)]


def notes_of(memory: Memory) -> tuple[Note, ...]:
    """Return what a store says, by path and line: not its index, not its archive.

    An anchor that stands twice is the first line's; the second has an implied one, until a person mends it.
    """
    return tuple(bullet.note for _, bullet in bullets_of(memory))


def bullets_of(memory: Memory) -> Iterator[tuple[str, Bullet]]:
    """Yield the notes of a store with their lines, each anchor once."""
    seen: set[str] = set()
    for path in sorted(filter(is_read, memory.files)):
        go_on()
        for bullet in parse(path, memory.files[path]).bullets:
            found = bullet
            if bullet.note.anchor in seen:
                found = replace(bullet, note=_unnamed(bullet.note, seen))
            seen.add(found.note.anchor)
            yield path, found


def assumed(note: Note) -> Record:
    """Return the record of a note that has none: a person or an agent wrote it by hand."""
    kind = kind_at(note.path) or NoteKind.FACT
    return Record(note.anchor, kind, Status.ACTIVE, Trust.STATED, Origin.USER)


def _unnamed(note: Note, seen: set[str]) -> Note:
    again = 0
    while (anchor := anchors.implied(note.path, note.text, again)) in seen:
        again += 1
    return replace(note, anchor=anchor)


def lines_of(text: str) -> list[str]:
    """Return the lines with their ends; only line feeds end one."""
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _bullets(path: str, lines: tuple[str, ...]) -> tuple[tuple[Bullet, ...], bool]:
    found: list[Bullet] = []
    is_free = not is_note_file(path)
    seen: set[str] = set()
    fence = ""
    index = 0
    while index < len(lines):
        bare = _bare(lines[index])
        fence, is_fence = _fenced(fence, bare)
        end = index + 1
        if not is_fence and (lead := _lead(bare, is_free=is_free)) is not None:
            end = _end(lines, index) if lead else end
            said = [bare[len(lead) :], *(_bare(line) for line in lines[index + 1 : end])]
            note = _note(path, " ".join(part.strip() for part in said), seen)
            seen.add(note.anchor)
            found.append(Bullet(note, index, end, lead))
        index = end
    return tuple(found), bool(fence)


def _bare(line: str) -> str:
    return line.removesuffix("\n").removesuffix("\r")


def _fenced(fence: str, bare: str) -> tuple[str, bool]:
    """Return the fence that is open after a line, and whether the line is part of one."""
    found = _FENCE.match(bare)
    if not fence:
        return (found[1], True) if found else ("", False)
    stripped = bare.strip()
    if stripped and not stripped.strip(fence[0]) and len(stripped) >= len(fence):
        return "", True
    return fence, True


def _lead(bare: str, *, is_free: bool) -> str | None:
    """Return what stands before a line's claim, or None when the line is none."""
    if _NO_CLAIM.match(bare):
        return None
    if found := _BULLET.match(bare):
        return found[0]
    return "" if is_free else None


def _end(lines: tuple[str, ...], first: int) -> int:
    """Return where a bullet ends: behind the indented lines that go on with it."""
    end = first + 1
    while end < len(lines):
        bare = _bare(lines[end])
        if bare[:1] not in {" ", "\t"} or _NO_CLAIM.match(bare) or _BULLET.match(bare) or _FENCE.match(bare):
            break
        end += 1
    return end


def _note(path: str, said: str, seen: set[str]) -> Note:
    named = anchors.AT_END.search(said)
    if named and named[1] not in seen and named.start():
        return Note(named[1], path, _MARK.sub("", said[: named.start()].rstrip()))
    return _unnamed(Note("", path, said), seen)
