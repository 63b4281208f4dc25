"""Agents: create, read, update, archive, list, and their versions."""

from agentops.base.errors import Conflict, InvalidRequest, NotFound
from agentops.engine.core import agents as core
from agentops.engine.core import rosters
from agentops.engine.core.happenings import Happening
from agentops.engine.core.ids import VERSION_MAX, is_id
from agentops.engine.core.json import Json, parsed, written
from agentops.engine.core.refusals import invalid
from agentops.engine.core.rosters import Member, Reference
from agentops.engine.operations import deployments
from agentops.engine.operations.call import Call, Page
from agentops.engine.operations.happenings import record
from agentops.engine.operations.skills import pinned
from agentops.engine.store.agents import Agents, StoredAgent
from agentops.engine.store.port import Window
from agentops.wire.agents import AgentCreate
from agentops.wire.problems import check


def create(call: Call, request: Json) -> str:
    """Save a new agent and return it.

    Raises:
        InvalidRequest: a skill or a member of the roster does not exist or does not fit.
    """
    request = _with_pinned_skills(call, request)
    agent_id = call.ids.new("agent")
    fields = core.created(request)
    wish = rosters.wished(request.get("multiagent"))
    agent = _stored(call, Reference(agent_id, 1), fields, wish, call.at)
    Agents(call.tx, call.workspace).insert(agent)
    record(call, Happening("agent.created", agent_id))
    return _answer(agent)


def update(call: Call, agent_id: str, request: Json) -> str:
    """Save a new version of the agent, unless nothing changes, and return it.

    Raises:
        NotFound: there is no such agent.
        Conflict: the agent is not at the version that the request names.
        InvalidRequest: the agent is archived, or the outcome breaks a rule.
    """
    request = _with_pinned_skills(call, request)
    agents = Agents(call.tx, call.workspace)
    stored = _existing(agents.get(agent_id), agent_id)
    if stored.archived_at:
        raise InvalidRequest(f"Agent {agent_id} is archived: it can be read, but not updated.")
    if request.get("version", stored.version) != stored.version:
        raise Conflict(
            f"Agent {agent_id} is at version {stored.version}, the request expects {request['version']}: "
            "read the agent and apply the change to what it is now."
        )
    before = parsed(stored.body)
    fields = core.updated(before, request)
    old_wish = parsed(stored.multiagent) or None
    wish = rosters.wished(request["multiagent"], old_wish) if "multiagent" in request else old_wish
    _refuse_bad_outcome(fields, wish)
    same = _pinned(call, wish, fields, Reference(agent_id, stored.version))
    if fields == core.fields_of(stored.body) and same == before["multiagent"]:
        # Nothing shows, but pinning an entry that was not pinned (or the reverse) decides what later saves do.
        agents.remember(stored.id, stored.version, written(wish or {}))
        return _answer(stored)
    owner = Reference(agent_id, stored.version + 1)
    agent = _stored(call, owner, fields, wish, stored.created_at)
    agents.advance(agent)
    record(call, Happening("agent.updated", agent_id))
    return _answer(agent)


def retrieve(call: Call, agent_id: str, version: int | None) -> str:
    """Return the agent, at a version or at its newest.

    Raises:
        NotFound: there is no such agent or version.
    """
    stored = Agents(call.tx, call.workspace).get(agent_id, version)
    return _answer(_existing(stored, agent_id if version is None else f"{agent_id} with version {version}"))


def archive(call: Call, agent_id: str) -> str:
    """Archive the agent for good, with its deployments, and return it; an archived one is left as it is.

    Raises:
        NotFound: there is no such agent.
    """
    agents = Agents(call.tx, call.workspace)
    stored = _existing(agents.get(agent_id), agent_id)
    if stored.archived_at:
        return _answer(stored)
    body = written({**parsed(stored.body), "updated_at": call.at})
    agents.archive(StoredAgent(stored.id, stored.version, stored.created_at, call.at, body, stored.multiagent), call.at)
    record(call, Happening("agent.archived", agent_id))
    deployments.archive_of(call, agent_id)
    return core.answered(body, call.at)


def page(call: Call, window: Window) -> Page:
    """Return part of the list of agents, newest first, each at its newest version."""
    found = Agents(call.tx, call.workspace).page(window)
    return Page.newest_first([_answer(each) for each in found], found, window.limit)


def versions(call: Call, agent_id: str, before: int, limit: int) -> Page:
    """Return part of the list of an agent's versions, newest first.

    Raises:
        NotFound: there is no such agent.
    """
    agents = Agents(call.tx, call.workspace)
    _existing(agents.get(agent_id), agent_id)
    found = agents.versions(agent_id, before=before, limit=limit)
    shown = found[:limit]
    return Page([_answer(each) for each in shown], [shown[-1].version] if len(found) > limit else None)


def _with_pinned_skills(call: Call, request: Json) -> Json:
    """Return the request with every custom skill at the version that it means now."""
    sent = request.get("skills") or []
    pins, missing = pinned(call, sent)
    if missing:
        raise invalid(missing)
    return {**request, "skills": pins} if sent else request


def _refuse_bad_outcome(fields: Json, wish: Json | None) -> None:
    """Hold the outcome of an update against what a create has to obey."""
    _, problems = check(AgentCreate, {**fields, "multiagent": wish})
    if problems:
        raise invalid(problems)


def _pinned(call: Call, wish: Json | None, fields: Json, owner: Reference) -> Json | None:
    """Return the roster with the versions that are newest now."""
    if wish is None:
        return None
    members = {each: _member(call, each) for each in rosters.references(wish)}
    as_member = _as_member(owner.id, owner.version or 1, fields, is_archived=False)
    if problems := list(rosters.problems(wish, members, as_member)):
        raise invalid(problems)
    return rosters.pinned(wish, members, owner)


def _member(call: Call, reference: Reference) -> Member | None:
    could_exist = is_id(reference.id) and (reference.version or 1) <= VERSION_MAX
    stored = Agents(call.tx, call.workspace).get(reference.id, reference.version) if could_exist else None
    if stored is None:
        return None
    return _as_member(stored.id, stored.version, parsed(stored.body), is_archived=stored.archived_at is not None)


def _as_member(agent_id: str, version: int, agent: Json, *, is_archived: bool) -> Member:
    return Member(
        id=agent_id,
        version=version,
        name=agent["name"],
        inference_geo=agent["model"]["inference_geo"],
        is_archived=is_archived,
        delegates=agent.get("multiagent") is not None,
    )


def _stored(call: Call, owner: Reference, fields: Json, wish: Json | None, created_at: str) -> StoredAgent:
    """Return a version that is ready to be stored, its roster pinned to what is newest now."""
    identity = core.Identity(owner.id, owner.version or 1, created_at, call.at)
    body = core.body(fields, _pinned(call, wish, fields, owner), identity)
    return StoredAgent(identity.id, identity.version, created_at, None, body, written(wish or {}))


def _existing(stored: StoredAgent | None, name: str) -> StoredAgent:
    if stored is None:
        raise NotFound(f"There is no agent {name}.")
    return stored


def _answer(stored: StoredAgent) -> str:
    return core.answered(stored.body, stored.archived_at)
