"""MEMORY.md: one line for each file of notes that may be relied on. It is always loaded, so it stays small.

The lines of the section "Notes" that name a file are code's. Whatever else the file holds is a person's and stays as it
is; a file that a person's own line links to is not listed again.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agentops.memory import front_matter, layout
from agentops.memory.files import assumed, bullets_of, lines_of
from agentops.memory.heads import Told, description
from agentops.memory.notes import Memory, NoteKind, Record, Status

_TITLE = "# Memory"
_SECTION = "## Notes"
_OURS = re.compile(r"- (?:\[[^\]\n]*\]\([^)\n]+\.md\): |\d+ more files? of notes? )")
_HEADING = re.compile(r"#{1,2}[ \t]")
_LINK = re.compile(r"\]\(/?([^)\s]+)\)")
_ORDER = {kind: at for at, kind in enumerate(NoteKind)}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the index."""

    path: str
    description: str
    weight: tuple[bool, int]
    """What is kept when not all fit: pinned notes first, then the most sessions."""

    @property
    def line(self) -> str:
        """Return the line without its end."""
        name = self.path.removeprefix("/")
        return f"- [{name.removesuffix('.md')}]({name}): {self.description}"


def entries(memory: Memory) -> tuple[Entry, ...]:
    """Return a line for each file of notes of which one is active, by kind and path."""
    found = (_entry(memory, path) for path in sorted(memory.files) if layout.is_note_file(path))
    return tuple(sorted((one for one in found if one is not None), key=_place))


def indexed(text: str, found: Sequence[Entry]) -> str:
    """Return the index with a line for each file; the least borne are left out when it would grow too large.

    An index that holds nothing but what code writes, and has no file to name, is empty.
    """
    newline = "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"
    lines = lines_of(text)
    before, after = _around(lines)
    linked = {name for line in (*before, *after) for name in _LINK.findall(line)}
    listed = [one for one in found if one.path.removeprefix("/") not in linked]
    if not listed:
        rest = "".join((*before, *after))
        return "" if rest.split() == f"{_TITLE} {_SECTION}".split() else rest
    before = _begun(before, newline)
    after = [newline, *after] if after and _HEADING.match(after[0]) else after
    return "".join((*before, *_fitting(listed, [*before, *after], newline), *after))


def _entry(memory: Memory, path: str) -> Entry | None:
    told = told_of(memory.files, memory.ledger.records, path)
    active = [record for record in told.records if record.status is Status.ACTIVE]
    if not active:
        return None
    head = front_matter.split(memory.files[path])[0]
    said = head.get("description") if isinstance(head, dict) else None
    words = " ".join(said.split()) if isinstance(said, str) else ""
    weight = any(record.pinned for record in active), max(record.support.sessions for record in active)
    return Entry(path, words or description(told), weight)


def told_of(files: Mapping[str, str], records: Mapping[str, Record], path: str) -> Told:
    """Return a file's notes with their records; a note without one is taken for a person's."""
    notes = tuple(bullet.note for _, bullet in bullets_of(Memory({path: files[path]})))
    return Told(path, notes, tuple(records.get(note.anchor) or assumed(note) for note in notes))


def _place(entry: Entry) -> tuple[int, str]:
    kind = layout.kind_at(entry.path)
    return (_ORDER[kind] if kind else len(_ORDER)), entry.path


def _around(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return what stands before code's lines and behind them; everything before where there is no section."""
    start = next((at for at, line in enumerate(lines) if line.strip() == _SECTION), None)
    if start is None:
        return list(lines), []
    first = start + 1
    end = next((at for at in range(first, len(lines)) if _HEADING.match(lines[at])), len(lines))
    blank = first + (first < end and not lines[first].strip())
    at = next((at for at in range(first, end) if _OURS.match(lines[at])), blank)
    return list(lines[:at]), [line for line in lines[at:end] if not _OURS.match(line)] + list(lines[end:])


def _begun(before: list[str], newline: str) -> list[str]:
    """Return the lines before code's with a section that ends in a blank line or in another line of it."""
    if not any(line.strip() == _SECTION for line in before):
        gap = [newline] if before and before[-1].strip() else []
        return [*_ended(before or [f"{_TITLE}{newline}", newline], newline), *gap, f"{_SECTION}{newline}", newline]
    return [*_ended(before, newline), *([newline] if before[-1].strip() == _SECTION else [])]


def _ended(lines: list[str], newline: str) -> list[str]:
    return lines if not lines or lines[-1].endswith("\n") else [*lines[:-1], lines[-1] + newline]


def _fitting(listed: Sequence[Entry], others: Sequence[str], newline: str) -> list[str]:
    """Return the lines that fit beside the others, and how many files have none."""
    room = layout.INDEX_LINES - len(others)
    size = layout.INDEX_BYTES - len("".join(others).encode())
    best = sorted(listed, key=lambda one: (not one.weight[0], -one.weight[1], one.path))
    kept = set(best)
    while kept and not _fits(_lines(listed, kept, newline), room, size):
        kept.discard(best.pop())
    return _lines(listed, kept, newline)


def _fits(lines: Sequence[str], room: int, size: int) -> bool:
    return len(lines) <= room and len("".join(lines).encode()) <= size


def _lines(listed: Sequence[Entry], kept: set[Entry], newline: str) -> list[str]:
    lines = [one.line + newline for one in listed if one in kept]
    left = len(listed) - len(kept)
    if left:
        files = "file" if left == 1 else "files"
        lines.append(f"- {left} more {files} of notes not listed here: look into the folders{newline}")
    return lines
