"""The closed set of things that whoever runs a workflow may be asked to do, once what is said of them is committed."""

from dataclasses import dataclass

from agentops.engine.core.workflows.happenings import Choice


@dataclass(frozen=True, slots=True)
class Facts:
    """Whom a plan may ask; the same for as long as a run is open."""

    agents: tuple[str, ...] = ()
    """The names of the roster."""

    has_inline: bool = True
    """Whether agents may be made up on the spot."""

    tools: tuple[str, ...] = ()
    """What such agents can be given."""


@dataclass(frozen=True, slots=True)
class StartProgram:
    """Run the plan from its beginning."""

    run_id: str
    program: str
    phases: tuple[str, ...]
    facts: Facts


@dataclass(frozen=True, slots=True)
class AnswerProgram:
    """Tell the plan what came of a piece of work; the order of these is the order that the plan has to see."""

    run_id: str
    number: int
    text: str
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class EndProgram:
    """Kill the plan's process, if there is one."""

    run_id: str


@dataclass(frozen=True, slots=True)
class StartThread:
    """Begin a thread; that it was created is said already."""

    run_id: str
    thread_id: str
    agent_name: str
    choice: Choice
    prompt: str


@dataclass(frozen=True, slots=True)
class EndThread:
    """Archive a thread, and stop what it still does; that it was terminated is said already."""

    run_id: str
    thread_id: str


Effect = StartProgram | AnswerProgram | EndProgram | StartThread | EndThread
