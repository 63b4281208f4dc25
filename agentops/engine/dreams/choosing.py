"""Who dreams for a model: the one that asks it, or the one that needs none where nobody can be asked."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from agentops.dreaming.lexical import LexicalDreamer
from agentops.engine.dreams.port import Chosen, Meter
from agentops.engine.models.port import Model

LEXICAL: Final = "lexical"
"""The name that asks for the dreamer without a model."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Chooses by the model's name, and by whether there is a server for it."""

    model: Model
    has_model: Callable[[str], bool]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    def chosen(self, model_id: str, session_id: str, meter: Meter) -> Chosen:
        """Return who dreams with a model."""
        if model_id == LEXICAL:
            return Chosen(LexicalDreamer(), "Dreaming without a model: counting, comparing and citing.")
        del session_id, meter
        why = f"There is no server for the model {model_id}"
        return Chosen(LexicalDreamer(), f"{why}: dreaming without one, by counting, comparing and citing.")
