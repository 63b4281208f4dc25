"""A decision on one run while it is made: entries are added one by one, each seen by the next step."""

from dataclasses import replace

from agentops.base.ids import IdSource
from agentops.engine.core.entries import Entry
from agentops.engine.core.json import Json, written
from agentops.engine.core.workflows import events
from agentops.engine.core.workflows.effects import AnswerProgram, Effect, EndProgram, EndThread, StartThread
from agentops.engine.core.workflows.evolve import evolve
from agentops.engine.core.workflows.happenings import Asked
from agentops.engine.core.workflows.notice import notice
from agentops.engine.core.workflows.state import Answer, Attempt, Course, Run, Setting


class Draft:
    """What will be logged and done, and the course that it leads to."""

    def __init__(self, course: Course, setting: Setting, ids: IdSource, at: str) -> None:
        """Begin with a course."""
        self.run: Run = course.run
        self.attempt: Attempt = course.attempt
        self.setting = setting
        self.entries: list[Entry] = []
        self.effects: list[Effect] = []
        self._ids = ids
        self._at = at

    @property
    def course(self) -> Course:
        """Return what it leads to."""
        return Course(self.run, self.attempt)

    def say(self, event_type: str, body: Json | None = None, kept: Json | None = None) -> None:
        """Log an event of the run."""
        self._log(event_type, {"workflow_run_id": self.run.id, **(body or {})}, kept)

    def do(self, effect: Effect) -> None:
        """Have something done once the entries are committed."""
        self.effects.append(effect)

    def enter(self, number: int, phase_id: str) -> None:
        """Say that a phase was entered."""
        self.say(events.PHASE_STARTED, {"workflow_run_phase_id": phase_id}, {"number": number})

    def leave(self, number: int) -> None:
        """Say that a phase is over, unless it was said."""
        visit = self.run.visits[number]
        if not visit.is_over:
            body = {"workflow_run_phase_id": visit.phase_id, "phase_started_id": visit.started_id}
            self.say(events.PHASE_ENDED, body, {"number": number})

    def begin_thread(self, asked: Asked, digest: str) -> None:
        """Give a piece of work a thread of its own."""
        thread_id = self._ids.new("sthr")
        name = asked.choice.agent or asked.choice.name or f"agent {asked.number}"
        kept = {"number": asked.number, "asked": digest}
        self.say(events.THREAD_CREATED, {"session_thread_id": thread_id, "agent_name": name}, {"workflow": kept})
        self.do(StartThread(self.run.id, thread_id, name, asked.choice, asked.prompt))

    def end_thread(self, number: int, answer: Answer | None) -> None:
        """Let a thread go; without an answer nobody is to hear of it any more."""
        agent = self.run.agents[number]
        told = {"answer": {"text": answer.text, "is_error": answer.is_error}} if answer else {}
        body = {"session_thread_id": agent.thread_id, "agent_name": agent.name}
        kept = {"run": self.run.id, "number": number, **told}
        self._log(events.THREAD_TERMINATED, body, {"workflow": kept}, of_thread=agent.thread_id)
        self.do(EndThread(self.run.id, agent.thread_id))

    def tell(self) -> None:
        """Give the plan the answers that it can take by now: in their order, and none before it was asked for."""
        run, attempt = self.run, self.attempt
        while attempt.told < len(run.answers) and run.answers[attempt.told] <= attempt.numbers:
            number = run.answers[attempt.told]
            answer = run.agents[number].answer
            assert answer is not None
            self.do(AnswerProgram(run.id, number, answer.text, answer.is_error))
            attempt = replace(attempt, told=attempt.told + 1)
        self.attempt = attempt

    def close(self, result: Json, report: str = "") -> None:
        """End the run: its threads and its phases first, then what went wrong, then that it is over."""
        for number in self.run.running:
            self.end_thread(number, None)
        for number in reversed(tuple(self.run.visits)):
            self.leave(number)
        if result["type"] == "error":
            self.say(events.ERROR, {"error": result["error"]})
        words = notice(self.run, result, report, self.attempt.logs)
        self.say(events.STATUS_ENDED, {"result": result}, {"notice": words})
        self.do(EndProgram(self.run.id))

    def fail(self, error: Json, details: str = "") -> None:
        """End the run with an error."""
        self.close({"type": "error", "error": error}, details)

    def _log(self, event_type: str, body: Json, kept: Json | None, of_thread: str | None = None) -> None:
        """Log an event of the session's own stream, or one of a thread that the session shows too."""
        text = written(kept) if kept is not None else None
        is_shown_too = of_thread is not None
        entry = Entry(self._ids.new("sevt"), event_type, self._at, body, text, of_thread, is_shown_too)
        self.entries.append(entry)
        run = evolve(self.run, entry)
        assert run is not None
        self.run = run
