"""The words of a verdict: for the agent, who is to mend what is missing, and for people.

The form is that of real explanations: an opening sentence, each criterion with how far it is met, and a request.
Source: documented, cookbook `CMA_verify_with_outcome_grader`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from agentops.base.paint import printable
from agentops.engine.core.outcomes.rubric import Rubric
from agentops.engine.core.outcomes.verdict import Degree, Finding

REASONS_MAX: Final = 60_000
"""For all reasons together. Units: characters."""

REASON_MIN: Final = 300
_REASON_MAX = 4000
_CRITERION_MAX = 240

_LABELS: Final = {Degree.MET: "(met)", Degree.PARTLY: "(partially met)", Degree.NOT: "(not met)"}
_REVISE = "Please revise the result so that every criterion that is not met is met, and what is met stays so."


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion, as it is told."""

    criterion: str
    degree: Degree
    reason: str
    note: str = ""


def explained(rubric: Rubric, findings: Sequence[Finding], *, share: float, is_satisfied: bool) -> str:
    """Return the words of a verdict on criteria."""
    count = sum(each.degree is Degree.MET for each in findings)
    missing = [each.criterion_id for each in findings if each.is_required and each.degree is not Degree.MET]
    found = f"{count} of {len(findings)} criteria are met, a score of {_number(share)}"
    enough = f"{found} where {_number(rubric.pass_share)} is enough"
    required = f", and required but not met: {', '.join(missing)}" if missing else ""
    opening = f"An independent grader found that the result {_verb(is_satisfied=is_satisfied)}: {enough}{required}."
    texts = {each.id: each.text for each in rubric.criteria}
    lines = (
        Line(f"{each.criterion_id}: {texts[each.criterion_id]}", each.degree, each.reason, _note(each))
        for each in findings
    )
    return told(opening, lines, len(findings), is_satisfied=is_satisfied)


def explained_freely(lines: Sequence[Line], summary: str, *, is_satisfied: bool) -> str:
    """Return the words of a verdict on what a model took for the criteria itself."""
    opening = f"An independent grader found that the result {_verb(is_satisfied=is_satisfied)}."
    if summary:
        opening = f"{opening} {_reason(summary, _REASON_MAX)}"
    return told(opening, lines, len(lines), is_satisfied=is_satisfied)


def told(opening: str, lines: Iterable[Line], count: int, *, is_satisfied: bool) -> str:
    """Return an opening, the criteria and, if need be, the request to revise."""
    room = min(_REASON_MAX, max(REASON_MIN, REASONS_MAX // max(count, 1)))
    parts = [opening, "\n".join(_bullet(each, room) for each in lines)]
    return "\n\n".join(filter(None, parts if is_satisfied else [*parts, _REVISE]))


def failed(reason: str) -> str:
    """Return the words of an evaluation that could not be made, or for which the rubric does not fit."""
    return f"The result could not be graded, and nothing is said about it. {_reason(reason, _REASON_MAX)}"


def plain(words: str) -> str:
    """Return words that anybody can read, print and store."""
    return printable(words.replace("\r\n", "\n"))


def shortened(words: str, most: int) -> str:
    """Return the words, cut when they are too long."""
    return words if len(words) <= most else f"{words[:most].rstrip()} …"


def _bullet(line: Line, room: int) -> str:
    criterion = shortened(" ".join(plain(line.criterion).split()), _CRITERION_MAX)
    reason = _reason(line.reason, room)
    return f"- {criterion} {_LABELS[line.degree]}{line.note}{': ' if reason else ''}{reason}"


def _reason(words: str, most: int) -> str:
    # Indented, so that no line of it begins a bullet of its own.
    return "\n  ".join(_lines(shortened(plain(words).strip(), most)))


def _lines(words: str) -> Iterator[str]:
    yield from (each.rstrip() for each in words.split("\n") if each.strip())


def _verb(*, is_satisfied: bool) -> str:
    return "satisfies the rubric" if is_satisfied else "does not satisfy the rubric yet"


def _note(finding: Finding) -> str:
    return ", settled by a check" if finding.settled_by == "check" else ""


def _number(share: float) -> str:
    return f"{share:.3f}".rstrip("0").rstrip(".")
