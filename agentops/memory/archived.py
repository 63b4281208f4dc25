"""Lines of the archive: a claim with the days between which it held and why it left."""

import re
from datetime import date

from agentops.memory.notes import Record

_LINE = re.compile(r"\[[^\]\n]{1,80}\] (.*)", re.DOTALL)


def line_of(text: str, record: Record) -> str:
    """Return what the archive says of a note that left."""
    why = f"superseded by {record.replaced_by}" if record.replaced_by else "retired"
    return f"[{_day(record.valid_from)} to {_day(record.valid_to)}, {why}] {text}"


def claim_of(line: str) -> str:
    """Return the claim of a line of the archive."""
    found = _LINE.fullmatch(line)
    return found[1] if found else line


def _day(day: date | None) -> str:
    return "?" if day is None else day.isoformat()
