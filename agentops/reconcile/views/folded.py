"""What one step changes, in Markdown, folded away under a line: as much of it as there is room for."""

from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Any

from agentops.reconcile.views.behind import since_line
from agentops.reconcile.views.differences import differences
from agentops.reconcile.views.steps import blast_line, sign, word
from agentops.reconcile.views.untrusted import code, fenced, prose, tagged
from agentops.reconcile.views.values import in_one_line, is_long, pinned, short

Json = Mapping[str, Any]


class Depth(IntEnum):
    """How much is told of a step, from all of it to nothing."""

    WHOLE = 0
    NO_CONTEXT = 1
    """Without the lines that stay."""

    NO_TEXTS = 2
    """Without long texts."""

    NOTHING = 3


_CONTEXT_LINES = {Depth.WHOLE: 3, Depth.NO_CONTEXT: 0}
_HIDDEN_FIELDS = {"name", "display_name", "seed"}
_PATHS = 20


def folded(step: Json, depth: Depth) -> str:
    """Return the details of a step, with an empty line around whatever Markdown is in there."""
    told = list(_told(step, depth)) if depth is not Depth.NOTHING else []
    if not told:
        return ""
    name = tagged(f"{sign(step)} {step['address']}")
    return "\n".join([f"<details><summary>{name} {_moves(step)}</summary>", "", *told, "", "</details>", ""])


def _moves(step: Json) -> str:
    version = step["version"]
    if not version or not version["to"]:
        return word(step["action"])
    before = f"{version['from']} → " if version["from"] else ""
    return f"{word(step['action'])}, version {before}{version['to']}"


def _told(step: Json, depth: Depth) -> Iterator[str]:
    yield f"Why: {prose(step['reason'])}"
    yield ""
    for risk in step["risks"]:
        ruled = ", which the project forbids" if risk.get("level") == "error" else ""
        yield f"- {risk['severity']} risk: {risk['risk'].replace('_', ' ')}{ruled}: {prose(risk['note'])}"
    if blast := blast_line(step):
        yield f"- {prose(blast)}"
    if cost := step.get("cost"):
        yield f"- cost: {prose(cost['note'])}"
    if step["action"] == "create":
        yield from _created(step)
        return
    for change in step["changes"]:
        yield from _change(change, depth)
        if since := since_line(change):
            yield f"  - {prose(since)}"


def _created(step: Json) -> Iterator[str]:
    for each in step["changes"]:
        if each["field"] not in _HIDDEN_FIELDS:
            yield f"- {code(each['field'])}: {code(in_one_line(each['field'], each['after']))}"
    if step["memories"]:
        more = f" and {len(step['memories']) - _PATHS} more" if len(step["memories"]) > _PATHS else ""
        yield f"- memories: {', '.join(code(each) for each in step['memories'][:_PATHS])}{more}"
    if step["source"]:
        yield f"- in {code(_place(step['source']))}"


def _change(change: Json, depth: Depth) -> Iterator[str]:
    before, after, path = change["before"], change["after"], ".".join([change["field"], *change["path"]])
    where = f" ({code(_place(change['source']))})" if change["source"] else ""
    tail = f"{_VERDICTS.get(change['verdict'], '')}{where}"
    if change["field"] == "files" and change["path"]:
        done = "changed" if before and after else "added" if after else "removed"
        yield f"- file {code('.'.join(change['path']))} {done}{tail}"
    elif change["field"] == "seed":
        yield f"- memory {code('.'.join(change['path']))} {'written anew' if before else 'written'}{tail}"
    elif change["verdict"] == "conflict":
        yield f"- {code(path)}{tail}"
        yield from _three_ways(change, depth)
    elif is_long(before) or is_long(after):
        yield f"- {code(path)}{tail}"
        yield from _text(before, after, depth)
    else:
        yield f"- {code(pinned(change) or path)}: {code(short(before))} → {code(short(after))}{tail}"


_VERDICTS = {
    "drift": ", **drift**: live → wanted",
    "conflict": ", **conflict**: changed here and on the target",
    "clear": ", cleared",
}


def _three_ways(change: Json, depth: Depth) -> Iterator[str]:
    """Yield what each side did to the value that both began with, where that is known."""
    live, wanted, base = change["before"], change["after"], change.get("base")
    if "base" not in change or change["base_missing"]:
        if missing := change.get("base_missing"):
            yield f"  - what both began with is not known: {prose(missing)}"
        yield from _compared("live → wanted", live, wanted, depth)
        return
    yield from _compared("base → live, what somebody did on the target", base, live, depth)
    yield from _compared("base → wanted, what the manifest does", base, wanted, depth)


def _compared(title: str, before: Any, after: Any, depth: Depth) -> Iterator[str]:
    if is_long(before) or is_long(after):
        yield f"  - {title}:"
        yield from _text(before, after, depth)
    else:
        yield f"  - {title}: {code(short(before))} → {code(short(after))}"


def _text(before: Any, after: Any, depth: Depth) -> Iterator[str]:
    if depth >= Depth.NO_TEXTS:
        kinds = [kind for kind, _ in differences(before, after, 0)]
        yield f"  - {kinds.count('+')} lines come, {kinds.count('-')} go; too long to be shown here"
        return
    found = [
        kind + line if kind != "@" else f"@@ {line} @@" for kind, line in differences(before, after, _context(depth))
    ]
    yield ""
    yield fenced(found or ["(the same lines; only how they end is different)"], "diff")
    yield ""


def _context(depth: Depth) -> int:
    return _CONTEXT_LINES[depth]


def _place(source: Json) -> str:
    return f"{source['file']}:{source['line']}"
