"""Events that a caller may put at the beginning of a session, and in what order they make sense."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from agentops.wire.content import DocumentBlock, FileSource, Text, TextBlock, UserContent
from agentops.wire.problems import Problem, obeying
from agentops.wire.rubrics import Rubric
from agentops.wire.shape import Shape

_MOST_FILE_DOCUMENTS = 100


class UserMessage(Shape):
    """What the person says. Source: SDK 2.11.0 `…/sessions/beta_managed_agents_user_message_event_params.py`."""

    type: Literal["user.message"]
    content: Annotated[list[UserContent], Field(min_length=1)]


class DefineOutcome(Shape):
    """What the agent works toward, and how it is graded. Source: `…user_define_outcome_event_params.py`."""

    type: Literal["user.define_outcome"]
    description: Text
    rubric: Rubric
    max_iterations: Annotated[int, Field(ge=1, le=20)] | None = None


class SystemMessage(Shape):
    """Context that the agent trusts. Source: SDK 2.11.0 `…/sessions/…system_message_event_params.py`."""

    type: Literal["system.message"]
    content: Annotated[list[TextBlock], Field(min_length=1, max_length=1000)]


InitialEvent = Annotated[UserMessage | DefineOutcome | SystemMessage, Field(discriminator="type")]


def initial_event_problems(events: Sequence[InitialEvent]) -> Iterator[Problem]:
    """Yield what is wrong with the order and the number of a session's first events, paths relative to the list.

    Source: SDK 2.11.0 `system_message_event_params.py`; documented rules of `initial_events`.
    """
    if all(isinstance(each, SystemMessage) for each in events):
        yield Problem((), "bad-combination", "must hold a user.message or a user.define_outcome")
    yield from _misplaced_system_messages(events)
    yield from _crowding_problems(events)


def _crowding_problems(events: Sequence[InitialEvent]) -> Iterator[Problem]:
    for index in [index for index, each in enumerate(events) if isinstance(each, DefineOutcome)][1:]:
        yield Problem((index,), "not-unique", "must be the only user.define_outcome: outcomes are worked on one by one")
    if (count := sum(map(_file_documents, events))) > _MOST_FILE_DOCUMENTS:
        message = f"must hold at most {_MOST_FILE_DOCUMENTS} documents from files, holds {count}"
        yield Problem((), "too-many", message)


def _misplaced_system_messages(events: Sequence[InitialEvent]) -> Iterator[Problem]:
    for index, event in enumerate(events):
        if isinstance(event, SystemMessage):
            if index != len(events) - 1:
                yield Problem((index,), "bad-combination", "must be the last event")
            if index and not isinstance(events[index - 1], UserMessage):
                yield Problem((index,), "bad-combination", "must directly follow a user.message")


def _file_documents(event: InitialEvent) -> int:
    blocks = event.content if isinstance(event, UserMessage) else ()
    return sum(isinstance(each, DocumentBlock) and isinstance(each.source, FileSource) for each in blocks)


InitialEvents = Annotated[
    list[InitialEvent],
    Field(min_length=1, max_length=50),
    AfterValidator(lambda events: obeying(events, initial_event_problems(events))),
]
"""What a deployment's sessions begin with. Source: SDK 2.11.0 `types/beta/deployment_create_params.py`."""

FirstEvents = Annotated[
    list[Annotated[UserMessage | DefineOutcome, Field(discriminator="type")]],
    Field(max_length=50),
    AfterValidator(lambda events: obeying(events, _crowding_problems(events))),
]
"""What one session begins with; an empty list is none. Source: SDK 2.11.0 `types/beta/session_create_params.py`."""
