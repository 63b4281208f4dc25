"""The agent of a session: a snapshot with what the session overrides, and with everyone it may delegate to."""

from collections.abc import Iterator, Mapping, Sequence

from agentops.engine.core import agents, rosters
from agentops.engine.core.json import Json
from agentops.engine.core.rosters import Reference
from agentops.wire.agents import Connections
from agentops.wire.problems import Problem, at, check

SKILLS_MAX = 500
"""How many skills a session has over all its agents. Source: platform.claude.com/docs/en/managed-agents/skills."""

_OVERRIDABLE = ("model", "system", "tools", "mcp_servers", "skills")
_SNAPSHOT = (
    "type", "id", "version", "name", "description", "model", "system", "tools", "mcp_servers", "skills",
    "execution_identity",
)  # fmt: skip
"""Source: SDK 2.11.0 `types/beta/beta_managed_agents_session_thread_agent.py`."""


def snapshot(agent: Json) -> Json:
    """Return of a version of an agent what a session copies, the roster apart."""
    return {key: agent[key] for key in _SNAPSHOT}


def overridden(agent: Json, overrides: Json) -> Json:
    """Return a snapshot with what was sent in place: omitted inherits, null and an empty list clear.

    A model replaces the whole model. Source: SDK 2.11.0 `…beta_managed_agents_agent_with_overrides_params.py`.
    """
    sent = {key: overrides[key] for key in _OVERRIDABLE if key in overrides}
    resolved = agents.created({**agent, **sent})
    return {**agent, **{key: resolved[key] for key in sent}}


def problems(agent: Json, overrides: Json) -> tuple[Problem, ...]:
    """Return where the overridden agent does not hold together.

    An inherited server that no tool uses any more is no problem: nobody asked for it.
    """
    _, found = check(Connections, {key: agent[key] for key in ("tools", "mcp_servers", "skills")})
    return tuple(each for each in at(("agent",), found) if each.path[1] != "mcp_servers" or "mcp_servers" in overrides)


def references(multiagent: Json | None, own_id: str) -> Iterator[Reference]:
    """Yield every other agent of a pinned roster."""
    for entry in _entries(multiagent):
        if entry["type"] == "agent" and entry["id"] != own_id:
            yield Reference(entry["id"], entry["version"])


def with_roster(agent: Json, multiagent: Json | None, members: Mapping[Reference, Json]) -> Json:
    """Return the whole snapshot: every pin of the roster is replaced by the agent it means.

    The agent itself, where it stands in its own roster, is the overridden one.
    Source: SDK 2.11.0 `…session_multiagent_coordinator.py`, `…session_multiagent20261001.py`.
    """

    def whole(entries: Sequence[Json]) -> list[Json]:
        return [_definition(each, agent, members) for each in entries]

    if multiagent is None:
        return {**agent, "multiagent": None}
    if multiagent["type"] == rosters.COORDINATOR:
        return {**agent, "multiagent": {**multiagent, "agents": whole(multiagent["agents"])}}
    resolved = {
        key: {**value, "predefined_agents": whole(value["predefined_agents"])}
        if isinstance(value, dict) and "predefined_agents" in value
        else value
        for key, value in multiagent.items()
    }
    return {**agent, "multiagent": resolved}


def changed(agent: Json, sent: Json) -> Json:
    """Return a whole snapshot after an update of the session, its copies in its own roster included."""
    own = overridden(snapshot(agent), sent)
    members = {Reference(each["id"], each["version"]): each for each in everyone(agent)[1:]}
    return with_roster(own, agent["multiagent"], members)


def everyone(agent: Json) -> list[Json]:
    """Return every agent of a whole snapshot, each once, the agent itself first."""
    found = {(agent["id"], agent["version"]): agent}
    for each in _entries(agent["multiagent"]):
        if each["type"] == "agent":
            found.setdefault((each["id"], each["version"]), each)
    return list(found.values())


def models(agent: Json) -> list[Json]:
    """Return every model that a session of the whole snapshot can run, as it runs it."""
    advisors = [each["model"] for each in _entries(agent["multiagent"]) if each["type"] == "advisor"]
    advisor = (agent["multiagent"] or {}).get("advisor", {}).get("model")
    named = [*advisors, advisor] if advisor else advisors
    return [*(each["model"] for each in everyone(agent)), *({"id": each} for each in named)]


def roster_problems(agent: Json) -> Iterator[Problem]:
    """Yield what the agents of a whole snapshot do to each other."""
    team = everyone(agent)
    geo = agent["model"]["inference_geo"]
    for each in team:
        if each["model"]["inference_geo"] != geo:
            message = f"must have the model.inference_geo of every agent it runs, agent {each['id']} has another"
            yield Problem(("agent",), "bad-combination", message)
    skills = {(each["skill_id"], each["version"]) for member in team for each in member["skills"]}
    if len(skills) > SKILLS_MAX:
        message = f"must have at most {SKILLS_MAX} skills over all its agents, has {len(skills)}"
        yield Problem(("agent",), "too-many", message)


def _definition(entry: Json, agent: Json, members: Mapping[Reference, Json]) -> Json:
    if entry["type"] != "agent":
        return entry
    return agent if entry["id"] == agent["id"] else members[Reference(entry["id"], entry["version"])]


def _entries(multiagent: Json | None) -> Iterator[Json]:
    if multiagent is None:
        return
    if multiagent["type"] == rosters.COORDINATOR:
        yield from multiagent["agents"]
        return
    for key in ("subagents", "workflows"):
        yield from multiagent[key].get("predefined_agents", ())
