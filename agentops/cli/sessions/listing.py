"""Sessions as rows, and one session as a page; pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from agentops.base.paint import Paint, printable
from agentops.cli.sessions import words

_STATUS_COLOURS = {"running": "green", "rescheduling": "yellow", "terminated": "dim"}
_NAME_WIDTH = 24
_TITLE_WIDTH = 40


def rows(sessions: Sequence[Mapping[str, Any]], now: datetime, paint: Paint) -> Iterator[str]:
    """Yield a line for each session, aligned."""
    if not sessions:
        yield "No sessions."
        return
    cells = [_cells(each, now) for each in sessions]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row, session in zip(cells, sessions, strict=True):
        padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        colour = _STATUS_COLOURS.get(session["status"])
        padded[1] = paint(colour, padded[1]) if colour else padded[1]
        yield "  ".join(padded).rstrip()


def page(session: Mapping[str, Any], now: datetime) -> Iterator[str]:
    """Yield what there is to say about one session."""
    agent = session["agent"]
    facts = {
        "session": session["id"],
        "title": session.get("title"),
        "status": f"{session['status']}{', archived' if session.get('archived_at') else ''}",
        "agent": f"{agent['name']} version {agent['version']} ({agent['id']}), {agent['model']['id']}",
        "environment": session["environment_id"],
        "created": f"{session['created_at']} ({age(session['created_at'], now)} ago)",
        "mounted": ", ".join(str(each.get("mount_path")) for each in session.get("resources") or ()),
        "vaults": ", ".join(session.get("vault_ids") or ()),
        "budget": words.money(session["budget"]["max_list_cost"]) if session.get("budget") else "",
        "usage": words.tokens(session.get("usage") or {}),
        "outcomes": "; ".join(
            f"{words.shortened(each['description'], _TITLE_WIDTH)}: {each['result']}"
            for each in session.get("outcome_evaluations") or ()
        ),
    }
    for name, fact in facts.items():
        if fact:
            yield f"{name:<12} {printable(str(fact))}"


def age(created_at: str, now: datetime) -> str:
    """Return how long ago that was, in the largest unit that fits."""
    passed = max(now - datetime.fromisoformat(created_at), timedelta())
    seconds = int(passed.total_seconds())
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= length:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def _cells(session: Mapping[str, Any], now: datetime) -> tuple[str, ...]:
    cost = (session.get("usage") or {}).get("list_cost")
    return (
        session["id"],
        session["status"],
        words.shortened(session["agent"]["name"], _NAME_WIDTH),
        age(session["created_at"], now),
        words.money(cost) if cost else "-",
        words.shortened(session.get("title") or "", _TITLE_WIDTH),
    )
