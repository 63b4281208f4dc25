"""A decision while it is made: entries are added one by one, each seen by the next step."""

from agentops.base.ids import IdSource
from agentops.engine.core.json import Json
from agentops.engine.core.runs.effects import Effect
from agentops.engine.core.runs.evolve import evolve
from agentops.engine.core.runs.setting import Setting
from agentops.engine.core.runs.state import BUDGET_REACHED, END_TURN, Entry, Phase, State


class Draft:
    """What will be logged and done, and the state that it leads to."""

    def __init__(self, state: State, setting: Setting, ids: IdSource, at: str) -> None:
        """Begin with a state."""
        self.state = state
        self.setting = setting
        self.entries: list[Entry] = []
        self.effects: list[Effect] = []
        self._ids = ids
        self._at = max(at, state.last_at)

    def say(
        self, event_type: str, body: Json | None = None, *, kept: str | None = None, event_id: str | None = None
    ) -> str:
        """Log an event of the engine's own and return its id."""
        entry = Entry(event_id or self._ids.new("sevt"), event_type, self._at, body or {}, kept)
        self._add(entry)
        return entry.id

    def take(self, sent: Entry) -> None:
        """Let something that waited take effect now."""
        self._add(Entry(sent.id, sent.type, self._at, sent.body, sent.kept))

    def do(self, effect: Effect) -> None:
        """Have something done once the entries are committed."""
        self.effects.append(effect)

    def run(self) -> None:
        """Say that the session works, unless it does already."""
        if self.state.phase is not Phase.RUNNING:
            self.say("session.status_running")
            self.say("session.thread_status_running", self.thread)

    def rest(self, stop: Json, details: Json | None = None) -> None:
        """Say that the session rests, why, and what it took so far.

        Documented: a thread that came to its end by itself says so, also where that used the session's budget up.
        """
        more = {"stop_details": details} if details else {}
        self.say("session.thread_status_idle", {**self.thread, "stop_reason": stop, **more})
        self.say("session.usage", {"usage": snapshot(self.state, self.setting), "budget": self.setting.budget})
        is_capped = stop == END_TURN and self.is_spent
        self.say("session.status_idle", {"stop_reason": BUDGET_REACHED if is_capped else stop, **more})

    @property
    def is_spent(self) -> bool:
        """Tell whether the budget is used up; held against the exact cost, as documented."""
        budget = self.setting.budget
        if budget is None:
            return False
        state = self.state
        cost = self.setting.cost_cents(state.usage, state.web_searches, state.active_seconds)
        return cost is not None and cost >= int(budget["max_list_cost"]["amount"])

    @property
    def thread(self) -> Json:
        """Return how events name the thread."""
        return {"session_thread_id": self.setting.thread_id, "agent_name": self.setting.agent_name}

    def _add(self, entry: Entry) -> None:
        self.entries.append(entry)
        self.state = evolve(self.state, entry, self.setting)


def snapshot(state: State, setting: Setting) -> Json:
    """Return what a session took so far.

    Source: SDK 2.11.0 `types/beta/sessions/beta_managed_agents_session_usage_snapshot.py`.
    """
    usage = state.usage
    cost = setting.cost_cents(usage, state.web_searches, state.active_seconds)
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_read_input_tokens": usage.cache_read_input_tokens,
        "cache_creation": {
            "ephemeral_5m_input_tokens": usage.cache_creation_input_tokens - usage.cache_creation_1h_input_tokens,
            "ephemeral_1h_input_tokens": usage.cache_creation_1h_input_tokens,
        },
        "server_tool_use": {"web_search_requests": state.web_searches, "web_fetch_requests": 0},
        "active_seconds": round(state.active_seconds, 3),
        **({"list_cost": {"amount": str(round(cost)), "currency": "USD"}} if cost is not None else {}),
    }
