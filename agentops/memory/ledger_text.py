"""The ledger as text: one canonical line for each thing, sorted, so that two branches merge line by line."""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from enum import Enum
from typing import Any, TypeVar

from agentops.base.canonical import canonical_json
from agentops.base.errors import RepositoryError
from agentops.memory.evidence import Evidence, Origin
from agentops.memory.notes import Ledger, NoteKind, Record, Status, Support, Tombstone, Trust
from agentops.memory.operation_lines import evidence_read, support_read, support_said

NOTES = "notes.jsonl"
CURSOR = "cursor.json"
REJECTED = "rejected.jsonl"
TOMBSTONES = "tombstones.jsonl"

_ENUMS: dict[str, Callable[[str], Any]] = {"kind": NoteKind, "status": Status, "trust": Trust, "origin": Origin}
_DATES = frozenset({"first_seen", "last_seen", "valid_from", "valid_to", "review_after"})
_EVIDENCE = frozenset({"evidence", "against"})

T = TypeVar("T")


def written(ledger: Ledger) -> Mapping[str, str]:
    """Return the text of each file of a ledger, by name: always all four, an empty one too."""
    return {
        NOTES: _joined(_record_line(ledger.records[anchor]) for anchor in sorted(ledger.records)),
        CURSOR: f"{json.dumps({'dreamt': dict(ledger.dreamt)}, ensure_ascii=False, indent=1, sort_keys=True)}\n",
        REJECTED: _joined(canonical_json({"id": one}) for one in sorted(ledger.rejected)),
        TOMBSTONES: _joined(sorted({_tombstone_line(one) for one in ledger.tombstones})),
    }


def read(texts: Mapping[str, str]) -> Ledger:
    """Return the ledger that files say; a file that is not there says nothing.

    Raises:
        RepositoryError: a line of one cannot be read.
    """
    records = _each(texts, NOTES, _record)
    return Ledger(
        records={record.anchor: record for record in records},
        dreamt=_one(texts, CURSOR, _dreamt),
        rejected=frozenset(_each(texts, REJECTED, lambda said: str(said["id"]))),
        tombstones=tuple(_each(texts, TOMBSTONES, _tombstone)),
    )


def _joined(lines: Any) -> str:
    return "".join(f"{line}\n" for line in lines)


def _each(texts: Mapping[str, str], name: str, reading: Callable[[Any], T]) -> list[T]:
    lines = texts.get(name, "").split("\n")
    return [_said(name, number, line, reading) for number, line in enumerate(lines, 1) if line.strip()]


def _one(texts: Mapping[str, str], name: str, reading: Callable[[Any], T]) -> T:
    return _said(name, 1, texts.get(name, "").strip() or "{}", reading)


def _said(name: str, number: int, text: str, reading: Callable[[Any], T]) -> T:
    try:
        return reading(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise RepositoryError(
            f"the ledger's {name} cannot be read at line {number}: {error}",
            hint="restore the file from git: code writes it",
        ) from None


def _dreamt(said: Any) -> dict[str, str]:
    return {str(session): str(seen) for session, seen in said.get("dreamt", {}).items()}


def _record_line(record: Record) -> str:
    said = {field.name: _value(getattr(record, field.name)) for field in fields(record)}
    return canonical_json({key: value for key, value in said.items() if value})


def _value(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case date():
            return value.isoformat()
        case Support():
            return support_said(value)
        case tuple():
            return [str(one) if isinstance(one, Evidence) else one for one in value]
        case _:
            return value


def _record(said: Any) -> Record:
    known = {field.name for field in fields(Record)}
    return Record(**{key: _read(key, value) for key, value in said.items() if key in known})


def _read(key: str, value: Any) -> Any:
    if key in _ENUMS:
        return _ENUMS[key](value)
    if key in _DATES:
        return date.fromisoformat(value)
    if key in _EVIDENCE:
        return evidence_read(value)
    if key == "support":
        return support_read(value)
    return tuple(value) if isinstance(value, list) else value


def _tombstone_line(tombstone: Tombstone) -> str:
    said = {
        "at": tombstone.at.isoformat(),
        "digests": list(tombstone.digests),
        "reason": tombstone.reason,
        "salt": tombstone.salt,
    }
    return canonical_json({key: value for key, value in said.items() if value})


def _tombstone(said: Any) -> Tombstone:
    return Tombstone(
        salt=said.get("salt", ""),
        digests=tuple(said.get("digests", ())),
        at=date.fromisoformat(said["at"]),
        reason=said.get("reason", ""),
    )
