"""The models that `/v1/models` tells of; settings can put others in their place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from agentops.engine.core.json import written

Lifecycle = Literal["active", "deprecated", "retired"]

LISTED: tuple[Lifecycle, ...] = ("active", "deprecated")
"""What a list without a filter holds. Source: SDK 2.11.0 `types/beta/model_list_params.py`, `lifecycle`."""

_UNKNOWN = "1970-01-01T00:00:00Z"
"""What the API says of a moment that it does not know. Source: SDK 2.11.0 `types/beta/beta_model_info.py`."""


@dataclass(frozen=True, slots=True)
class Model:
    """One model. What is None is not known here, and answers say null."""

    id: str
    display_name: str
    line: Literal["haiku", "sonnet", "opus", "fable", "mythos"] | None = None
    aliases: tuple[str, ...] = ()
    """Other ids by which it is found."""

    lifecycle: Lifecycle = "active"
    created_at: str = _UNKNOWN
    deprecated_at: str | None = None
    retires_at: str | None = None
    max_input_tokens: int | None = None
    max_tokens: int | None = None


MODELS = (
    Model("claude-fable-5-2", "Claude Fable 5.2", "fable"),
    Model("claude-mythos-5-2", "Claude Mythos 5.2", "mythos"),
    Model("claude-haiku-5-5", "Claude Haiku 5.5", "haiku"),
    Model("claude-sonnet-5-5", "Claude Sonnet 5.5", "sonnet"),
    Model("claude-fable-5-1", "Claude Fable 5.1", "fable"),
    Model("claude-opus-5-5", "Claude Opus 5.5", "opus"),
    Model("claude-mythos-5-1", "Claude Mythos 5.1", "mythos"),
    Model("claude-sonnet-5", "Claude Sonnet 5", "sonnet"),
    Model("claude-fable-5", "Claude Fable 5", "fable"),
    Model("claude-mythos-5", "Claude Mythos 5", "mythos"),
    Model("claude-opus-5", "Claude Opus 5", "opus"),
    Model("claude-opus-4-8", "Claude Opus 4.8", "opus"),
    Model("claude-opus-4-7", "Claude Opus 4.7", "opus"),
    Model(
        "claude-mythos-preview",
        "Claude Mythos Preview",
        "mythos",
        lifecycle="deprecated",
        retires_at="2026-06-30T00:00:00Z",
    ),
    Model("claude-opus-4-6", "Claude Opus 4.6", "opus"),
    Model("claude-sonnet-4-6", "Claude Sonnet 4.6", "sonnet"),
    Model("claude-haiku-4-5-20251001", "Claude Haiku 4.5", "haiku", ("claude-haiku-4-5",)),
    Model("claude-opus-4-5-20251101", "Claude Opus 4.5", "opus", ("claude-opus-4-5",)),
    Model(
        "claude-sonnet-4-5-20250929",
        "Claude Sonnet 4.5",
        "sonnet",
        ("claude-sonnet-4-5",),
        lifecycle="deprecated",
        retires_at="2026-11-30T00:00:00Z",
    ),
)
"""Newest first. Source: SDK 2.11.0 `types/model_param.py`, `DEPRECATED_MODELS` of `resources/messages/messages.py`."""


def found(models: Sequence[Model], model_id: str) -> Model | None:
    """Return the model with the id or alias."""
    return next((each for each in models if model_id == each.id or model_id in each.aliases), None)


def body(model: Model) -> str:
    """Return the answer's JSON. Source: SDK 2.11.0 `types/beta/beta_model_info.py`."""
    return written(
        {
            "type": "model",
            "id": model.id,
            "display_name": model.display_name,
            "line": model.line,
            "lifecycle": model.lifecycle,
            "created_at": model.created_at,
            "deprecated_at": model.deprecated_at,
            "retires_at": model.retires_at,
            "max_input_tokens": model.max_input_tokens,
            "max_tokens": model.max_tokens,
            "capabilities": None,
            "allowed_fallback_models": None,
        }
    )
