"""Evaluations of outcomes as lines: what is missing first and why, then what is met; pure, and safe to print."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from agentops.base.paint import Paint, printable
from agentops.cli.sessions import words

_RESULTS: Final = {"satisfied": ("green", "☑"), "needs_revision": ("yellow", "☐"), "interrupted": ("yellow", "■")}
_ENDED: Final = ("red", "☒")
_DEGREES: Final = {"not met": ("red", "✗"), "partially met": ("yellow", "~")}
_MET: Final = "met"

_BULLET = re.compile(r"- (.*?) \((met|not met|partially met)\)(, settled by a check)?(?:: (.*))?")
"""A criterion as our engine tells it; the documented example of a hosted one's words has no such list."""

_OPENING = re.compile(r"An independent grader found that the result [^:.]*[:.] ?")
_COMMAND = re.compile(r"^`.*` (?=ended|took|was)")
_REASON_LINES: Final = 4
_FREE_LINES: Final = 10


@dataclass(slots=True)
class _Criterion:
    """One criterion, as an explanation tells it."""

    name: str
    degree: str
    is_checked: bool
    reason: str


def mark(status: str) -> str:
    """Return the sign of a result, or of an evaluation that still runs."""
    return "☐" if status == "running" else _RESULTS.get(status, _ENDED)[1]


def begun(event: Mapping[str, Any], paint: Paint) -> Iterator[str]:
    """Yield the line of an evaluation that begins."""
    yield paint("dim", f"· evaluation {event['iteration'] + 1}: a grader looks at the work")


def lines(event: Mapping[str, Any], paint: Paint, width: int) -> Iterator[str]:
    """Yield what an evaluation came to: the result, what is not met and why, and what is met."""
    result = str(event["result"])
    colour, symbol = _RESULTS.get(result, _ENDED)
    opening, criteria, rest = _read(str(event.get("explanation") or ""))
    head = f"{symbol} evaluation {event['iteration'] + 1}: {printable(result).replace('_', ' ')}"
    first, *more = words.wrapped(f"{head}: {opening}" if opening else head, width, "  ", _REASON_LINES)
    yield paint(colour, first)
    yield from more
    for each in criteria:
        if each.degree != _MET:
            yield from _missing(each, paint, width)
    if met := [each.name for each in criteria if each.degree == _MET]:
        first, *more = words.wrapped(f"  ✓ {', '.join(met)}", width, "    ", _FREE_LINES)
        yield paint("green", first[:3]) + first[3:]
        yield from more
    if not criteria:
        yield from (f"  │ {line}" for line in words.result(rest, _FREE_LINES) if line)


def _missing(criterion: _Criterion, paint: Paint, width: int) -> Iterator[str]:
    colour, symbol = _DEGREES[criterion.degree]
    who = " (a check)" if criterion.is_checked else ""
    reason = _COMMAND.sub("it ", criterion.reason)
    told = [f"{criterion.name}{who}", *([reason.replace("\n", " ")] if reason else [])]
    first, *more = words.wrapped(f"  {symbol} {': '.join(told)}", width, "    ", _REASON_LINES)
    yield paint(colour, first[:3]) + first[3:]
    yield from more


def _read(explanation: str) -> tuple[str, list[_Criterion], str]:
    """Return the opening, the criteria, and where there are none what comes behind the opening."""
    opening, _, rest = explanation.strip().partition("\n")
    found: list[_Criterion] = []
    for line in rest.splitlines():
        if bullet := _BULLET.fullmatch(line):
            name, degree, checked, reason = bullet.groups()
            found.append(_Criterion(words.shortened(name.partition(":")[0], 64), degree, bool(checked), reason or ""))
        elif found and line.startswith("  "):
            found[-1].reason += f"\n{line.strip()}"
    opening = _OPENING.sub("", opening, count=1).removesuffix(".") if found else opening
    return opening, found, rest.strip()
