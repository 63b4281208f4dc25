"""The session that runs a dream: an ordinary one to whoever looks, with the dreamer where others have an agent."""

from collections.abc import Sequence
from typing import Final

from agentops.base.ids import IdSource
from agentops.engine.core import agents, session_agents, session_events, threads
from agentops.engine.core import sessions as core
from agentops.engine.core.dreams import Dream, seconds
from agentops.engine.core.json import Json, parsed, written
from agentops.engine.core.session_events import Event
from agentops.engine.core.sessions import Session

DREAMER: Final = "dreamer"
"""What the agent of such sessions is called."""

AGENT_ID: Final = "agent_dreamer"
ENVIRONMENT_ID: Final = "env_dreamer"
"""Whoever asks for them finds nothing: neither can be changed, and nothing else can be made of them."""

_END_TURN: Json = {"type": "end_turn"}


def session(dream: Dream, session_id: str, at: str) -> Session:
    """Return the session at its beginning."""
    fields: Json = {"title": f"Dream {dream.id}", "metadata": {}, "vault_ids": [], "budget": None}
    return Session(
        id=session_id,
        status=core.RUNNING,
        environment_id=ENVIRONMENT_ID,
        deployment_id=None,
        config=written({"type": "cloud"}),
        agent=written(_agent(parsed(dream.request)["model"])),
        fields=written(fields),
        progress=written(core.progress([])),
        created_at=at,
        updated_at=at,
        dream_id=dream.id,
    )


def _agent(model: Json) -> Json:
    """Source: SDK 2.11.0 `types/beta/beta_managed_agents_session_agent.py`."""
    words = "Reads sessions and a memory store, and writes down what they teach."
    fields = agents.created({"name": DREAMER, "model": model["id"], "description": words})
    snapshot = session_agents.snapshot({"type": "agent", "id": AGENT_ID, "version": 1, **fields})
    return session_agents.with_roster(snapshot, None, {})


def progress(dream: Dream, at: str) -> Json:
    """Return how far the session is, in what it took. Source: SDK 2.11.0 `…/beta_managed_agents_session_usage.py`."""
    active = round(seconds(dream.started_at or at, at), 3)
    return {**core.progress([]), "active_seconds": active, "usage": _usage(dream, active)}


def _usage(dream: Dream, active_seconds: float) -> Json:
    took = dream.usage
    return {
        "input_tokens": took["input_tokens"],
        "output_tokens": took["output_tokens"],
        "cache_read_input_tokens": took["cache_read_input_tokens"],
        "cache_creation": {
            "ephemeral_5m_input_tokens": took["cache_creation_input_tokens"],
            "ephemeral_1h_input_tokens": 0,
        },
        "server_tool_use": {"web_search_requests": 0, "web_fetch_requests": 0},
        "active_seconds": active_seconds,
    }


def beginning(session_id: str, ids: IdSource, at: str) -> list[Event]:
    """Return what the log begins with."""
    thread = {"session_thread_id": threads.primary_id(session_id), "agent_name": DREAMER}
    return [
        session_events.emitted("session.status_running", ids, at),
        session_events.emitted("session.thread_status_running", ids, at, **thread),
    ]


def message(words: str, ids: IdSource, at: str) -> Event:
    """Return what the dreamer tells whoever watches."""
    return session_events.emitted("agent.message", ids, at, content=[{"type": "text", "text": words}])


def end(dream: Dream, session_id: str, ids: IdSource, at: str) -> Sequence[Event]:
    """Return what the log ends with: the session rests, and is archived."""
    thread = {"session_thread_id": threads.primary_id(session_id), "agent_name": DREAMER}
    usage = progress(dream, at)["usage"]
    return [
        session_events.emitted("session.thread_status_idle", ids, at, **thread, stop_reason=_END_TURN),
        session_events.emitted("session.usage", ids, at, usage=usage, budget=None),
        session_events.emitted("session.status_idle", ids, at, stop_reason=_END_TURN),
        session_events.emitted("session.thread_status_terminated", ids, at, **thread),
        session_events.emitted("session.status_terminated", ids, at),
    ]
