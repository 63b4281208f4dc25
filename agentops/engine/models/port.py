"""A model as the engine sees it: one call, heard as it comes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol

from agentops.engine.core.conversation import Ask, Reply


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Some more of a text block."""

    index: int
    """Which block of the reply, from 0."""

    text: str


@dataclass(frozen=True, slots=True)
class ThinkingBegun:
    """The model started to think; what it thinks is not shown."""

    index: int


Piece = TextPiece | ThinkingBegun
Hear = Callable[[Piece], None]
"""Called on the event loop, for each piece in the order of the reply; must return at once."""


class ModelError(Exception):
    """There is no reply. `message` is for people and holds no credential and no body of ours."""

    kind: ClassVar[str] = "unknown_error"
    """The type of the `session.error`. Source: SDK 2.11.0 `types/beta/sessions/beta_managed_agents_*_error.py`."""

    may_pass: bool = False
    """Whether the same request can succeed later."""

    def __init__(self, message: str, *, retry_after_s: float | None = None, may_pass: bool | None = None) -> None:
        """Say what happened, how long the endpoint asked to wait, and whether it knows that waiting helps or not."""
        super().__init__(message)
        self.message = message
        self.retry_after_s = retry_after_s
        if may_pass is not None:
            self.may_pass = may_pass


class ModelOverloaded(ModelError):
    """529, or an `overloaded_error` in the stream."""

    kind = "model_overloaded_error"
    may_pass = True


class ModelRateLimited(ModelError):
    """429."""

    kind = "model_rate_limited_error"
    may_pass = True


class ModelUnreachable(ModelError):
    """No connection, a cut stream, a 408, 409 or 5xx, or an answer that is not one of the Messages API."""

    kind = "model_request_failed_error"
    may_pass = True


class ModelRefusedRequest(ModelError):
    """Any other 4xx: the request itself is not acceptable, or the credential is not."""

    kind = "model_request_failed_error"


class ModelUnpaid(ModelError):
    """402 or a `billing_error`."""

    kind = "billing_error"


class ContextTooLong(ModelRefusedRequest):
    """The conversation does not fit into the model's window: it has to be compacted before it is sent again."""


class Model(Protocol):
    """Answers requests. Cancelling the call ends it at once and leaves nothing running."""

    async def ask(self, ask: Ask, hear: Hear) -> Reply:
        """Return the whole reply; its pieces are heard before.

        Raises:
            ModelError: there is none.
        """
