"""A workflow run by hand: a log in memory, a plan that is a function of what it heard, and crashes at any moment."""

import random
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from agentops.base.ids import CountingIds
from agentops.engine.core.entries import Entry
from agentops.engine.core.json import Json
from agentops.engine.core.workflows.begin import Begun, begin
from agentops.engine.core.workflows.decide import decide
from agentops.engine.core.workflows.effects import (
    AnswerProgram,
    EndProgram,
    EndThread,
    Facts,
    StartProgram,
    StartThread,
)
from agentops.engine.core.workflows.evolve import fold
from agentops.engine.core.workflows.happenings import (
    AgentEnded,
    Asked,
    Choice,
    Finished,
    Happening,
    PhaseBegun,
    PhaseLeft,
    Request,
    TakenUp,
    Waits,
)
from agentops.engine.core.workflows.state import Bounds, Course, Run, Setting

AT = "2026-10-06T12:00:00.000000Z"
SETTING = Setting(Facts(("Reviewer",), has_inline=True, tools=("bash", "read")))
PHASES = ("find", "fix", "sum up")


@dataclass
class Plan:
    """A plan as its process shows it; what it does next depends on its seed and on the answers it heard alone."""

    seed: int
    works: int = 12
    heard: list[int] = field(default_factory=list)
    out: deque[Request] = field(default_factory=deque)
    asked: set[int] = field(default_factory=set)
    open: list[int] = field(default_factory=list)
    numbers: int = 0

    def __post_init__(self) -> None:
        self._go_on()

    def hear(self, number: int) -> None:
        self.heard.append(number)
        assert number in self.asked, "an answer to nothing"
        self.asked.remove(number)
        self._go_on()

    def _go_on(self) -> None:
        chance = random.Random(f"{self.seed} {self.heard}")
        for _ in range(chance.randrange(5) if self.heard else 6):
            self._step(chance)
        if self.asked:
            self.out.append(Waits(len(self.heard)))
        else:
            self.out.append(Finished("all is well"))

    def _step(self, chance: random.Random) -> None:
        kind = chance.choice(["enter", "leave", "ask", "ask", "ask"])
        if kind == "leave" and self.open:
            self.out.append(PhaseLeft(self.open.pop(chance.randrange(len(self.open)))))
        elif kind == "enter":
            self.numbers += 1
            self.open.append(self.numbers)
            self.out.append(PhaseBegun(self.numbers, chance.choice(PHASES)))
        elif kind == "ask" and self.works:
            self.works -= 1
            self.numbers += 1
            self.asked.add(self.numbers)
            choice = chance.choice([Choice("Reviewer"), Choice(system="Be brief."), Choice(tools=("read",))])
            self.out.append(Asked(self.numbers, f"work {chance.random()}", choice))


@dataclass
class Desk:
    """One run, its log, and everything that is under way."""

    setting: Setting = SETTING
    seed: int | None = None
    """Of its plan; None for one whose requests a test makes itself."""

    log: list[Entry] = field(default_factory=list)
    threads: list[str] = field(default_factory=list)
    """Those that work."""

    told: list[tuple[int, str, bool]] = field(default_factory=list)
    plan: Plan | None = None
    most: int = 0
    """The most threads that worked at once."""

    has_ended: bool = False
    """Whether the process was told to end."""

    ids: CountingIds = field(default_factory=CountingIds)
    course: Course = field(init=False)

    def __post_init__(self) -> None:
        begun = begin(self.input(), 0, self.setting, self.ids, AT)
        assert isinstance(begun, Begun)
        self._commit(begun.decision.course, begun.decision.entries, begun.decision.effects)

    @staticmethod
    def input() -> Json:
        return {"name": "Sweep", "phases": [{"name": each} for each in PHASES], "program": "report(1)"}

    @property
    def run(self) -> Run:
        return self.course.run

    @property
    def types(self) -> list[str]:
        return [each.type.removeprefix("workflow_run.") for each in self.log]

    @property
    def result(self) -> Any:
        return self.log[-1].body["result"]

    def happen(self, *happenings: Happening) -> "Desk":
        for each in happenings:
            decision = decide(self.course, each, self.setting, self.ids, AT)
            self._commit(decision.course, decision.entries, decision.effects)
        return self

    def hear_plan(self) -> bool:
        """Take the next thing that the plan said."""
        if self.plan is None or not self.plan.out or not self.run.is_open:
            return False
        self.happen(self.plan.out.popleft())
        return True

    def end_thread(self, index: int, *, is_error: bool = False) -> None:
        if self.threads:
            thread_id = self.threads[index % len(self.threads)]
            self.happen(AgentEnded(thread_id, f"done by {thread_id}", is_error))

    def crash(self, seed: int | None = None) -> None:
        """Lose everything but the log, and take the run up again."""
        folded = fold(self.log)[self.run.id]
        self.course = Course(folded, self.course.attempt)
        self.told = []
        self.seed = self.seed if seed is None else seed
        self.happen(TakenUp())

    def to_the_end(self) -> None:
        for _ in range(10_000):
            if not self.run.is_open:
                return
            if not self.hear_plan():
                assert self.threads, "nobody can bring the run any further"
                self.end_thread(0)
        raise AssertionError("it never ends")

    def _commit(self, course: Course, entries: Iterable[Entry], effects: Iterable[object]) -> None:
        self.course = course
        self.log += entries
        for effect in effects:
            self._carry_out(effect)

    def _carry_out(self, effect: object) -> None:
        match effect:
            case StartProgram():
                self.plan = Plan(self.seed) if self.seed is not None else None
            case AnswerProgram(number=number, text=text, is_error=is_error):
                self.told.append((number, text, is_error))
                if self.plan is not None:
                    self.plan.hear(number)
            case EndProgram():
                self.plan, self.has_ended = None, True
            case StartThread(thread_id=thread_id):
                self.threads.append(thread_id)
                self.most = max(self.most, len(self.threads))
            case EndThread(thread_id=thread_id):
                self.threads.remove(thread_id)


def bounded(**bounds: int) -> Setting:
    return Setting(SETTING.facts, Bounds(**bounds))
