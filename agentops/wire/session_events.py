"""Events that a client may send to a session, and in what order they make sense in one request."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from agentops.wire.content import DocumentBlock, ImageBlock, TextBlock
from agentops.wire.events import DefineOutcome, SystemMessage, UserMessage
from agentops.wire.fields import Id
from agentops.wire.problems import Problem, obeying
from agentops.wire.shape import Omissible, Shape

_MOST_EVENTS = 100
"""The API states no limit; this one keeps a request one transaction."""

_Words = Annotated[str, Field(max_length=100_000)]


class SearchResultCitations(Shape):
    """Source: SDK 2.11.0 `…/sessions/beta_managed_agents_search_result_citations_param.py`."""

    enabled: bool


class SearchResultBlock(Shape):
    """A hit of a search. Source: SDK 2.11.0 `…/sessions/beta_managed_agents_search_result_block_param.py`."""

    type: Literal["search_result"]
    source: Annotated[str, Field(min_length=1)]
    title: str
    content: list[TextBlock]
    citations: SearchResultCitations


ResultContent = Annotated[TextBlock | ImageBlock | DocumentBlock | SearchResultBlock, Field(discriminator="type")]


class UserInterrupt(Shape):
    """Stop. Source: SDK 2.11.0 `…/sessions/beta_managed_agents_user_interrupt_event_params.py`."""

    type: Literal["user.interrupt"]
    session_thread_id: Id | None = None


class UserToolConfirmation(Shape):
    """A person's word on a call. Source: SDK 2.11.0 `…/sessions/…user_tool_confirmation_event_params.py`.

    Older clients send the thread of the call back; answers go where the call was made, so it does not count.
    """

    type: Literal["user.tool_confirmation"]
    tool_use_id: Id
    result: Literal["allow", "deny"]
    deny_message: _Words | None = None
    session_thread_id: Id | None = None

    @model_validator(mode="after")
    def _says_why_only_when_it_denies(self) -> "UserToolConfirmation":
        is_off = self.deny_message is not None and self.result == "allow"
        problem = Problem(("deny_message",), "bad-combination", "may only be sent with result deny")
        return obeying(self, (problem,) if is_off else ())


class UserCustomToolResult(Shape):
    """What a custom tool gave. Source: SDK 2.11.0 `…/sessions/…user_custom_tool_result_event_params.py`."""

    type: Literal["user.custom_tool_result"]
    custom_tool_use_id: Id
    content: Omissible[list[ResultContent]] = None
    is_error: bool | None = None
    session_thread_id: Id | None = None


class UserToolResult(Shape):
    """What a worker's tool gave. Source: SDK 2.11.0 `…/sessions/…user_tool_result_event_params.py`."""

    type: Literal["user.tool_result"]
    tool_use_id: Id
    content: Omissible[list[ResultContent]] = None
    is_error: bool | None = None
    session_thread_id: Id | None = None


SentEvent = Annotated[
    UserMessage
    | UserInterrupt
    | UserToolConfirmation
    | UserCustomToolResult
    | UserToolResult
    | DefineOutcome
    | SystemMessage,
    Field(discriminator="type"),
]

_ACCOMPANIED = (UserMessage, UserToolResult, UserCustomToolResult)


def sent_event_problems(events: Sequence[SentEvent]) -> Iterator[Problem]:
    """Yield what is wrong with the order of events in one request, paths relative to the list.

    Source: SDK 2.11.0 `…/sessions/beta_managed_agents_system_message_event_params.py`.
    """
    for index, event in enumerate(events):
        if not isinstance(event, SystemMessage):
            continue
        if index != len(events) - 1:
            yield Problem((index,), "bad-combination", "must be the last event")
        if not index or not isinstance(events[index - 1], _ACCOMPANIED):
            message = "must directly follow a user.message, a user.tool_result or a user.custom_tool_result"
            yield Problem((index,), "bad-combination", message)


class SessionEventsSend(Shape):
    """What is sent to a session. Source: SDK 2.11.0 `types/beta/sessions/event_send_params.py`."""

    events: Annotated[
        list[SentEvent],
        Field(min_length=1, max_length=_MOST_EVENTS),
        AfterValidator(lambda events: obeying(events, sent_event_problems(events))),
    ]
