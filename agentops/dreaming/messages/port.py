"""What a dream asks of an endpoint of the Messages API: requests and answers as JSON. Who has one adapts it to this."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, runtime_checkable

Request = Mapping[str, Any]
"""The body of `POST /v1/messages`, not streamed."""

Answer = Mapping[str, Any]
"""The message that came back: `content`, `stop_reason`, `usage`."""


class Unanswered(Exception):
    """A request that got no answer. The message is for people and holds no credential."""

    def __init__(self, message: str, *, retry: Literal["temporary", "permanent"] = "temporary") -> None:
        """Say why, and whether the same request can be answered later without anybody changing anything."""
        super().__init__(message)
        self.message = message
        self.retry = retry


class Speaker(Protocol):
    """Answers one request at a time; it may be called several times at once, and does its own retrying."""

    async def say(self, request: Request) -> Answer:
        """Return the answer.

        Raises:
            Unanswered: there is none.
        """
        ...


@runtime_checkable
class BatchSpeaker(Speaker, Protocol):
    """Answers many requests together, later and for less: the price table knows how much less."""

    async def say_all(self, requests: Sequence[Request]) -> Sequence[Answer | Unanswered]:
        """Return what became of each request, in their order. Where batches are missing it asks one by one.

        An answer that came in a batch says so in `usage.service_tier`: it costs less.
        """
        ...
