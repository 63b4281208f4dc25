"""The agent that a session runs: looked up, overridden, and copied with everyone it may delegate to."""

from collections.abc import Iterable

from agentops.engine.core import session_agents as core
from agentops.engine.core import session_rules
from agentops.engine.core.ids import VERSION_MAX, is_id
from agentops.engine.core.json import Json, parsed
from agentops.engine.core.refusals import invalid, refused
from agentops.engine.core.rosters import Reference
from agentops.engine.operations import skills
from agentops.engine.operations.call import Call
from agentops.engine.store.agents import Agents, StoredAgent
from agentops.wire.problems import at


def resolved(call: Call, sent: str | Json, environment: Json) -> Json:
    """Return the snapshot of the agent that a request names, ready to run in the environment.

    Raises:
        InvalidRequest: an agent or a skill is not there any more, or the whole cannot run.
    """
    wanted: Json = {"type": "agent", "id": sent} if isinstance(sent, str) else sent
    stored = _agent(call, Reference(wanted["id"], wanted.get("version")))
    whole = parsed(stored.body)
    agent = core.snapshot(whole)
    if wanted["type"] == "agent_with_overrides":
        agent = _overridden(call, agent, wanted)
    members = {
        each: core.snapshot(parsed(_agent(call, each).body)) for each in core.references(whole["multiagent"], stored.id)
    }
    complete = core.with_roster(agent, whole["multiagent"], members)
    if problems := tuple(core.roster_problems(complete)):
        raise invalid(problems)
    everyone = core.everyone(complete)
    _refuse_lost_skills(call, everyone)
    session_rules.refuse_blocked_servers(everyone, environment)
    return complete


def _agent(call: Call, reference: Reference) -> StoredAgent:
    could_exist = is_id(reference.id) and (reference.version or 1) <= VERSION_MAX
    stored = Agents(call.tx, call.workspace).get(reference.id, reference.version) if could_exist else None
    if stored is None:
        raise refused(("agent",), "must be an agent and a version that exist")
    if stored.archived_at:
        raise refused(("agent",), f"must not be archived, agent {stored.id} is", reason="agent_archived")
    return stored


def _overridden(call: Call, agent: Json, wanted: Json) -> Json:
    sent = wanted.get("skills") or []
    pinned, missing = skills.pinned(call, sent)
    if missing:
        raise invalid(at(("agent",), missing))
    changed = core.overridden(agent, {**wanted, "skills": pinned} if sent else wanted)
    if problems := core.problems(changed, wanted):
        raise invalid(problems)
    return changed


def _refuse_lost_skills(call: Call, everyone: Iterable[Json]) -> None:
    """Refuse agents with skills that were deleted after the agents were saved."""
    every = [each for agent in everyone for each in agent["skills"]]
    for skill_id, version in sorted(
        {(each["skill_id"], each["version"]) for each in every if each["type"] == "custom"}
    ):
        if skills.version_named(call, skill_id, version) is None:
            message = f"has skill {skill_id} at {version}, which was deleted"
            raise refused(("agent",), message, reason="skill_not_found")
