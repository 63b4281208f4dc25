"""A plan for a terminal: one line an object, danger first, and under it only what changes."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import unified_diff
from typing import Any

from agentops.base.paint import Paint, printable

_SYMBOLS = {
    "create": ("+", "green"),
    "update": ("~", "yellow"),
    "repin": ("^", "dim"),
    "restamp": ("=", "dim"),
    "adopt": ("<", "cyan"),
    "move": (">", "cyan"),
    "replace": ("±", "red"),
    "archive": ("-", "red"),
    "delete": ("-", "red"),
}
_VERDICTS = {"drift": "drift", "conflict": "conflict", "clear": "cleared"}
_STAND_INS = {"$any": "(chosen by the server)", "$hidden": "(not shown)", "$secret": "(a secret)"}
_VALUE_WIDTH = 60
_ADDRESS_WIDTH = 48
_FIELD_WIDTH = 20
_CONTEXT_LINES = 2


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
        said = f"{printable(kept['path'])} was changed or removed since, and is the agents' to keep"
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
    parts += [f"{count[action]} to {action}" for action in ("adopt", "move", "replace") if count[action]]
    parts += [f"{removed} to remove"]
    notes = [f"{count['drift']} drifted"] if count["drift"] else []
    notes += [f"{count['conflict']} in conflict"] if count["conflict"] else []
    notes += [f"{len(plan['left_out'])} left out"] if plan["left_out"] else []
    notes += [f"{count['unchanged']} unchanged"]
    return f"Plan: {', '.join(parts)}; {', '.join(notes)}. Plan {plan['plan_id']}."


def column(named: Sequence[Mapping[str, Any]]) -> int:
    """Return how wide a column of addresses has to be, within reason."""
    return min(max((len(each["address"]) for each in named), default=0), _ADDRESS_WIDTH)


def step_text(step: Mapping[str, Any], paint: Paint, width: int) -> Iterator[str]:
    """Yield the lines of one step."""
    symbol, colour = _SYMBOLS[step["action"]]
    if any(change["verdict"] == "conflict" for change in step["changes"]):
        symbol, colour = "x", "red"
    elif any(change["verdict"] == "drift" for change in step["changes"]):
        symbol, colour = "!", "magenta"
    name = f"{step['address']:<{width}}"
    yield f"  {paint(colour, symbol)} {paint('bold', name)}  {_headline(step)}"
    if step["action"] == "create":
        yield from _created(step, paint)
        return
    for change in step["changes"]:
        yield from _change(change, paint)
    for risk in step.get("risks", ()):
        # What a line above says already, by its symbol.
        if risk["risk"] != "drift_undone":
            yield paint("red", f"      risk: {risk['risk'].replace('_', ' ')}: {printable(risk['note'])}")


def _headline(step: Mapping[str, Any]) -> str:
    words = {"repin": "re-pin", "restamp": "re-stamp"}
    action = words.get(step["action"], step["action"])
    version = step["version"]
    if version and version["to"]:
        moves = f"version {version['from']} → {version['to']}" if version["from"] else f"version {version['to']}"
        action = f"{action}, {moves}"
    return action if step["action"] == "create" else f"{action}: {step['reason']}"


def _created(step: Mapping[str, Any], paint: Paint) -> Iterator[str]:
    fields = [each for each in step["changes"] if each["field"] not in {"name", "display_name", "seed"}]
    width = max([_FIELD_WIDTH, *(len(each["field"]) for each in fields)])
    yield from (f"      {each['field']:<{width}} {_summary(each['field'], each['after'])}" for each in fields)
    if step["memories"]:
        paths = ", ".join(printable(each) for each in step["memories"][:4])
        more = f" and {len(step['memories']) - 4} more" if len(step["memories"]) > 4 else ""
        yield f"      {'memories':<20} {len(step['memories'])}: {paths}{more}"
    if step["source"]:
        yield paint("dim", f"      {step['source']['file']}:{step['source']['line']}")


def _summary(field: str, value: Any) -> str:
    """Return what a new object's field comes to, in one line."""
    told = _of_an_agent(field, value) or _of_a_deployment(field, value)
    return printable(told) if told else _short(value)


def _of_an_agent(field: str, value: Any) -> str:
    match field, value:
        case "tools" | "mcp_servers" | "skills" | "files", dict():
            return ", ".join(value)
        case "model", {"id": str(model), **rest}:
            return ", ".join([model, *_chosen(rest)])
        case "multiagent", {"type": "coordinator", "agents": dict(agents)}:
            return f"coordinator of {', '.join(agents)}"
        case "multiagent", {"subagents": {"predefined_agents": dict(agents)}}:
            return f"lead of {', '.join(agents)}"
        case "config", {"type": "cloud", "networking": {"type": network}}:
            return f"cloud, {network} network"
    return ""


