"""What is said to a model and what it says, as values: the Messages API's own words.

A message is kept as the bytes that go over the wire: it is encoded once, and every later request joins what is there.
Encoding the whole history again for every request is what makes agent frameworks slow down as a session grows.
Source: SDK 2.11.0 `types/beta/beta_message_param.py`, `types/beta/beta_message.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from agentops.engine.core.json import Json


@dataclass(frozen=True, slots=True)
class Usage:
    """What one request took. Units: tokens."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_creation_input_tokens: int = 0
    cache_read_input_tokens: int = 0
    cache_creation_1h_input_tokens: int = 0
    """Of those created, the ones that are kept for an hour."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to a model."""

    model: Json
    """The agent's resolved `model`: `{"id": …, "speed": …, "effort": …}`."""

    system: str
    """Empty for none."""

    tools: bytes
    """A JSON array of the Messages API's tool definitions; `[]` for none."""

    messages: tuple[bytes, ...]
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


def joined(messages: Sequence[bytes]) -> bytes:
    """Return the JSON array of the messages without reading them again."""
    return b"[" + b",".join(messages) + b"]"
