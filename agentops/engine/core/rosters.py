"""Rosters: what an agent may delegate to, from what was asked for to agents pinned at a version."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agentops.engine.core.json import Json
from agentops.wire.problems import Path, Problem
from agentops.wire.wording import quoted

COORDINATOR = "coordinator"
ADVISOR_NAME = "anthropic.advisor"
_SELF = {"type": "self"}

_ENABLED: Json = {"type": "enabled", "inline_agents": {"type": "enabled"}, "predefined_agents": []}
_DISABLED = {"type": "disabled"}
_DEFAULTS: Json = {"subagents": _ENABLED, "workflows": _ENABLED, "advisor": _DISABLED}


@dataclass(frozen=True, slots=True)
class Reference:
    """An agent that a roster names: at a version, or at whatever is newest when the owner is saved."""

    id: str
    version: int | None


@dataclass(frozen=True, slots=True)
class Member:
    """What a roster has to know of an agent it names."""

    id: str
    version: int
    name: str
    inference_geo: str | None
    is_archived: bool
    delegates: bool
    """Whether it has a roster of its own."""


Members = Mapping[Reference, Member | None]


def wished(sent: Json | None, stored: Json | None = None) -> Json | None:
    """Return the whole configuration as it was asked for, with what a stored one of the same type lends.

    Source: merge rules, SDK 2.11.0 `types/beta/beta_managed_agents_multiagent20261001_params.py`.
    """
    if sent is None or sent["type"] == COORDINATOR:
        return sent
    base = stored if stored and stored["type"] == sent["type"] else _DEFAULTS
    return {"type": sent["type"], **{key: _level(sent, key, base[key], _DEFAULTS[key]) for key in _DEFAULTS}}


def _level(sent: Json, key: str, stored: Json, default: Json) -> Json:
    """Return one object of the configuration: omitted keeps, null resets, another type starts from its defaults."""
    if key not in sent:
        return stored
    value: Json | None = sent[key]
    if value is None:
        return default
    if value["type"] == "disabled" or key == "advisor":
        return value
    base = stored if stored["type"] == "enabled" else _ENABLED
    inline = value.get("inline_agents", base["inline_agents"]) or _ENABLED["inline_agents"]
    predefined = value.get("predefined_agents", base["predefined_agents"]) or []
    return {"type": "enabled", "inline_agents": inline, "predefined_agents": predefined}


def references(wish: Json | None) -> set[Reference]:
    """Return every agent that has to be looked up."""
    return {
        reference for _, entries in _rosters(wish) for entry in entries if (reference := _reference(entry)) is not None
    }


def pinned(wish: Json | None, members: Members, owner: Reference) -> Json | None:
    """Return the configuration as answers show it; every agent is named with the version it has now."""
    if wish is None:
        return None
    if wish["type"] == COORDINATOR:
        advisors = [each for each in wish["agents"] if _is(each, "advisor")]
        return {"type": COORDINATOR, "agents": [*_pins(wish["agents"], members, owner), *advisors]}
    return {
        key: {**value, "predefined_agents": _pins(value["predefined_agents"], members, owner)}
        if isinstance(value, dict) and "predefined_agents" in value
        else value
        for key, value in wish.items()
    }


def _pins(entries: list[str | Json], members: Members, owner: Reference) -> list[Json]:
    pins = []
    for entry in entries:
        found = members.get(reference) if (reference := _reference(entry)) else None
        if found:
            pins.append({"type": "agent", "id": found.id, "version": found.version})
        elif entry == _SELF:
            pins.append({"type": "agent", "id": owner.id, "version": owner.version})
    return pins


def problems(wish: Json | None, members: Members, owner: Member) -> Iterator[Problem]:
    """Yield where a roster breaks the rules that only the saved agents can tell.

    Source: SDK 2.11.0 `types/beta/beta_managed_agents_multiagent_coordinator_params.py`.
    """
    for path, entries in _rosters(wish):
        present: list[tuple[Path, Member]] = []
        for index, entry in enumerate(entries):
            here = (*path, index)
            if _is(entry, "advisor"):
                continue
            reference = _reference(entry)
            member = members.get(reference) if reference else owner
            if member is None:
                yield Problem(here, "invalid-value", f"must be an agent that exists, {_named(entry)} does not")
                continue
            if reference:
                yield from _unfit(here, member)
            if member.inference_geo != owner.inference_geo:
                yield Problem(here, "bad-combination", "must have the model.inference_geo that the agent has")
            present.append((here, member))
        yield from _repeated(present)


def _repeated(present: list[tuple[Path, Member]]) -> Iterator[Problem]:
    ids: set[str] = set()
    names: set[str] = set()
    for here, member in present:
        if member.id in ids:
            yield Problem(here, "not-unique", f"must be another agent than the other entries, {member.id} is not")
        elif member.name in names:
            name = quoted(member.name)
            yield Problem(here, "not-unique", f"must have a name of its own, another is called {name} too")
        ids.add(member.id)
        names.add(member.name)


def _unfit(here: Path, member: Member) -> Iterator[Problem]:
    if member.is_archived:
        yield Problem(here, "invalid-value", f"must not be archived, {member.id} is")
    if member.delegates:
        yield Problem(here, "invalid-value", f"must not have multiagent of its own, {member.id} has")
    if member.name == ADVISOR_NAME:
        yield Problem(here, "invalid-value", f"must not be called {ADVISOR_NAME}, which is reserved")


def _rosters(wish: Json | None) -> Iterator[tuple[Path, list[str | Json]]]:
    """Yield each list of agents with its path in the request."""
    if wish is None:
        return
    if wish["type"] == COORDINATOR:
        yield ("multiagent", "agents"), wish["agents"]
        return
    for key in ("subagents", "workflows"):
        if "predefined_agents" in wish[key]:
            yield ("multiagent", key, "predefined_agents"), wish[key]["predefined_agents"]


def _reference(entry: str | Json) -> Reference | None:
    if isinstance(entry, str):
        return Reference(entry, None)
    return Reference(entry["id"], entry.get("version")) if entry["type"] == "agent" else None


def _named(entry: str | Json) -> str:
    if isinstance(entry, str):
        return quoted(entry)
    version = f" with version {entry['version']}" if entry.get("version") else ""
    return quoted(entry["id"]) + version


def _is(entry: str | Json, kind: str) -> bool:
    return isinstance(entry, dict) and entry["type"] == kind
