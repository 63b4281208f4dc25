"""What is said to a model and what it says, as values: the Messages API's own words.

A message is kept as the bytes that go over the wire: it is encoded once, and every later request joins what is there.
Encoding the whole history again for every request is what makes agent frameworks slow down as a session grows.
Source: SDK 2.11.0 `types/beta/beta_message_param.py`, `types/beta/beta_message.py`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import overload

from agentops.engine.core.json import Json

_BLOCK = 64
"""Messages that lie in one piece."""


@dataclass(frozen=True, slots=True)
class _Block(Iterable[bytes]):
    """Messages in one piece, as they go over the wire."""

    text: bytes
    """A comma is behind each."""

    starts: tuple[int, ...]
    """Of each message; and where the next one would begin."""

    def __iter__(self) -> Iterator[bytes]:
        return (self.text[start : end - 1] for start, end in pairwise(self.starts))

    def __getitem__(self, index: int) -> bytes:
        return self.text[self.starts[index] : self.starts[index + 1] - 1]


@dataclass(frozen=True, slots=True)
class Conversation(Sequence[bytes]):
    """Messages, oldest first; each is the JSON of one, `{"role": …, "content": …}`.

    All but the last few lie in blocks: to gather thousands of small pieces of memory for each request costs more than
    the rest of a step.
    """

    _blocks: tuple[_Block, ...] = ()
    _rest: tuple[bytes, ...] = ()
    """Empty only where there is none at all."""

    def and_then(self, messages: Iterable[bytes]) -> "Conversation":
        """Return it with more at its end."""
        blocks, rest = self._blocks, (*self._rest, *messages)
        while len(rest) > _BLOCK:
            blocks, rest = (*blocks, _block(rest[:_BLOCK])), rest[_BLOCK:]
        return Conversation(blocks, rest)

    def pieces(self) -> list[bytes]:
        """Return what follows each other between the brackets of a JSON array."""
        return [*(each.text for each in self._blocks), b",".join(self._rest)]

    def __len__(self) -> int:
        """Count the messages."""
        return len(self._blocks) * _BLOCK + len(self._rest)

    def __iter__(self) -> Iterator[bytes]:
        """Go through the messages."""
        for block in self._blocks:
            yield from block
        yield from self._rest

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[bytes, ...]: ...
    def __getitem__(self, index: int | slice) -> bytes | tuple[bytes, ...]:
        """Return a message, or several."""
        if isinstance(index, slice):
            return tuple(self)[index]
        number = range(len(self))[index]
        block, place = divmod(number, _BLOCK)
        return self._blocks[block][place] if block < len(self._blocks) else self._rest[place]


def _block(messages: Sequence[bytes]) -> _Block:
    return _Block(b",".join((*messages, b"")), (0, *accumulate(len(each) + 1 for each in messages)))


@dataclass(frozen=True, slots=True)
class Usage:
    """What one request took. Units: tokens."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_creation_input_tokens: int = 0
    cache_read_input_tokens: int = 0
    cache_creation_1h_input_tokens: int = 0
    """Of those created, the ones that are kept for an hour."""

    def shown(self) -> Json:
        """Return the counts in the API's words.

        Source: SDK 2.11.0 `types/beta/sessions/beta_managed_agents_span_model_usage.py`.
        """
        return {
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cache_creation_input_tokens": self.cache_creation_input_tokens,
            "cache_read_input_tokens": self.cache_read_input_tokens,
        }


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to a model."""

    model: Json
    """The agent's resolved `model`: `{"id": …, "speed": …, "effort": …}`."""

    system: str
    """Empty for none."""

    tools: bytes
    """A JSON array of the Messages API's tool definitions; `[]` for none."""

    messages: Sequence[bytes]
    """The conversation, oldest first; each is the JSON of one message, `{"role": …, "content": …}`."""

    session_id: str
    thread_id: str
    """Whose request it is: scripts and recordings keep conversations apart by it."""

    agent_name: str = ""
    tool_choice: Json | None = None
    """Which tool has to be called; None leaves it to the model. Source: SDK 2.11.0 `types/tool_choice_param.py`."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model said, whole."""

    content: tuple[Json, ...]
    """Blocks as they were received: `text`, `thinking`, `redacted_thinking`, `tool_use`; sent back as they are.

    The `input` of a `tool_use` whose JSON could not be read is the text as it came, not an object.
    """

    stop_reason: str
    """Source: SDK 2.11.0 `types/beta/beta_stop_reason.py`."""

    usage: Usage = field(default_factory=Usage)
    stop_details: Json | None = None
    """Of a refusal: `{"type": "refusal", "category": …, "explanation": …}`."""


def pieces(messages: Sequence[bytes]) -> list[bytes]:
    """Return what follows each other in the JSON array of the messages, without reading them again."""
    inner = messages.pieces() if isinstance(messages, Conversation) else [b",".join(messages)]
    return [b"[", *inner, b"]"]
