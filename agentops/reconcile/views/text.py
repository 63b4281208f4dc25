"""A plan for a terminal: one line an object, danger first, and under it only what changes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agentops.base.paint import Paint, on_one_line
from agentops.base.wording import counted
from agentops.reconcile.views.behind import behind, is_three_way, text_diff, three_ways
from agentops.reconcile.views.steps import COLOURS, blast_line, headline, sign
from agentops.reconcile.views.values import in_one_line, is_long, pinned, short

_VERDICTS = {"drift": "drift", "conflict": "conflict", "clear": "cleared"}
_SELDOM = ("adopt", "move", "replace", "retire", "restore", "forget")
"""Actions that are counted only where there are some."""
_ADDRESS_WIDTH = 48
_FIELD_WIDTH = 20
_CONTEXT_LINES = 3


def plan_text(plan: Mapping[str, Any], paint: Paint) -> Iterator[str]:
    """Yield the lines of a plan, made from its JSON shape."""
    yield paint("bold", f"{plan['owner']} → {plan['target']}")
    if plan["steps"] or plan["kept_memories"]:
        yield ""
    width = column([*plan["steps"], *plan["rendered"], *plan["kept_memories"]])
    for step in plan["steps"]:
        yield from step_text(step, paint, width)
    for text in plan["rendered"] if plan["steps"] else ():
        yield paint("dim", f"  · {text['address']:<{width}}  is text for graders; no object of its own")
    for kept in plan["kept_memories"]:
        said = f"{on_one_line(kept['path'])} was changed or removed since, and is the agents' to keep"
        yield paint("dim", f"  · {kept['address']:<{width}}  {said}")
    yield ""
    yield paint("bold", summary_line(plan))
    if any(step["is_final"] for step in plan["steps"]):
        yield paint("red", "Removing is final: the API has no way back from archive or delete.")


def summary_line(plan: Mapping[str, Any]) -> str:
    """Return the one line that scripts may search for."""
    count = plan["summary"]
    if not plan["steps"] and not plan["is_blocked"]:
        return f"No changes. {count['unchanged']} unchanged. Plan {plan['plan_id']}."
    removed = count["archive"] + count["delete"]
    parts = [f"{count['create']} to create", f"{count['update']} to update", f"{count['repin']} to re-pin"]
    parts += [f"{count['restamp']} to re-stamp"] if count["restamp"] else []
    parts += [f"{count[action]} to {action}" for action in _SELDOM if count[action]]
    parts += [f"{removed} to remove"]
    notes = [f"{counted(count['drift'], 'field')} drifted"] if count["drift"] else []
    notes += [f"{counted(count['conflict'], 'field')} in conflict"] if count["conflict"] else []
    notes += [f"{len(plan['left_out'])} left out"] if plan["left_out"] else []
    notes += [f"{count['unchanged']} unchanged"]
    return f"Plan: {', '.join(parts)}; {', '.join(notes)}. Plan {plan['plan_id']}."


def column(named: Sequence[Mapping[str, Any]]) -> int:
    """Return how wide a column of addresses has to be, within reason."""
    return min(max((len(each["address"]) for each in named), default=0), _ADDRESS_WIDTH)


def step_text(step: Mapping[str, Any], paint: Paint, width: int) -> Iterator[str]:
    """Yield the lines of one step."""
    symbol = sign(step)
    name = f"{step['address']:<{width}}"
    yield f"{paint(COLOURS[symbol], f'{symbol:>3}')} {paint('bold', name)}  {on_one_line(headline(step))}"
    if blast := blast_line(step):
        yield paint("red", f"      {on_one_line(blast)}")
    if step["action"] == "create":
        yield from _created(step, paint)
    for change in step["changes"] if step["action"] != "create" else ():
        yield from _change(change, paint)
    for risk in step.get("risks", ()):
        # What a line above says already, by its symbol.
        if risk["risk"] != "drift_undone" and risk.get("level") != "off":
            said = f"{risk['severity']} risk: {risk['risk'].replace('_', ' ')}: {on_one_line(risk['note'])}"
            yield paint("red", f"      {said}")
    if cost := step.get("cost"):
        yield f"      cost: {on_one_line(cost['note'])}"


def _created(step: Mapping[str, Any], paint: Paint) -> Iterator[str]:
    fields = [each for each in step["changes"] if each["field"] not in {"name", "display_name", "seed"}]
    width = max([_FIELD_WIDTH, *(len(each["field"]) for each in fields)])
    yield from (f"      {each['field']:<{width}} {in_one_line(each['field'], each['after'])}" for each in fields)
    if step["memories"]:
        paths = ", ".join(on_one_line(each) for each in step["memories"][:4])
        more = f" and {len(step['memories']) - 4} more" if len(step["memories"]) > 4 else ""
        yield f"      {'memories':<20} {len(step['memories'])}: {paths}{more}"
    if step["source"]:
        yield paint("dim", f"      {step['source']['file']}:{step['source']['line']}")


def _change(change: Mapping[str, Any], paint: Paint) -> Iterator[str]:
    before, after = change["before"], change["after"]
    path = on_one_line(".".join([change["field"], *change["path"]]))
    word = _VERDICTS.get(change["verdict"])
    is_foreign = word in {"drift", "conflict"}
    tail = (f"  [{word}]" if word else "") + _place(change, paint)
    if change["field"] == "files" and change["path"]:
        word = "change" if before and after else "add" if after else "remove"
        yield f"      file {on_one_line('.'.join(change['path']))}: {word}{tail}"
    elif change["field"] == "seed":
        yield f"      memory {on_one_line('.'.join(change['path']))}: {'write anew' if before else 'write'}{tail}"
    elif is_three_way(change):
        yield f"      {path}:{tail}"
        yield from three_ways(change, paint)
    elif is_long(before) or is_long(after):
        yield f"      {path}{':  - live  + wanted' if is_foreign else ''}{tail}"
        yield from text_diff(before, after, paint)
    else:
        sides = ("live ", "wanted ") if is_foreign else ("", "")
        old, new = (side + short(value) for side, value in zip(sides, (before, after), strict=True))
        yield f"      {pinned(change) or path}: {paint('red', old)} → {paint('green', new)}{tail}"
    yield from behind(change, paint)


def _place(change: Mapping[str, Any], paint: Paint) -> str:
    source = change["source"]
    return "  " + paint("dim", f"{source['file']}:{source['line']}") if source else ""
