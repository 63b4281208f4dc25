"""The head of a file of notes: what its notes have in common, told anew from their records whenever they change.

Code owns the keys of `KEYS` and writes them in that order; keys that a person added stay as they were written, behind
them. A description or a scope that code would not have written is a person's, and stays too.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from agentops.memory import counting, front_matter, layout
from agentops.memory.evidence import worst
from agentops.memory.files import lines_of
from agentops.memory.notes import Note, NoteKind, Record, Status, Trust

KEYS = (
    "id",
    "kind",
    "description",
    "scope",
    "status",
    "trust",
    "origin",
    "first_seen",
    "last_seen",
    "valid_from",
    "valid_to",
    "review_after",
    "support",
    "evidence",
    "tokens",
)

_KEY = re.compile(r"([A-Za-z_][\w-]*):(?=[ \t\r\n]|$)")
_STATUSES = (Status.ACTIVE, Status.DISPUTED, Status.PROBATION, Status.QUARANTINED)
_TRUSTS = tuple(Trust)
_CITED = 3
_NAMED = 4
_NAME = re.compile(r"`[^`\s]{1,40}`")
_DESCRIPTION_CHARACTERS = 240
_CHARACTERS_A_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Told:
    """A file's notes and what is known about each."""

    path: str
    notes: Sequence[Note]
    records: Sequence[Record]


def headed(head: str, before: Told | None, after: Told) -> str:
    """Return the head of a file after its notes changed. One that is not YAML is left alone: a gate tells of it."""
    old = front_matter.split(head)[0] if head else {}
    if not isinstance(old, dict):
        return head
    said = _said(after, {key: _kept(old, key, before) for key in ("description", "scope")})
    newline = "\r\n" if head.partition("\n")[0].endswith("\r") else "\n"
    ours = "".join(f"{line}{newline}" for line in front_matter.lines(said))
    return f"---{newline}{ours}{_theirs(head)}---{newline}"


def has_more(head: str) -> bool:
    """Tell whether a person added something to a head."""
    return bool(_theirs(head).strip())


def description(told: Told) -> str:
    """Return what a file is about in one line: its best borne claim, and the first names of the others."""
    pairs = list(zip(told.notes, told.records, strict=True))
    sure = [pair for pair in pairs if pair[1].status is Status.ACTIVE] or pairs
    if not sure:
        return ""
    claim = max(sure, key=lambda pair: pair[1].support.sessions)[0].text
    subjects = Counter(found[0] for note, _ in sure if (found := _NAME.search(note.text)))
    others = [name for name, _ in sorted(subjects.items(), key=lambda one: (-one[1], one[0])) if name not in claim]
    more = f" ({', '.join(others[:_NAMED])})" if others else ""
    return _shortened(claim, _DESCRIPTION_CHARACTERS - len(more)).rstrip(".") + more


def status(records: Sequence[Record]) -> Status:
    """Return the best status of a file's notes."""
    found = {record.status for record in records}
    return next((one for one in _STATUSES if one in found), Status.ARCHIVED)


def _kept(old: Mapping[str, Any], key: str, before: Told | None) -> str:
    """Return what a person wrote, or nothing where code did, or nobody."""
    value = old.get(key)
    made = None if before is None else {"description": description(before), "scope": _scope(before.records)}[key]
    return value if isinstance(value, str) and value != made else ""


def _said(told: Told, kept: Mapping[str, Any]) -> dict[str, Any]:
    records = told.records
    evidence = counting.joined(*(record.evidence for record in records))
    support = counting.together(records)
    ends = [record.valid_to for record in records]
    kind = layout.kind_at(told.path) or NoteKind.FACT
    said = {
        "id": told.path.removeprefix("/").removesuffix(".md"),
        "kind": kind.value,
        "description": kept["description"] or description(told),
        "scope": kept["scope"] or _scope(records) or None,
        "status": status(records).value,
        "trust": max((record.trust for record in records), key=_TRUSTS.index, default=Trust.STATED).value,
        "origin": worst(record.origin for record in records).value if records else None,
        "first_seen": _least(record.first_seen for record in records),
        "last_seen": max((record.last_seen for record in records if record.last_seen), default=None),
        "valid_from": _least(record.valid_from for record in records),
        "valid_to": max((end for end in ends if end), default=None) if all(ends) else None,
        "review_after": _least(record.review_after for record in records),
        "support": {"sessions": support.sessions, "days": support.days, "against": support.against},
        "evidence": [str(one) for one in evidence[:_CITED]],
        "tokens": -(-sum(len(note.text) for note in told.notes) // _CHARACTERS_A_TOKEN),
    }
    return {key: value for key, value in said.items() if value is not None or key == "valid_to"}


def _least(days: Any) -> date | None:
    return min((day for day in days if day), default=None)


def _scope(records: Sequence[Record]) -> str:
    """Return the scope that all notes have."""
    scopes = {record.scope for record in records}
    return scopes.pop() if len(scopes) == 1 else ""


def _theirs(head: str) -> str:
    """Return the lines of a head that are not code's, as they are written: other keys, and comments between keys."""
    kept: list[str] = []
    is_ours = False
    for line in lines_of(head)[1:-1]:
        if found := _KEY.match(line):
            is_ours = found[1] in KEYS
        elif line.startswith("#"):
            is_ours = False
        if not is_ours:
            kept.append(line)
    return "".join(kept)


def _shortened(words: str, most: int) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= most else plain[: most - 1].rsplit(" ", 1)[0].rstrip(" ,:;.") + "…"
