"""The closed set of things that can happen to a workflow run: what its plan asks for, and what comes from outside."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


@dataclass(frozen=True, slots=True)
class Choice:
    """Who is to do a piece of work: an agent of the roster, or one that is made up on the spot."""

    agent: str | None = None
    """A name of the roster; None for one that is made up."""

    name: str | None = None
    system: str | None = None
    tools: tuple[str, ...] | None = None
    """Names of the session's agent's tools; None for all of them."""


@dataclass(frozen=True, slots=True)
class PhaseBegun:
    """The plan entered a phase."""

    number: int
    """Of the request: phases that are entered and agents that are asked count up together, from 1."""

    name: str


@dataclass(frozen=True, slots=True)
class PhaseLeft:
    """The plan left the phase that it entered by a request."""

    number: int


@dataclass(frozen=True, slots=True)
class Asked:
    """The plan wants a piece of work done, and waits for what comes of it."""

    number: int
    prompt: str
    choice: Choice = Choice()


@dataclass(frozen=True, slots=True)
class Logged:
    """The plan has something to tell."""

    text: str


@dataclass(frozen=True, slots=True)
class Waits:
    """The plan cannot go on before it hears more."""

    heard: int
    """How many answers it took in."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The plan came to its end."""

    report: str | None = None
    """What the agent is told of it."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The plan raised an exception that it did not handle."""

    trace: str = ""


class Cause(StrEnum):
    """Why a plan can go on no longer."""

    DIED = "died"
    GARBLED = "garbled"
    CPU = "cpu"
    UNAVAILABLE = "unavailable"
    """There was nowhere to run it: the machine's fault, not the plan's."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The plan's process is gone without having come to its end, or is not worth speaking with."""

    cause: Cause
    said: str = ""
    """What it printed last, or what an operator would want to know."""


@dataclass(frozen=True, slots=True)
class AgentEnded:
    """A thread of the run came to its end."""

    thread_id: str
    text: str
    """The agent's last message; of a failure, what became of it."""

    is_error: bool = False


@dataclass(frozen=True, slots=True)
class Stopped:
    """The run is to end: the agent wants it, or its session ends."""


@dataclass(frozen=True, slots=True)
class TimeUp:
    """The run's time is over."""


PauseReason = Literal["budget", "interrupt"]


@dataclass(frozen=True, slots=True)
class Paused:
    """Nothing new may begin."""

    why: PauseReason


@dataclass(frozen=True, slots=True)
class Continued:
    """What the run was paused for is over; a pause for anything else stays."""

    why: PauseReason


@dataclass(frozen=True, slots=True)
class TakenUp:
    """Whoever ran the plan is gone; somebody else runs it again, from its beginning."""


Request = PhaseBegun | PhaseLeft | Asked | Logged | Waits | Finished | Failed | Lost
"""What comes from the plan's process."""

Happening = Request | AgentEnded | Stopped | TimeUp | Paused | Continued | TakenUp
