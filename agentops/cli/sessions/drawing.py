"""A session's tree as lines: a table where the terminal is wide enough for one, facts beneath names where it is not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agentops.base.paint import Paint, printable
from agentops.cli.sessions import verdicts, words

Node = Mapping[str, Any]

_HEADS = ("start", "ran", "requests", "calls", "tokens in", "out", "cost", "")
_COLOURS = {
    "running": "green",
    "rescheduling": "yellow",
    "terminated": "dim",
    "requires_action": "yellow",
} | dict.fromkeys(
    ("error", "failed", "retries_exhausted", "max_iterations_reached", "stopped", "interrupted", "budget_reached"),
    "red",
)
_GAP = "  "
_NAME_MAX = 40
_ERRORS_MAX = 3
_LEAST = 12
"""How little room a text is given at the least, however deep it stands. Units: characters."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the tree before it is known how wide its columns are."""

    before: str
    """The lines of the tree that lead to it."""

    under: str
    """The same for what is written beneath it."""

    label: str
    colour: str = ""
    cells: tuple[str, ...] = ()
    """What stands in the columns; nothing of a mere text."""


def lines(root: Node, paint: Paint, width: int) -> Iterator[str]:
    """Yield the tree as lines of at most so many characters."""
    rows = list(_rows(root, "", "", datetime.fromisoformat(root["started_at"])))
    columns = _columns(rows)
    is_table = sum(columns) + len(_GAP) * (len(columns) - 1) <= width
    if is_table:
        yield paint("dim", _aligned(("", *_HEADS), columns).rstrip())
    for row in rows:
        if not row.cells:
            room = max(width - len(row.before), _LEAST)
            yield _with(paint, "dim", row.before) + _with(paint, row.colour, words.shortened(row.label, room))
        elif is_table:
            yield _in_table(row, columns, paint)
        else:
            yield from _stacked(row, paint, width)


def total(session: Mapping[str, Any], width: int) -> Iterator[str]:
    """Yield what the session took as a whole: with gradings and running time, so more than its threads together."""
    yield ""
    facts = words.tokens(session.get("usage") or {}).split(" · ")
    yield from _wrapped([f"{session['id']} {session['status']}", *facts], "", width)


def _rows(node: Node, before: str, under: str, origin: datetime) -> Iterator[_Row]:
    children = node.get("children") or ()
    yield _Row(before, under, *_head(node), _cells(node, origin))
    beneath = under + ("│  " if children else "   ")
    for colour, text in _texts(node):
        yield _Row(beneath, beneath, text, colour)
    for number, child in enumerate(children, start=1):
        is_last = number == len(children)
        yield from _rows(child, under + ("└─ " if is_last else "├─ "), under + ("   " if is_last else "│  "), origin)


def _head(node: Node) -> tuple[str, str]:
    match node["type"]:
        case "thread":
            return words.shortened(node["agent"], _NAME_MAX), "bold"
        case "evaluation":
            return f"{verdicts.mark(node['status'])} evaluation {node['iteration'] + 1}", "blue"
        case "workflow_run":
            return f"⚙ {words.shortened(node['name'], _NAME_MAX)}", "magenta"
        case "phase":
            return words.shortened(node["name"], _NAME_MAX), "magenta"
        case kind:
            return f"> {'outcome: ' if kind == 'outcome' else ''}{node['text']}", "bold"


def _texts(node: Node) -> Iterator[tuple[str, str]]:
    """Yield what stands beneath a node: why it was begun, what was said, what went wrong, what came of it."""
    for each in node.get("messages") or ():
        if each.get("reason"):
            yield "cyan", f"why: {each['reason']}"
        yield "", f"{'⇢' if each['way'] == 'to' else '⇠'} {each['text']}"
    errors = node.get("errors") or ()
    for told in errors[:_ERRORS_MAX]:
        yield "red", f"! {told}"
    if len(errors) > _ERRORS_MAX:
        yield "red", f"! {len(errors) - _ERRORS_MAX} more errors"
    if node.get("note"):
        yield "", str(node["note"])


def _cells(node: Node, origin: datetime) -> tuple[str, ...]:
    if "seconds" not in node:
        return ()
    start = lasted((datetime.fromisoformat(node["started_at"]) - origin).total_seconds())
    usage = node.get("usage") or {}
    took, out = words.taken(usage)
    cost = usage.get("list_cost")
    stop = node.get("stop")
    return (
        f"+{start}",
        lasted(node["seconds"]),
        str(node["requests"]) if node.get("requests") else "",
        str(node["tool_calls"]) if node.get("tool_calls") else "",
        f"{took:,}" if usage else "",
        f"{out:,}" if usage else "",
        words.money(cost) if cost else "",
        printable(stop if node["status"] == "idle" and stop else node["status"]).replace("_", " "),
    )


def _columns(rows: Sequence[_Row]) -> list[int]:
    table = [("", *_HEADS), *((row.before + row.label, *row.cells) for row in rows if row.cells)]
    return [max(map(len, column)) for column in zip(*table, strict=True)]


def _aligned(cells: Sequence[str], columns: Sequence[int]) -> str:
    """Return cells in columns: names and what came of them to the left, numbers to the right."""
    name, *numbers, end = zip(cells, columns, strict=True)
    middle = [cell.rjust(width) for cell, width in numbers]
    return _GAP.join([name[0].ljust(name[1]), *middle, end[0]])


def _in_table(row: _Row, columns: Sequence[int], paint: Paint) -> str:
    plain = _aligned((row.before + row.label, *row.cells), columns).rstrip()
    name = _with(paint, "dim", row.before) + _with(paint, row.colour, row.label)
    rest = plain[len(row.before + row.label) :]
    status = row.cells[-1]
    if status and (colour := _COLOURS.get(status.replace(" ", "_"))):
        rest = rest.removesuffix(status) + paint(colour, status)
    return name + rest


def _stacked(row: _Row, paint: Paint, width: int) -> Iterator[str]:
    """Yield a name, and its facts beneath it, as many on a line as it has room for."""
    room = max(width - len(row.before), _LEAST)
    yield _with(paint, "dim", row.before) + _with(paint, row.colour, words.shortened(row.label, room))
    units = ("", "ran", "requests", "calls", "in", "out", "", "")
    facts = [_fact(unit, cell) for unit, cell in zip(units, row.cells, strict=True) if cell]
    yield from (paint("dim", line) for line in _wrapped(facts, f"{row.under}   ", width))


def _wrapped(facts: Sequence[str], indent: str, width: int) -> Iterator[str]:
    """Yield facts, as many on a line as it has room for."""
    line = ""
    for fact in facts:
        longer = f"{line} · {fact}" if line else fact
        if line and len(indent) + len(longer) > width:
            yield indent + line
            longer = fact
        line = longer
    yield indent + line


def _fact(unit: str, cell: str) -> str:
    if unit == "ran":
        return f"ran {cell}"
    return f"{cell} {unit.removesuffix('s') if cell == '1' else unit}".rstrip()


def _with(paint: Paint, colour: str, text: str) -> str:
    return paint(colour, text) if colour else text


def lasted(seconds: float) -> str:
    """Return how long something took, in two units at most."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} m {rest:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} m"
