"""A decision while it is made: entries are added one by one, each seen by the next step."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import MappingProxyType

from agentops.base.ids import IdSource
from agentops.engine.core.entries import Entry
from agentops.engine.core.json import Json
from agentops.engine.core.runs.altered import altered
from agentops.engine.core.runs.costs import cents, snapshot
from agentops.engine.core.runs.effects import Effect, Summarise, Task
from agentops.engine.core.runs.fold import advance
from agentops.engine.core.runs.session_state import SessionState, Stage, Thread
from agentops.engine.core.runs.setting import Setting, Settings
from agentops.engine.core.runs.state import Phase, State
from agentops.engine.core.workflows.happenings import Happening as Tidings
from agentops.engine.core.workflows.state import Course

_SHOWN_TOO = ("session.thread_status_", "user.")
"""How the types of a child's events begin that the session shows too, beside calls that wait for the client.

Source: documented, platform.claude.com/docs/en/managed-agents/session-threads.
"""

_NEXT_STEPS = ("session.thread_status_", "span.model_request_start")
"""How the types of events begin with which a thread is at something else."""


_HERE = nullcontext()
"""What most decisions are within: they are about the thread that they began with."""


class Draft:
    """What will be logged and done, and the state that it leads to; it is always about one of the threads."""

    def __init__(self, session: SessionState, settings: Settings, ids: IdSource, at: str) -> None:
        """Begin with a state, at the primary thread."""
        self.session = session
        self.entries: list[Entry] = []
        self.tasks: list[Task] = []
        self.thread_id: str | None = None
        self.setting: Setting = settings(None, None)
        self.ids = ids
        self.is_unsettled = False
        """Whether a thread came to rest, and nobody has said yet what that means for the session."""

        self.stirred: list[str | None] = []
        """Threads that may have something to do now."""

        self.untold: list[tuple[str, Tidings]] = []
        """What workflow runs are to hear before anything else is looked at, with the ids of the runs."""

        self._summing_up = {key for key, each in session.threads.items() if each.state.is_summing_up}
        if self.is_evaluated:
            self._summing_up.discard(None)
        self._settings = settings
        self._at = max(at, session.last_at)

    @property
    def state(self) -> State:
        """Return the state of the thread that this is about."""
        return self.session.threads[self.thread_id].state

    @property
    def here(self) -> Thread:
        """Return the thread that this is about."""
        return self.session.threads[self.thread_id]

    @property
    def lead(self) -> Setting:
        """Return the surroundings of the primary thread."""
        return self._settings(None, None)

    @property
    def primary_id(self) -> str:
        """Return how events name the primary thread."""
        return self.lead.thread_id

    @property
    def at(self) -> str:
        """Return the moment of what is logged."""
        return self._at

    def within(self, thread_id: str | None) -> AbstractContextManager[None]:
        """Make it about another thread for a while."""
        return _HERE if thread_id == self.thread_id else self._elsewhere(thread_id)

    @contextmanager
    def _elsewhere(self, thread_id: str | None) -> Iterator[None]:
        before, setting = self.thread_id, self.setting
        self._turn(thread_id)
        try:
            yield
        finally:
            self.thread_id, self.setting = before, setting

    def _turn(self, thread_id: str | None) -> None:
        self.thread_id = thread_id
        self.setting = self._settings(thread_id, self.session.threads[thread_id].agent)

    def say(
        self,
        event_type: str,
        body: Json | None = None,
        *,
        kept: str | None = None,
        event_id: str | None = None,
        is_asking: bool = False,
    ) -> str:
        """Log an event of the engine's own and return its id; `is_asking` if the client has to answer it."""
        is_shown_too = self.thread_id is not None and (is_asking or event_type.startswith(_SHOWN_TOO))
        entry = Entry(
            event_id or self.ids.new("sevt"), event_type, self._at, body or {}, kept, self.thread_id, is_shown_too
        )
        self.add(entry)
        return entry.id

    def say_of_session(self, event_type: str, body: Json | None = None) -> None:
        """Log an event that is about the session and none of its threads."""
        self.add(Entry(self.ids.new("sevt"), event_type, self._at, body or {}))

    def begin(self, thread_id: str, body: Json, kept: str) -> None:
        """Log that another thread begins: documented, its own first event is what it is told."""
        said = {"session_thread_id": thread_id, **body}
        self.add(Entry(self.ids.new("sevt"), "session.thread_created", self._at, said, kept))

    def take(self, sent: Entry) -> None:
        """Let something that waited take effect now."""
        self.add(Entry(sent.id, sent.type, self._at, sent.body, sent.kept, sent.thread_id, sent.is_crossposted))

    def know(self, entry: Entry) -> None:
        """Take in what is in the log already."""
        self.session = advance(self.session, entry, self._settings)

    def go_on(self, course: Course, *, has_begun: bool) -> None:
        """Remember how far the program of a workflow run has come, where one runs."""
        attempts = {key: each for key, each in self.session.attempts.items() if key in self.session.runs}
        if course.run.is_open and (has_begun or course.run.id in attempts):
            attempts[course.run.id] = course.attempt
        self.session = altered(self.session, attempts=MappingProxyType(attempts))

    def has_to(self, effect: Effect) -> bool:
        """Tell whether something is to be done for the thread already."""
        return Task(self.thread_id, effect) in self.tasks

    def do(self, effect: Effect) -> None:
        """Have something done for the thread once the entries are committed."""
        self.tasks.append(Task(self.thread_id, effect))
        if isinstance(effect, Summarise):
            self._summing_up.add(self.thread_id)

    def stir(self, thread_id: str | None) -> None:
        """Have a thread looked after before the decision is made."""
        if thread_id not in self.stirred:
            self.stirred.append(thread_id)

    def run(self) -> None:
        """Say that the thread works, and with it the session, unless they do already."""
        self.run_session()
        if self.state.phase is not Phase.RUNNING:
            self.say("session.thread_status_running", self.thread)

    def run_session(self) -> None:
        """Say that the session works, unless it does already."""
        if self.session.phase is not Phase.RUNNING:
            self.say_of_session("session.status_running")

    def stop(self, stop: Json, details: Json | None = None) -> None:
        """Say that the thread rests, and why."""
        self.is_unsettled = True
        more = {"stop_details": details} if details else {}
        self.say("session.thread_status_idle", {**self.thread, "stop_reason": stop, **more})

    @property
    def is_summing_up(self) -> bool:
        """Tell whether the thread's conversation is being made shorter."""
        return self.thread_id in self._summing_up

    @property
    def is_evaluated(self) -> bool:
        """Tell whether the thread's work is being evaluated: until that is over it does nothing more."""
        outcome = self.session.outcome
        return self.thread_id is None and outcome is not None and outcome.stage is Stage.EVALUATING

    @property
    def is_spent(self) -> bool:
        """Tell whether the budget is used up; held against the exact cost, as documented."""
        budget = self.setting.budget
        if budget is None:
            return False
        cost = cents(self.session, self._settings)
        return cost is not None and cost >= int(budget["max_list_cost"]["amount"])

    def usage(self) -> Json:
        """Return what the session took so far."""
        return snapshot(self.session, self._settings)

    @property
    def thread(self) -> Json:
        """Return how events name the thread."""
        return {"session_thread_id": self.setting.thread_id, "agent_name": self.setting.agent_name}

    def add(self, entry: Entry) -> None:
        """Log an event as it is."""
        self.entries.append(entry)
        if entry.type.startswith(_NEXT_STEPS):
            self._summing_up.discard(entry.thread_id)
        self.session = advance(self.session, entry, self._settings)
