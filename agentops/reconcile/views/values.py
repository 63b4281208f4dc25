"""Values of a plan in words: what every rendering for people says of a field."""

from collections.abc import Iterator, Mapping
from typing import Any

from agentops.base.paint import on_one_line, printable

_STAND_INS = {"$any": "(chosen by the server)", "$hidden": "(not shown)", "$secret": "(a secret)", "$null": "null"}
_VALUE_WIDTH = 60


def in_one_line(field: str, value: Any) -> str:
    """Return what a new object's field comes to, in one line."""
    told = _of_an_agent(field, value) or _of_a_deployment(field, value)
    return on_one_line(told) if told else short(value)


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
            return ", ".join(f"{name}, version {plain(version)}" for name, version in agents.items())
        case "initial_events", dict(events):
            return ", ".join(str(each["type"]) for each in events.values() if isinstance(each, dict) and "type" in each)
        case "resources", dict(resources):
            return ", ".join(resources)
        case "schedule", {"expression": str(expression), "timezone": str(timezone)}:
            return f"{expression} in {timezone}"
        case "budget", {"max_list_cost": {"amount": str(cents), "currency": str(currency)}} if _is_number(cents):
            return f"{int(cents) / 100:.2f} {currency} at list price"
    return ""


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 20


def _chosen(model: Mapping[Any, Any]) -> Iterator[str]:
    """Yield what somebody chose for a model beyond its name."""
    for key, value in sorted(model.items()):
        if value not in ({"$any": True}, "standard"):
            yield f"{key.replace('_', ' ')} {plain(value)}"


def pinned(change: Mapping[str, Any]) -> str:
    """Return what a pin of an agent or a skill is about, `pins Agent/logs`; nothing for any other change."""
    match change:
        case {"field": "multiagent" | "agent", "before": int(), "after": int(), "path": [*_, str(last)]}:
            return f"pins {on_one_line(last)}, version"
        case {"field": "skills", "before": str(), "after": str() | {"$version": _}, "path": [*_, str(last)]}:
            return f"pins {on_one_line(last.removeprefix('custom/'))}, version"
    return ""


def lines(value: Any) -> list[str]:
    """Return a value as lines to compare."""
    match value:
        case None:
            return []
        case str():
            return value.splitlines()
        case list():
            return [_nested(each) for each in value]
    return [plain(value)]


def is_long(value: Any) -> bool:
    """Tell whether a value needs lines of its own: a cut would hide what is different."""
    if isinstance(value, list):
        return len(plain(value)) > _VALUE_WIDTH
    return isinstance(value, str) and ("\n" in value or len(value) > _VALUE_WIDTH)


def short(value: Any) -> str:
    """Return a value in one line."""
    if value is None:
        return "(none)"
    text = plain(value)
    first, _, rest = text.partition("\n")
    if rest:
        return f"{printable(first[:_VALUE_WIDTH])} … ({len(text.splitlines())} lines)"
    return printable(first if len(first) <= _VALUE_WIDTH else first[: _VALUE_WIDTH - 1] + "…")


def plain(value: Any) -> str:
    """Return a value as a person would say it: no quotes where none are needed."""
    match value:
        case str():
            return value
        case bool():
            return str(value).lower()
        case {"$id": name} | {"$version": name}:
            return f"({'id' if '$id' in value else 'next version'} of {name})"
        case {"$any": True} | {"$hidden": True} | {"$secret": True} | {"$null": True}:
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
    text = plain(value)
    return f"{{{text}}}" if isinstance(value, dict) and value.keys() & {"$any", "$id", "$null"} == set() else text
