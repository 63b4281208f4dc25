"""The body and headers of a request to the Messages API; what is kept as bytes is joined, never encoded again.

Caching: a mark at the end of what all sessions of an agent share, and one that the server puts at the end of the
conversation by itself, so that the bytes of earlier messages stay what they were.
Thinking is left to the model: which settings one takes, and what leaving them out means, differ from model to model.
Source: SDK 2.11.0 `types/message_create_params.py`.
"""

from agentops.engine.core.conversation import Ask, pieces
from agentops.engine.core.json import Json, written
from agentops.engine.models.endpoints import Endpoint
from agentops.wire.models import MODELS

MAX_TOKENS = 32_000
"""Where neither the endpoint nor the table of models knows better: the least that a current model can write.

Units: tokens.
"""

VERSION = "2026-10-21"
"""Source: SDK 2.11.0 `_constants.py`, `ANTHROPIC_API_VERSION`."""

_FAST_MODE = "fast-mode-2026-02-01"
"""Source: SDK 2.11.0 `types/message_create_params.py`, `speed`."""

_MARK: Json = {"type": "ephemeral"}


def headers(ask: Ask) -> dict[str, str]:
    """Return the headers, without the credential."""
    found = {"content-type": "application/json", "accept": "application/json", "anthropic-version": VERSION}
    return {**found, "anthropic-beta": _FAST_MODE} if _is_fast(ask) else found


def body(ask: Ask, endpoint: Endpoint, max_tokens: int) -> bytes:
    """Return the body: what changes from call to call comes first and last, so that what stays is one piece."""
    mark = endpoint.is_cached
    parts = [written(_settings(ask, endpoint, max_tokens)).encode()[:-1]]
    if ask.system:
        block = {"type": "text", "text": ask.system, **({"cache_control": _MARK} if mark else {})}
        parts += (b',"system":', written([block]).encode())
    if ask.tools != b"[]":
        parts += (b',"tools":', _marked(ask.tools) if mark and not ask.system else ask.tools)
    if ask.tool_choice is not None:
        parts += (b',"tool_choice":', written(ask.tool_choice).encode())
    parts += (b',"messages":', *pieces(ask.messages), b"}")
    return b"".join(parts)


def _settings(ask: Ask, endpoint: Endpoint, max_tokens: int) -> Json:
    found: Json = {"model": endpoint.name_of(ask.model["id"]), "max_tokens": max_tokens, "stream": True}
    if endpoint.is_cached:
        found["cache_control"] = _MARK
    if effort := _effort(ask.model):
        found["output_config"] = {"effort": effort}
    if _is_fast(ask):
        found["speed"] = "fast"
    if geo := ask.model.get("inference_geo"):
        found["inference_geo"] = geo
    return found


def _effort(model: Json) -> str | None:
    """Return the effort to ask for; a model that takes none refuses even the one that it always has."""
    known = MODELS.get(model["id"])
    if known is not None and not known.takes_effort:
        return None
    said: str | Json | None = model.get("effort")
    return said["type"] if isinstance(said, dict) else said


def _is_fast(ask: Ask) -> bool:
    # The other value is what leaving it out means, and some models refuse any without the beta.
    return bool(ask.model.get("speed") == "fast")


def _marked(tools: bytes) -> bytes:
    """Return the tools with the mark in the last of them."""
    return tools[:-2] + b',"cache_control":' + written(_MARK).encode() + b"}]" if tools.endswith(b"}]") else tools
