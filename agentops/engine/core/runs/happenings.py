"""The closed set of things that can happen to a running session."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agentops.engine.core.conversation import Reply, Usage
from agentops.engine.core.entries import Entry
from agentops.engine.core.json import Json
from agentops.engine.core.outcomes.verdict import Result, Verdict
from agentops.engine.core.workflows import happenings as workflows


@dataclass(frozen=True, slots=True)
class Sent:
    """Events came from outside, or the session's settings changed: both are in the log already."""

    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """The ids under which a reply was shown while it came in, so that the events get the same."""

    message_id: str | None = None
    thinking_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Replied:
    """The model answered."""

    reply: Reply
    preview: Preview = field(default_factory=Preview)


@dataclass(frozen=True, slots=True)
class RequestFailed:
    """The model did not answer."""

    kind: str
    """The type of the `session.error`."""

    message: str
    may_pass: bool = False
    retry_after_s: float | None = None
    is_too_long: bool = False
    """Whether the conversation did not fit."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A tool call came to its end."""

    call_id: str
    content: tuple[Json, ...]
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class Troubled:
    """Something beside the model failed and the session goes on without it."""

    error: Mapping[str, object]
    """The `session.error` without `retry_status`."""


@dataclass(frozen=True, slots=True)
class Summarised:
    """The conversation was summed up."""

    text: str
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class Evaluating:
    """An evaluation goes on."""

    start_id: str


@dataclass(frozen=True, slots=True)
class Evaluated:
    """An evaluation came to its end."""

    start_id: str
    result: Result
    explanation: str
    usage: Usage = field(default_factory=Usage)
    cents: float = 0
    """What it took, at list prices."""

    verdict: Verdict | None = None
    """What was found, criterion by criterion; None where nobody could tell."""


@dataclass(frozen=True, slots=True)
class Due:
    """The wait is over."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """Somebody takes the session up: for the first time, again, or after whoever ran it died."""


@dataclass(frozen=True, slots=True)
class OfRun:
    """Something happened to a workflow run of the session."""

    run_id: str
    happening: workflows.Happening


_OfWork = Replied | RequestFailed | Ran | Troubled | Summarised | Evaluating | Evaluated | Due
Happening = Sent | Resumed | _OfWork | OfRun
