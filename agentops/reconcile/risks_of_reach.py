"""Whether one value in normal form allows more than another: a sentence for each thing that it does.

Every rule takes what is live and what is wanted; null stands for nothing at all.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from agentops.reconcile.normal import as_key
from agentops.reconcile.values import ANY

Notes = Iterator[str]
_ASKING: Final = {"always_ask": 1, "auto": 2, "always_allow": 3}
"""How much runs without a person; a policy that nobody here knows counts as the widest."""

_LEVELS: Final = ("is off", "asks each time", "asks when the server says so", "never asks")
_STRICT: Final = {"block": 2, "warn": 1, "off": 0}
_REST: Final = "$rest"


def tools(live: Any, wanted: Any) -> Notes:
    """Yield each tool that is new or runs with less asking."""
    before, after = live or {}, wanted or {}
    for key in sorted(after):
        if not key.startswith("custom/"):
            yield from _toolset(key, before.get(key), after[key])
        elif key not in before:
            yield f"{key} is new"


def unasked(live: Any, wanted: Any) -> Notes:  # noqa: ARG001 - every rule has this form
    """Yield each set of tools that runs without asking."""
    for key, each in sorted((wanted or {}).items()):
        if not key.startswith("custom/") and (found := _never_asking(each)):
            names = ["all other tools" if each == _REST else each for each in found]
            yield f"{key}: {', '.join(names)} {'run' if len(found) > 1 or found == [_REST] else 'runs'} without asking"


def _toolset(key: str, before: Any, after: Any) -> Notes:
    for name in _names(before, after):
        was, will = _level(before, name), _level(after, name)
        if will > was:
            yield f"{key}: {_said(name)} {_LEVELS[was]} → {_LEVELS[will]}"
        elif will:
            config = (before or {}).get("configs", {}).get(name, {})
            yield from (f"{key}: {name} {note}" for note in _web(config, after["configs"].get(name, {})))


def _never_asking(toolset: Any) -> list[str]:
    return [name for name in _names(None, toolset) if _level(toolset, name) == 3]


def _names(before: Any, after: Any) -> list[str]:
    return [_REST, *sorted({*(before or {}).get("configs", {}), *(after or {}).get("configs", {})})]


def _said(name: str) -> str:
    return "every other tool" if name == _REST else name


def _level(toolset: Any, name: str) -> int:
    if not toolset:
        return 0
    config = toolset["configs"].get(name, toolset["default_config"])
    return _ASKING.get(config["permission_policy"]["type"], 3) if config["enabled"] else 0


def _web(before: Mapping[str, Any], after: Mapping[str, Any]) -> Notes:
    """Yield where a web tool may go that it could not."""
    was, will = ({*(each.get("allowed_domains") or ())} for each in (before, after))
    if was and not will:
        yield "may open every domain"
    elif was and will > was & will:
        yield f"may open {', '.join(sorted(will - was))}"
    kept, keeps = ({*(each.get("blocked_domains") or ())} for each in (before, after))
    if kept - keeps:
        yield f"is no longer kept from {', '.join(sorted(kept - keeps))}"
    if before.get("url_sources") and before["url_sources"] != after.get("url_sources"):
        yield "may open addresses from other sources"


def servers(live: Any, wanted: Any) -> Notes:
    """Yield each MCP server that is new or elsewhere."""
    before = live or {}
    for name, url in sorted((wanted or {}).items()):
        if name not in before:
            yield f"{name} is new: {url}"
        elif before[name] != url:
            yield f"{name} is elsewhere: {url}"


def delegation(live: Any, wanted: Any) -> Notes:
    """Yield what a team may do with others that it could not."""
    before, after = live or {}, wanted or {}
    for place in ("subagents", "workflows"):
        if _is_on(after.get(place)) and not _is_on(before.get(place)):
            yield f"{place} are switched on"
    for place in ("subagents", "workflows"):
        if _invents(after.get(place)) and not _invents(before.get(place)):
            yield f"{place} may use agents that nobody declared"
    if _is_on(after.get("advisor")) and not _is_on(before.get("advisor")):
        yield "an advisor is asked"
    if more := sorted(_members(after) - _members(before)):
        yield f"may call {', '.join(more)}"


def _is_on(value: Any) -> bool:
    return bool(value) and value.get("type") != "disabled"


def _invents(value: Any) -> bool:
    return _is_on(value) and _is_on(value.get("inline_agents"))


def _members(value: Mapping[str, Any]) -> set[str]:
    rosters = [value, *(value.get(place) or {} for place in ("subagents", "workflows"))]
    return {name for each in rosters for key in ("agents", "predefined_agents") for name in each.get(key) or ()}


def another(live: Any, wanted: Any) -> Notes:
    """Yield that it is another one."""
    if live != wanted:
        yield f"{_short(live)} → {_short(wanted)}"


def another_agent(live: Any, wanted: Any) -> Notes:
    """Yield that another agent is run; another version of the same one is none."""
    before, after = sorted(live or ()), sorted(wanted or ())
    if before != after:
        yield f"{', '.join(before) or 'none'} → {', '.join(after) or 'none'}"


def model(live: Any, wanted: Any) -> Notes:
    """Yield that another model is asked."""
    before, after = ((each or {}).get("id") for each in (live, wanted))
    if before != after:
        yield f"{before or 'the default'} → {after or 'the default'}"


def effort(live: Any, wanted: Any) -> Notes:
    """Yield that the model is to think with another effort. One that nobody chose is the server's to choose."""
    before, after = ((each or {}).get("effort") for each in (live, wanted))
    if after not in (None, ANY, before):
        yield f"{'the default' if before in (None, ANY) else _short(before)} → {_short(after)}"