def _of_a_deployment(field: str, value: Any) -> str:
    match field, value:
        case "agent", dict(agents):
            return ", ".join(f"{name}, version {_plain(version)}" for name, version in agents.items())
        case "initial_events", dict(events):
            return ", ".join(str(each["type"]) for each in events.values())
        case "resources", dict(resources):
            return ", ".join(resources)
        case "schedule", {"expression": str(expression), "timezone": str(timezone)}:
            return f"{expression} in {timezone}"
        case "budget", {"max_list_cost": {"amount": str(cents), "currency": str(currency)}}:
            return f"{int(cents) / 100:.2f} {currency} at list price"
    return ""


def _chosen(model: Mapping[Any, Any]) -> Iterator[str]:
    """Yield what somebody chose for a model beyond its name."""
    for key, value in sorted(model.items()):
        if value not in ({"$any": True}, "standard"):
            yield f"{key.replace('_', ' ')} {_plain(value)}"


def _change(change: Mapping[str, Any], paint: Paint) -> Iterator[str]:
    before, after = change["before"], change["after"]
    path = printable(".".join([change["field"], *change["path"]]))
    word = _VERDICTS.get(change["verdict"])
    is_foreign = word in {"drift", "conflict"}
    tail = (f"  [{word}]" if word else "") + _place(change, paint)
    if change["field"] == "files" and change["path"]:
        word = "change" if before and after else "add" if after else "remove"
        yield f"      file {printable('.'.join(change['path']))}: {word}{tail}"
    elif change["field"] == "seed":
        yield f"      memory {printable('.'.join(change['path']))}: {'write anew' if before else 'write'}{tail}"
    elif _is_long(before) or _is_long(after):
        yield f"      {path}{':  - live  + wanted' if is_foreign else ''}{tail}"
        yield from _text_diff(before, after, paint)
    else:
        sides = ("live ", "wanted ") if is_foreign else ("", "")
        old, new = (side + _short(value) for side, value in zip(sides, (before, after), strict=True))
        yield f"      {_pinned(change) or path}: {paint('red', old)} → {paint('green', new)}{tail}"


def _pinned(change: Mapping[str, Any]) -> str:
    """Return what a pin of an agent or a skill is about, `pins Agent/logs`; nothing for any other change."""
    match change:
        case {"field": "multiagent" | "agent", "before": int(), "after": int()}:
            return f"pins {printable(change['path'][-1])}, version"
        case {"field": "skills", "before": str(), "after": str() | {"$version": _}}:
            return f"pins {printable(change['path'][-1].removeprefix('custom/'))}, version"
    return ""


def _place(change: Mapping[str, Any], paint: Paint) -> str:
    source = change["source"]
    return "  " + paint("dim", f"{source['file']}:{source['line']}") if source else ""


def _text_diff(before: Any, after: Any, paint: Paint) -> Iterator[str]:
    old, new = (_lines(each) for each in (before, after))
    if old == new:
        yield "        " + paint("dim", "(the same lines; only how they end is different)")
    for line in list(unified_diff(old, new, n=_CONTEXT_LINES, lineterm=""))[2:]:
        colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "dim")
        yield "        " + paint(colour, printable(line))


def _lines(value: Any) -> list[str]:
    match value:
        case None:
            return []
        case str():
            return value.splitlines()
        case list():
            return [_nested(each) for each in value]
    return [_plain(value)]


def _is_long(value: Any) -> bool:
    """Tell whether a value needs lines of its own: a cut would hide what is different."""
    if isinstance(value, list):
        return len(_plain(value)) > _VALUE_WIDTH
    return isinstance(value, str) and ("\n" in value or len(value) > _VALUE_WIDTH)


def _short(value: Any) -> str:
    """Return a value in one line."""
    if value is None:
        return "(none)"
    text = _plain(value)
    first, _, rest = text.partition("\n")
    if rest:
        return f"{printable(first[:_VALUE_WIDTH])} … ({len(text.splitlines())} lines)"
    return printable(first if len(first) <= _VALUE_WIDTH else first[: _VALUE_WIDTH - 1] + "…")


def _plain(value: Any) -> str:
    """Return a value as a person would say it: no quotes where none are needed."""
    match value:
        case str():
            return value
        case bool():
            return str(value).lower()
        case {"$id": name} | {"$version": name}:
            return f"({'id' if '$id' in value else 'next version'} of {name})"
        case {"$any": True} | {"$hidden": True} | {"$secret": True}:
            return _STAND_INS[next(iter(value))]
        case {"type": str(word), **rest} if not rest:
            return word
        case dict():
            said = {key: each for key, each in value.items() if each != {"$any": True}}
            return ", ".join(key if each is None else f"{key}: {_nested(each)}" for key, each in said.items())
        case list():
            return "[" + ", ".join(_nested(each) for each in value) + "]"
    return str(value)


def _nested(value: Any) -> str:
    text = _plain(value)
    return f"{{{text}}}" if isinstance(value, dict) and value.keys() & {"$any", "$id"} == set() else text
