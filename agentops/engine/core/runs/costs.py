"""What requests, threads and sessions took: in tokens, in seconds, and in cents."""

from agentops.engine.core.conversation import Usage
from agentops.engine.core.json import Json
from agentops.engine.core.runs.session_state import SessionState
from agentops.engine.core.runs.setting import Setting, Settings
from agentops.engine.core.runs.state import State

NO_USAGE: Json = {
    "input_tokens": 0,
    "output_tokens": 0,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 0,
}


def cents(session: SessionState, settings: Settings) -> float | None:
    """Return what a session took at list prices; None where a price is not known.

    The hours count once for the session, however many threads ran.
    """
    total = session.graded_cents
    for thread_id, each in session.threads.items():
        seconds = session.seconds if thread_id is None else 0.0
        setting = settings(thread_id, each.agent)
        found = setting.cost_cents(each.state.usage, each.state.web_searches, seconds)
        if found is None:
            return None
        total += found
    return total


def snapshot(session: SessionState, settings: Settings) -> Json:
    """Return what a session took so far.

    Source: SDK 2.11.0 `types/beta/sessions/beta_managed_agents_session_usage_snapshot.py`.
    """
    every = [each.state for each in session.threads.values()]
    cost = cents(session, settings)
    return _told(
        total([session.graded, *[each.usage for each in every]]),
        sum(each.web_searches for each in every),
        session.seconds,
        cost,
    )


def thread_snapshot(state: State, setting: Setting) -> Json:
    """Return what a thread took so far.

    Source: SDK 2.11.0 `types/beta/sessions/beta_managed_agents_session_thread_usage.py`.
    """
    seconds = state.active_seconds
    return _told(state.usage, state.web_searches, seconds, setting.cost_cents(state.usage, state.web_searches, 0.0))


def _told(usage: Usage, searches: int, seconds: float, cost: float | None) -> Json:
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_read_input_tokens": usage.cache_read_input_tokens,
        "cache_creation": {
            "ephemeral_5m_input_tokens": usage.cache_creation_input_tokens - usage.cache_creation_1h_input_tokens,
            "ephemeral_1h_input_tokens": usage.cache_creation_1h_input_tokens,
        },
        "server_tool_use": {"web_search_requests": searches, "web_fetch_requests": 0},
        "active_seconds": round(seconds, 3),
        **({"list_cost": {"amount": str(round(cost)), "currency": "USD"}} if cost is not None else {}),
    }


def total(usages: list[Usage]) -> Usage:
    """Return what several took together."""
    if len(usages) == 1:
        return usages[0]
    return Usage(
        sum(each.input_tokens for each in usages),
        sum(each.output_tokens for each in usages),
        sum(each.cache_creation_input_tokens for each in usages),
        sum(each.cache_read_input_tokens for each in usages),
        sum(each.cache_creation_1h_input_tokens for each in usages),
    )
