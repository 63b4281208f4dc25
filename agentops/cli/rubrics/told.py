"""The history of a rubric, for people and for programs; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from agentops.base.paint import Paint, printable
from agentops.base.wording import counted
from agentops.cli.rubrics.history import By, Record, Standing, standings, texts
from agentops.cli.rubrics.views import aligned
from agentops.cli.sessions.words import shortened

_MISSED_SHOWN = 3
_RESULT = 6
"""The column of the result."""

_COLOURS = {"satisfied": "green", "needs_revision": "yellow", "interrupted": "dim"}

Names = Mapping[str, str]
"""What people call agents, by their ids."""


def rows(records: Sequence[Record], digest: str, names: Names, paint: Paint) -> Iterator[str]:
    """Yield a line for each evaluation, newest first; a star stands where the rubric's text was another one."""
    if not records:
        yield "No evaluations."
        return
    head = ("ENDED", "SESSION", "EVALUATION", "AGENT", "MODEL", "SCORE", "RESULT", "MISSED")
    first, *rest = aligned([head, *(_cells(each, digest, names) for each in records)])
    yield paint("dim", "  ".join(first).rstrip())
    for cells, each in zip(rest, records, strict=True):
        cells[_RESULT] = paint(_COLOURS.get(each["result"], "red"), cells[_RESULT])
        yield "  ".join(cells).rstrip()
    if any(each["rubric"]["digest"] != digest for each in records):
        yield ""
        yield "* graded by another text of the rubric than the manifests have now"


def comparison(records: Sequence[Record], by: By, names: Names, paint: Paint) -> Iterator[str]:
    """Yield a line for each version of an agent, or each model."""
    found = standings(records, by)
    if not found:
        yield "No evaluations."
        return
    head = (by.upper(), "OUTCOMES", "PASSED", "FIRST SCORE", "GRADINGS", "MOST MISSED AT FIRST")
    first, *rest = ("  ".join(each).rstrip() for each in aligned([head, *(_compared(each, names) for each in found)]))
    yield paint("dim", first)
    yield from rest
    count = texts(records)
    if count > 1:
        yield ""
        yield f"These were graded by {counted(count, 'text')} of the rubric: what changed may be the rubric."


def as_json(records: Sequence[Record], by: By | None) -> dict[str, Any]:
    """Return the one JSON shape."""
    if by is None:
        return {"format_version": 1, "evaluations": list(records)}
    compared = [
        {
            **{name: value for name, value in asdict(each).items() if name not in ("key", "missed")},
            by: each.key,
            "pass_rate": each.pass_rate,
            "missed": [{"criterion_id": name, "count": count} for name, count in each.missed],
        }
        for each in standings(records, by)
    ]
    return {"format_version": 1, "by": by, "rubric_texts": texts(records), "groups": compared}


def _cells(each: Record, digest: str, names: Names) -> tuple[str, ...]:
    agent = each["agent"]
    missed = [finding["criterion_id"] for finding in each["findings"] if finding["degree"] != "met"]
    return (
        printable(each["created_at"][:16].replace("T", " ")),
        printable(each["session_id"]),
        f"{each['iteration'] + 1}{'' if each['rubric']['digest'] == digest else '*'}",
        shortened(f"{names.get(agent['id'], agent['id'])} v{agent['version']}", 40),
        shortened(agent["model"], 32),
        "-" if each["score"] is None else f"{each['score']:.2f}",
        each["result"].replace("_", " "),
        shortened(", ".join(missed), 60),
    )


def _compared(each: Standing, names: Names) -> tuple[str, ...]:
    agent_id, _, version = each.key.partition(" ")
    missed = [f"{name} ({count})" for name, count in each.missed[:_MISSED_SHOWN]]
    return (
        shortened(f"{names.get(agent_id, agent_id)} {version}".strip(), 40),
        str(each.outcomes),
        "-" if each.pass_rate is None else f"{round(100 * each.pass_rate)} % of {each.decided}",
        "-" if each.first_score is None else f"{each.first_score:.2f}",
        "-" if each.iterations is None else f"{each.iterations:.1f}",
        ", ".join(missed) or "-",
    )
