"""A plan for a pull request: a table of what changes, the changes folded under it, all within a forge's limit.

What does not fit is left out in this order: the unchanged lines around a change, long texts, changes, rows. The verdict
and the plan's id always stay.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from agentops.base.views.text import report_text
from agentops.base.wording import counted
from agentops.reconcile.views.folded import Depth, folded
from agentops.reconcile.views.steps import Sign, sign, word
from agentops.reconcile.views.text import summary_line
from agentops.reconcile.views.untrusted import cell, code, fenced

LIMIT: Final = 60_000
"""Units: characters. A body on GitHub ends at 65,536; the rest is for what a forge and others add."""

_FRAME: Final = 700
"""Units: characters for the headings and for what is said of what is left out."""

_BLOCKING_LINES: Final = 100
_OTHER_LINES: Final = 60
_SAID_WIDTH: Final = 240
_NONE: Final = {"errors": 0, "warnings": 0, "notes": 0, "files": 0}
_NAMED: Final = 6
"""How many fields, risks or addresses are named before the rest is counted."""

_ADDRESS: Final = re.compile(r"https?://[\w.:/-]+", re.ASCII)
_TABLE: Final = "|  | Object | Fields | Risks | Final | Moves |\n|---|---|---|---|---|---|"

_FOREIGN: Final = frozenset({Sign.DRIFT, Sign.CONFLICT})

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class About:
    """What is told beside a plan: where it comes from, and what to do with it."""

    title: str = "agentops plan"
    commit: str = ""
    run_url: str = ""
    """Of the run that made the plan: from the forge itself, not from a manifest."""

    how_to_apply: str = ""
    """A line of Markdown of ours."""

    def links(self) -> list[str]:
        """Return the link to the run, if it is an address."""
        return [f"[run]({self.run_url})"] if _ADDRESS.fullmatch(self.run_url) else []


@dataclass(slots=True)
class _Row:
    """One step: its line of the table, and as much of its details as there is room for."""

    step: Json
    line: str
    details: str = ""
    depth: Depth = Depth.WHOLE
    is_shown: bool = True

    @property
    def size(self) -> int:
        return (_length(self.line) + 1 + _length(self.details)) * self.is_shown


def plan_markdown(plan: Json, about: About, limit: int = LIMIT) -> str:
    """Return the plan, made from its JSON shape, in at most so many characters.

    Units: limit in characters as UTF-16 counts them; no forge counts more.
    """
    head, foot = "\n".join(_head(plan, about)), "\n".join(_foot(plan, about))
    rows = [_Row(each, _line(each), folded(each, Depth.WHOLE)) for each in plan["steps"]]
    return _joined(head, rows, foot, limit)


def drift_markdown(document: Json, about: About, limit: int = LIMIT) -> str:
    """Return a drift report, made from its JSON shape, in at most so many characters."""
    count = len(document["steps"])
    said = f"{counted(count, 'object')} changed on the target since the last apply." if count else "No drift."
    head = f"### {about.title}: {code(document['target'])}\n\n**{said}**"
    ways = "`agentops apply` brings back what the manifests want; `agentops drift` shows more."
    facts = [f"owner {code(document['owner'])}", *([f"commit {code(about.commit[:12])}"] if about.commit else [])]
    foot = (f"\n{ways}\n" if count else "") + f"\n{' · '.join([*facts, *about.links()])}"
    rows = [_Row(each, _line(each), folded(each, Depth.WHOLE)) for each in document["steps"]]
    return _joined(head, rows, foot, limit)


def _joined(head: str, rows: Sequence[_Row], foot: str, limit: int) -> str:
    _fit(rows, limit - _length(head) - _length(foot) - _FRAME)
    whole = "\n".join([head, *_body(rows), foot]) + "\n"
    return whole if _length(whole) <= limit else _cut(whole, limit)


def _fit(rows: Sequence[_Row], room: int) -> None:
    """Take away until it fits, from the last row up: what is dangerous stands first."""
    size = sum(each.size for each in rows)
    for depth in (Depth.NO_CONTEXT, Depth.NO_TEXTS, Depth.NOTHING, None):
        for row in reversed(rows):
            if size <= room:
                return
            size -= row.size
            if depth is None:
                row.is_shown = False
            else:
                row.details, row.depth = folded(row.step, depth), depth
            size += row.size


def _cut(whole: str, limit: int) -> str:
    """Return the beginning: of a limit that has no room for a head, the most that can be made."""
    kept = whole.encode("utf-16-le")[: max(limit, 0) * 2].decode("utf-16-le", "ignore")
    return kept.rpartition("\n")[0] or kept


def _length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _head(plan: Json, about: About) -> Iterator[str]:
    yield f"### {about.title}: {code(plan['target'])}"
    yield ""
    yield f"**{_verdict(plan)}**"
    yield ""
    yield summary_line(plan)
    said = [each for each in plan.get("diagnostics", ()) if each["severity"] == "error"]
    yield from _said("What blocks it", said, is_open=True)


def _verdict(plan: Json) -> str:
    count, errors = plan["summary"], sum(each["severity"] == "error" for each in plan.get("diagnostics", ()))
    if plan["is_blocked"]:
        in_conflict = f", {count['conflict']} in conflict" if count["conflict"] else ""
        return f"Blocked: {counted(errors, 'error')}{in_conflict}. Nothing can be applied until that is settled."
    if not plan["steps"]:
        return "The target is as declared."
    final = sum(each["is_final"] for each in plan["steps"])
    risky = sum(any(risk["risk"] != "drift_undone" for risk in each["risks"]) for each in plan["steps"])
    notes = [f"{risky} with risks"] if risky else []
    notes += [f"{count['drift']} fields drifted"] if count["drift"] else []
    notes += [f"{final} cannot be undone"] if final else []
    return f"{counted(len(plan['steps']), 'object')} to change{''.join(f', {each}' for each in notes)}."


def _body(rows: Sequence[_Row]) -> Iterator[str]:
    foreign = [each for each in rows if sign(each.step) in _FOREIGN]
    own = [each for each in rows if sign(each.step) not in _FOREIGN]
    yield from _section("Changes of these manifests" if foreign else "", own)
    yield from _section("Changed on the target since the last apply", foreign)
    if short := [each for each in rows if each.depth is not Depth.WHOLE]:
        yield ""
        yield f"*{counted(len(short), 'object')} told in less than full: `agentops plan` shows all of it.*"


def _section(title: str, rows: Sequence[_Row]) -> Iterator[str]:
    shown = [each for each in rows if each.is_shown]
    if not rows:
        return
    if title:
        yield f"\n#### {title}"
    if shown:
        yield f"\n{_TABLE}"
        yield from (each.line for each in shown)
    if missing := len(rows) - len(shown):
        yield f"\n*{missing} more, for which there is no room here.*"
    if any(each.details for each in shown):
        yield ""
        yield from (each.details for each in shown if each.details)


def _line(step: Json) -> str:
    fields = dict.fromkeys(each["field"] for each in step["changes"])
    risks = dict.fromkeys(each["risk"].replace("_", " ") for each in step["risks"])
    version = step["version"] or {}
    moves = f" {version['from']} → {version['to']}" if version.get("from") and version.get("to") else ""
    cells = (
        f"{cell(sign(step))} {word(step['action'])}",
        cell(step["address"]) + moves,
        _named(map(cell, fields if step["action"] != "create" else ())),
        _named(risks),
        "yes" if step["is_final"] else "",
        _named(map(cell, step.get("downstream", ()))),
    )
    return f"| {' | '.join(cells)} |"


def _named(names: Iterable[str]) -> str:
    known = list(names)
    more = [f"{len(known) - _NAMED} more"] if len(known) > _NAMED else []
    return ", ".join([*known[:_NAMED], *more])


def _foot(plan: Json, about: About) -> Iterator[str]:
    others = [each for each in plan.get("diagnostics", ()) if each["severity"] != "error"]
    yield from _said(f"{counted(len(others), 'remark')}", others)
    undeclared = [code(each["address"]) for each in plan["undeclared"]]
    yield from _noted("Declared no more, and left alone", undeclared)
    yield from _noted("Left out, as the target has no such objects", [code(each) for each in plan["left_out"]])
    kept = [code(f"{each['address']} {each['path']}") for each in plan["kept_memories"]]
    yield from _noted("Memories that agents changed and keep", kept)
    if about.how_to_apply and plan["steps"] and not plan["is_blocked"]:
        yield f"\n{about.how_to_apply}"
    facts = [f"Plan `{plan['plan_id']}`", f"owner {code(plan['owner'])}"]
    facts += [f"commit {code(about.commit[:12])}"] if about.commit else []
    yield f"\n{' · '.join([*facts, *about.links()])}"


def _noted(title: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        yield f"\n{title}: {_named(names)}."


def _said(title: str, diagnostics: Sequence[Json], *, is_open: bool = False) -> Iterator[str]:
    """Yield what there is to say, as the terminal says it."""
    if not diagnostics:
        return
    most = _BLOCKING_LINES if is_open else _OTHER_LINES
    lines = report_text({"diagnostics": diagnostics, "summary": _NONE}).splitlines()[:-2]
    lines = lines if len(lines) <= most else [*lines[:most], f"({len(lines) - most} more lines)"]
    yield f"\n<details{' open' if is_open else ''}><summary>{title}</summary>\n"
    yield fenced(each[:_SAID_WIDTH] for each in lines)
    yield "\n</details>"
