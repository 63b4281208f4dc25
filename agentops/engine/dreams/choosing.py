"""Who dreams for a model: the one that asks it, or the one that needs none where nobody can be asked."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from agentops.dreaming.lexical import LexicalDreamer
from agentops.dreaming.messages.dreamer import MessagesDreamer, Models
from agentops.engine.dreams.port import Chosen, Meter
from agentops.engine.dreams.speaking import Speaker
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
        if not self.has_model(model_id):
            why = f"There is no server for the model {model_id}"
            return Chosen(LexicalDreamer(), f"{why}: dreaming without one, by counting, comparing and citing.")
        speaker = Speaker(self.model, session_id, meter, self.sleep)
        return Chosen(MessagesDreamer(speaker, Models.one(model_id)), f"Dreaming with {model_id}.")