def environment(live: Any, wanted: Any) -> Notes:
    """Yield what an environment can reach that it could not; one that nobody configured reaches everything."""
    if wanted is None or wanted["type"] == "cloud":
        after = (wanted or {}).get("networking") or {"type": "unrestricted"}
        yield from network((live or {}).get("networking"), after)


def network(live: Any, wanted: Any) -> Notes:
    """Yield which hosts can be reached that could not; of something new only that there is no limit."""
    if not wanted:
        return
    if wanted["type"] != "limited":
        if not live or live["type"] != wanted["type"]:
            yield "every host can be reached"
        return
    if not live or live["type"] != "limited":
        return
    if more := sorted({*wanted.get("allowed_hosts", ())} - {*live.get("allowed_hosts", ())}):
        yield f"{', '.join(more)} can be reached"
    for key, said in (("allow_mcp_servers", "MCP servers"), ("allow_package_managers", "package registries")):
        if wanted.get(key) and not live.get(key):
            yield f"{said} can be reached"


def places(live: Any, wanted: Any) -> Notes:
    """Yield where in a request a secret may stand that it could not."""
    for key in ("header", "body"):
        if live and wanted and wanted.get(key) and not live.get(key):
            yield f"the secret may stand in the {key} of a request"


def writable(live: Any, wanted: Any) -> Notes:
    """Yield each store that can be written to and could not."""
    before = live or {}
    for name, each in sorted((wanted or {}).items()):
        if each.get("access") == "read_write" and before.get(name, {}).get("access") != "read_write":
            yield f"{name} can be written to"


def attached(live: Any, wanted: Any) -> Notes:
    """Yield which vaults are new."""
    before = {as_key(each) for each in live or ()}
    yield from (f"{as_key(each)} is attached" for each in wanted or () if as_key(each) not in before)


def born_unlimited(live: Any, wanted: Any) -> Notes:  # noqa: ARG001 - every rule has this form
    """Yield that there is no ceiling."""
    if not wanted:
        yield "it may cost without limit"


def unlimited(live: Any, wanted: Any) -> Notes:
    """Yield each ceiling that is gone."""
    before, after = _ceilings(live), _ceilings(wanted)
    yield from (f"no limit to {name} any more" for name in sorted(before) if name not in after)


def raised(live: Any, wanted: Any) -> Notes:
    """Yield each ceiling that is higher."""
    before, after = _ceilings(live), _ceilings(wanted)
    for name in sorted(before):
        if name in after and after[name] > before[name]:
            yield f"{name} from {before[name]:g} to {after[name]:g}"


def _ceilings(budget: Any) -> Mapping[str, float]:
    """Return what is limited, and to how much: dollars of a session, or tokens and dollars of a dream."""
    found = budget or {}
    if "max_list_cost" in found:
        return {"dollars": int(found["max_list_cost"]["amount"]) / 100}
    return {key: each for key, each in found.items() if isinstance(each, int | float) and each is not None}


def unreviewed(live: Any, wanted: Any) -> Notes:
    """Yield that nobody looks at what is learnt."""
    if wanted == "auto" and live != "auto":
        yield "what dreams learn is taken without a person"


def ungated(live: Any, wanted: Any) -> Notes:
    """Yield each gate that is weaker. One that is not named is as strict as it was built, which may be stricter."""
    before, after = live or {}, wanted or {}
    for name in sorted({*before, *after}):
        was, will = (_STRICT.get(each.get(name, ""), 2) for each in (before, after))
        if will < was:
            yield f"the gate {name} is {after[name]} and was {before.get(name, 'as built')}"


def _short(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case str():
            return value
        case {"$id": str(name)}:
            return name
        case {"type": str(name)} if value != ANY:
            return name
        case _:
            return "another"
