"""A store while operations change it: lines are replaced, added and taken out; nothing else moves."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from agentops.memory import anchors, archived, layout
from agentops.memory.files import Bullet, NoteFile, assumed, bullets_of, line_of, parse, written
from agentops.memory.notes import Memory, Record, Status, Tombstone

_CHANGING = ("files", "records", "tombstones", "_renamed", "_taken", "_places", "_spent")
"""What a draft is made of."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a note stands now, and what is known about it."""

    bullet: Bullet
    record: Record

    @property
    def path(self) -> str:
        """Return the file."""
        return self.bullet.note.path

    @property
    def text(self) -> str:
        """Return the claim."""
        text = self.bullet.note.text
        return archived.claim_of(text) if self.is_archived else text

    @property
    def is_archived(self) -> bool:
        """Tell whether the note left the store's living part."""
        return layout.is_archived(self.path)


class Draft:
    """Files and records that change together. It checks nothing: whoever calls it has."""

    def __init__(self, memory: Memory, dream: str, today: date) -> None:
        """Begin with a memory."""
        self.memory = memory
        self.dream = dream
        self.today = today
        self.files = dict(memory.files)
        self.records = dict(memory.ledger.records)
        self.tombstones = list(memory.ledger.tombstones)
        self._renamed: dict[str, str] = {}
        self._spent: set[str] = set()
        self._taken = set(self.records) | {name for one in self.records.values() for name in _named(one)}
        self._places = {bullet.note.anchor: path for path, bullet in bullets_of(memory)}
        self._places |= {
            note.anchor: path
            for path in memory.files
            if layout.is_archived(path)
            for note in parse(path, memory.files[path]).notes
        }
        self._taken.update(self._places)

    def result(self) -> Memory:
        """Return what became of the memory: the same value when nothing changed."""
        before = self.memory
        ledger = replace(before.ledger, records=self.records, tombstones=tuple(self.tombstones))
        after = Memory(self.files, ledger)
        return before if after == before else after

    def snapshot(self) -> dict[str, Any]:
        """Return what `restore` goes back to."""
        return {name: copy(getattr(self, name)) for name in _CHANGING}

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Undo what happened since the snapshot."""
        for name, value in snapshot.items():
            setattr(self, name, value)

    def spend(self, anchors_spent: Iterable[str]) -> None:
        """Remember that an operation changed what notes say, or where."""
        self._spent |= {name for anchor in anchors_spent for name in (anchor, self._renamed.get(anchor, anchor))}

    def is_spent(self, anchor: str) -> bool:
        """Tell whether an operation changed what a note says, or where."""
        return anchor in self._spent

    def find(self, anchor: str) -> Place | None:
        """Return where a note stands, in the archive too, or None."""
        anchor = self._renamed.get(anchor, anchor)
        path = self._places.get(anchor)
        if path is None:
            return None
        for bullet in self.bullets(path):
            note = bullet.note
            if anchor == note.anchor or (anchors.is_implied(anchor) and anchor == anchors.implied(path, note.text)):
                return Place(bullet, self.records.get(anchor) or assumed(replace(note, anchor=anchor)))
        return None

    def archived(self) -> tuple[Place, ...]:
        """Return the notes of the archive."""
        names = [name for name, path in self._places.items() if layout.is_archived(path)]
        found = (self.find(name) for name in sorted(names))
        return tuple(place for place in found if place is not None)

    def new_anchor(self, path: str, text: str) -> str:
        """Return a name for a note that never had one, and keep it from others."""
        anchor = anchors.derived([path, text], self._taken)
        self._taken.add(anchor)
        return anchor

    def keep(self, record: Record) -> None:
        """Hold a note's record, written by this dream."""
        self.records[record.anchor] = replace(record, dream=self.dream)
        self._taken.add(record.anchor)

    def say(self, place: Place, text: str, record: Record) -> None:
        """Let a note's line say a text and show its status; the line keeps its lead and its place."""
        self._replace(place, place.bullet.lead + line_of(text, record.anchor, record.status))
        if place.record.anchor != record.anchor:
            self._renamed[place.record.anchor] = record.anchor
        self._places.pop(place.record.anchor, None)
        self._places[record.anchor] = place.path
        self.records.pop(place.record.anchor, None)
        self.keep(record)

    def named(self, place: Place) -> Place:
        """Give a note an anchor that lasts, when it has only an implied one."""
        old = place.record.anchor
        if not anchors.is_implied(old):
            return place
        anchor = self.new_anchor(place.path, place.text)
        self.say(place, place.text, replace(place.record, anchor=anchor, parents=(old,)))
        found = self.find(anchor)
        return found if found is not None else place

    def say_anew(self, place: Place, text: str, record: Record) -> None:
        """Let another note stand where one stood; the one that stood there keeps its record."""
        self._replace(place, place.bullet.lead + line_of(text, record.anchor, record.status))
        self._places.pop(place.record.anchor, None)
        self._places[record.anchor] = place.path
        self.keep(record)

    def rewrite(self, place: Place, text: str) -> None:
        """Write over a note in the archive."""
        line = f"{place.bullet.lead}{archived.line_of(text, place.record)} ^{place.record.anchor}"
        self._replace(place, line)
        self.keep(replace(place.record, about=""))

    def bury(self, tombstone: Tombstone) -> None:
        """Keep a tombstone."""
        self.tombstones.append(tombstone)

    def forget(self, record: Record) -> None:
        """Keep of a record only that its anchor is used, and when it ended."""
        self.keep(
            Record(
                anchor=record.anchor,
                kind=record.kind,
                status=Status.ARCHIVED,
                trust=record.trust,
                origin=record.origin,
                valid_to=self.today,
            )
        )

    def take_out(self, place: Place) -> None:
        """Remove a note's lines; a file that holds nothing else goes with them."""
        self._replace(place, None)
        self._places.pop(place.record.anchor, None)

    def append(self, path: str, text: str, record: Record) -> str:
        """Add a note behind the last one of a file, or of its continuation when it is full; return where."""
        line = f"- {line_of(text, record.anchor, record.status)}"
        return self._append(path, line, record.anchor)

    def archive(self, text: str, record: Record) -> None:
        """Write a note into the archive of its kind, with its dates and why it left."""
        line = f"- {archived.line_of(text, record)} ^{record.anchor}"
        self._append(layout.archive_of(record.kind), line, record.anchor)

    def changed(self) -> tuple[str, ...]:
        """Return the files that are not as they were, gone ones too."""
        paths = self.files.keys() | self.memory.files.keys()
        return tuple(sorted(path for path in paths if self.files.get(path) != self.memory.files.get(path)))

    def touched(self) -> tuple[str, ...]:
        """Return the files of which the text, or what is known about a note, is not as it was."""
        before = self.memory.ledger.records
        names = {name for name, record in self.records.items() if before.get(name) != record}
        paths = {self._places[name] for name in names if name in self._places}
        return tuple(sorted(paths.union(self.changed())))

    def bullets(self, path: str) -> tuple[Bullet, ...]:
        """Return a file's notes with their lines."""
        return parse(path, self.files[path]).bullets

    def _replace(self, place: Place, line: str | None) -> None:
        now = self.find(place.record.anchor)
        if now is None:
            return
        file = parse(now.path, self.files[now.path])
        first, end = now.bullet.first, now.bullet.end
        ends = _line_end(file.lines[end - 1])
        new = () if line is None else (line + ends,)
        lines = (*file.lines[:first], *new, *file.lines[end:])
        self._write(file, lines)

    def _append(self, path: str, line: str, anchor: str) -> str:
        part = 1
        while not self._has_room(layout.continued(path, part), line):
            part += 1
        target = layout.continued(path, part)
        file = parse(target, self.files.get(target, ""))
        at = file.bullets[-1].end if file.bullets else 0 if file.is_open else len(file.lines)
        before, after = list(file.lines[:at]), file.lines[at:]
        ends = _newline(file)
        if before and not before[-1].endswith("\n"):
            before[-1] += ends
        self._write(file, (*before, line + ends, *after))
        self._taken.add(anchor)
        self._places[anchor] = target
        return target

    def _has_room(self, path: str, line: str) -> bool:
        text = self.files.get(path)
        if text is None:
            return True
        file = parse(path, text)
        size = sum(len(each.encode()) for each in file.lines) + len(line.encode()) + 2
        if layout.is_archived(path):
            return size <= layout.ARCHIVE_BYTES
        return len(file.bullets) < layout.FILE_NOTES and size <= layout.FILE_BYTES - layout.HEAD_BYTES

    def _write(self, file: NoteFile, lines: tuple[str, ...]) -> None:
        self.files[file.path] = written(replace(file, lines=lines))


def _named(record: Record) -> tuple[str, ...]:
    return (*record.parents, record.replaced_by) if record.replaced_by else record.parents


def _line_end(line: str) -> str:
    if line.endswith("\r\n"):
        return "\r\n"
    return "\n" if line.endswith("\n") else ""


def _newline(file: NoteFile) -> str:
    """Return the end of line that a file uses."""
    first = (file.head or "".join(file.lines[:1])).partition("\n")
    return "\r\n" if first[1] and first[0].endswith("\r") else "\n"
