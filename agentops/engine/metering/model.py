"""A model whose requests are counted: how many, how long, how they ended, what they took."""

import asyncio
from time import perf_counter

from agentops.engine.core.conversation import Ask, Reply, Usage
from agentops.engine.meter import Meter
from agentops.engine.models.port import Hear, Model, ModelError

UNKNOWN = "unknown_error"
"""What broke in a way that nobody foresaw."""


class MeteredModel:
    """Asks another, and tells the meter."""

    def __init__(self, inner: Model, meter: Meter) -> None:
        """Stand before the model."""
        self._inner = inner
        self._meter = meter

    async def ask(self, ask: Ask, hear: Hear) -> Reply:
        """Return the whole reply; its pieces are heard before.

        Raises:
            ModelError: there is none.
        """
        began, outcome, usage = perf_counter(), UNKNOWN, None
        try:
            reply = await self._inner.ask(ask, hear)
            outcome, usage = "ok", reply.usage
        except ModelError as error:
            outcome = error.kind
            raise
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        else:
            return reply
        finally:
            self._tell(ask, outcome, perf_counter() - began, usage)

    def _tell(self, ask: Ask, outcome: str, seconds: float, usage: Usage | None) -> None:
        self._meter.asked(ask.model, outcome, seconds, usage)
