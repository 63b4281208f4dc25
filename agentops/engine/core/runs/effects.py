"""The closed set of things that whoever runs a session may be asked to do, once what is said of them is committed."""

from dataclasses import dataclass

from agentops.engine.core.runs.state import Call
from agentops.engine.core.workflows.effects import AnswerProgram, EndProgram, StartProgram


@dataclass(frozen=True, slots=True)
class AskModel:
    """Send the conversation to the model."""

    request_id: str


@dataclass(frozen=True, slots=True)
class RunTool:
    """Carry the call out."""

    call: Call


@dataclass(frozen=True, slots=True)
class Summarise:
    """Have the conversation summed up, so that it becomes short enough."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Let some time pass before the next attempt."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop everything that is under way; nothing of it is heard of any more."""


@dataclass(frozen=True, slots=True)
class Evaluate:
    """Have the outcome evaluated."""

    start_id: str


OfProgram = StartProgram | AnswerProgram | EndProgram
"""What is to be done for the program of a workflow run, in this order; the primary thread has it done."""

Effect = AskModel | RunTool | Summarise | Wait | Cancel | Evaluate | OfProgram


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be done for a thread."""

    thread_id: str | None
    """None for the primary one."""

    effect: Effect
