"""Sessions with plans, run by hand."""

from dataclasses import dataclass, field, replace

from agentops.engine.core.json import Json
from agentops.engine.core.runs.decide import Heard
from agentops.engine.core.runs.effects import Effect, OfProgram
from agentops.engine.core.runs.grants import Grants
from agentops.engine.core.runs.happenings import OfRun
from agentops.engine.core.runs.setting import Setting
from agentops.engine.core.runs.team import WAIT
from agentops.engine.core.workflows import tool
from agentops.engine.core.workflows.cast import planner_of
from agentops.engine.core.workflows.effects import AnswerProgram, EndProgram, StartProgram
from agentops.engine.core.workflows.happenings import Request
from tests.engine.core.workflows.desk import PHASES, Plan

from .agents import TOOLS, setting
from .desk import Desk
from .laws import folding_the_log_gives_the_state, what_is_under_way_is_what_the_state_says

REVIEWER: Json = {"type": "agent", "name": "Reviewer", "model": {"id": "m"}, "system": None, "tools": TOOLS}
AGENT: Json = {
    "type": "agent",
    "name": "Reviewer",
    "model": {"id": "m"},
    "mcp_servers": [],
    "skills": [],
    "execution_identity": None,
    "tools": TOOLS,
    "multiagent": {
        "type": "multiagent_20261001",
        "subagents": {"type": "disabled"},
        "workflows": {"type": "enabled", "inline_agents": {"type": "enabled"}, "predefined_agents": [REVIEWER]},
        "advisor": {"type": "disabled"},
    },
}
PLAN: Json = {"name": "Sweep", "phases": [{"name": each} for each in ("look", *PHASES)], "program": "report(1)"}
GO: Json = {tool.RUN: PLAN}


def planning(budget: int | None = None) -> Setting:
    """Return the surroundings of an agent that may run plans."""
    grants = Grants(TOOLS, is_self_hosted=False, of_team=[tool.RUN, tool.STOP, WAIT])
    return replace(setting(budget=budget), planner=planner_of(AGENT), grants=grants)


@dataclass
class Room(Desk):
    """A session with plans, whose programs say what a test lets them say."""

    setting: Setting = field(default_factory=planning)
    of_programs: list[OfProgram] = field(default_factory=list)
    """What was done for programs."""

    plans: dict[str, Plan] = field(default_factory=dict)
    """The programs that run, as far as a test lets them speak."""

    def take_all(self, *heard: Heard) -> None:
        super().take_all(*heard)
        folding_the_log_gives_the_state(self)
        what_is_under_way_is_what_the_state_says(self)

    def _perform(self, thread: str | None, effect: Effect) -> None:
        if isinstance(effect, OfProgram):
            assert thread is None
            self.of_programs.append(effect)
            self._carry_out(effect)
        else:
            super()._perform(thread, effect)

    def _carry_out(self, effect: OfProgram) -> None:
        match effect:
            case StartProgram(run_id):
                assert run_id not in self.plans, "it runs already"
                self.plans[run_id] = Plan(sum(run_id.encode()))
            case AnswerProgram(run_id, number):
                # A test that speaks for the program itself has asked for what this one did not.
                if number in self.plans[run_id].asked:
                    self.plans[run_id].hear(number)
            case EndProgram(run_id):
                self.plans.pop(run_id, None)

    def plan(self, *requests: Request) -> list[str]:
        """Let the program of the first open run ask for something; return what was logged."""
        self.take_all(*(Heard(OfRun(self.run_id, each)) for each in requests))
        return self.said

    def crash(self) -> None:
        self.of_programs.clear()
        self.plans.clear()
        super().crash()

    def budget(self, cents: int) -> None:
        """Set a budget, without anybody's hearing of it."""
        self.setting = planning(cents)

    @property
    def run_id(self) -> str:
        return next(iter(self.session.runs))

    @property
    def working(self) -> list[str]:
        """Return the threads beside the primary one that are not over."""
        return [each for each in self.children if not self.session.threads[each].is_over]

    @property
    def last_words(self) -> str:
        """Return what the lead's model was sent last."""
        return str(self.last_user_blocks)
