"""Dreams that a target runs by itself, over the public API: begun on a copy, watched to their end, read, put away."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from agentops.base.errors import DreamFailed, TargetError
from agentops.dreaming.hosted.port import Told, Wanted
from agentops.dreaming.port import Spent
from agentops.reconcile.target import Body
from agentops.targets.live import LiveTarget
from agentops.targets.memory import Memory
from agentops.targets.pages import Sleep
from agentops.targets.sessions import Sessions

_BETAS = "managed-agents-2026-04-01,dreaming-2026-04-21"
_PAUSES_S = (1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 20.0, 30.0)
"""Between looks; the last one again and again. A dream takes minutes to hours."""

_MOST_FAILURES = 5
"""How many looks in a row may fail before a dream is given up: each was tried three times already."""

_EVENTS = 100
"""How many events of the dream's session are read at a look."""

_COMPLETED = "completed"
_ENDS = frozenset({_COMPLETED, "failed", "canceled"})

_HINTS = {
    "timeout": "read fewer sessions at once, or dream again",
    "internal_error": "dream again; if it stays, give the dream's id to the operator of the target",
    "memory_store_org_limit_exceeded": "archive memory stores that nobody needs: each dream makes a new one",
    "input_memory_store_too_large": "divide the store into several, each with its own schedule",
    "input_memory_store_unavailable": "the store was archived or deleted meanwhile: `agentops apply` makes a new one",
    "input_session_unavailable": "a session was archived or deleted meanwhile: dream over those that are left",
}
"""What to do about each error. Source: SDK 2.11.0 `types/beta/beta_dream_error_object.py`; …/dreams#errors."""

_UNKNOWN = "dream again, or dream without the target: `engine: messages` or `engine: lexical`"

Hear = Callable[[Body], None]
"""Called with each event of the session in which the dream runs."""


@dataclass(frozen=True, slots=True)
class Order:
    """Which store is dreamt over, by which model, and what stays afterwards."""

    store_id: str
    model: str
    keeps: bool = False
    """Whether the dream and the store that it wrote stay as they are; else they are archived."""


class TargetDreams:
    """Runs dreams on a target: an `Elsewhere`. The store itself is only read."""

    def __init__(
        self, target: LiveTarget, order: Order, *, hear: Hear | None = None, sleep: Sleep = asyncio.sleep
    ) -> None:
        """Take the target, what is wanted, who hears of its progress, and what waits between looks."""
        self._target = target
        self._order = order
        self._hear = hear
        self._sleep = sleep
        self._heard: set[str] = set()

    async def dreamt(self, wanted: Wanted) -> Told:
        """Return what the dream wrote. When the caller is cancelled, so is the dream.

        Raises:
            DreamFailed: the dream failed, was cancelled, or has no result.
            TargetError: it could not be begun, watched or read.
        """
        before = await self._texts(self._order.store_id)
        dream = await self._begun(wanted)
        try:
            dream = await self._ended(dream)
            return await self._told(before, dream)
        except BaseException:
            with suppress(TargetError):
                await asyncio.shield(self._cancelled(dream))
            raise
        finally:
            if not self._order.keeps:
                with suppress(TargetError):
                    await asyncio.shield(self._put_away(dream))

    async def _begun(self, wanted: Wanted) -> Body:
        asked: dict[str, Any] = {
            "inputs": [
                {"type": "memory_store", "memory_store_id": self._order.store_id},
                {"type": "sessions", "session_ids": list(wanted.sessions)},
            ],
            "model": self._order.model,
            "instructions": wanted.instructions,
            "output_behavior": {"type": "create_new"},
        }
        dream = await self._target.called("begin a dream", lambda beta: beta.dreams.with_raw_response.create(**asked))
        if not isinstance(dream.get("id"), str):
            raise DreamFailed(f"{self._target.label} began a dream and did not say which.", hint=_UNKNOWN)
        return dream

    async def _ended(self, dream: Body) -> Body:
        """Return the dream at its end."""
        failures, looks = 0, 0
        while dream.get("status") not in _ENDS:
            await self._sleep(_PAUSES_S[min(looks, len(_PAUSES_S) - 1)])
            looks += 1
            try:
                dream = await self._looked(str(dream["id"]))
                await self._overheard(dream)
                failures = 0
            except TargetError as error:
                failures += 1
                if error.retry == "permanent" or failures >= _MOST_FAILURES:
                    raise
        return dream

    async def _looked(self, dream_id: str) -> Body:
        found = await self._target.pages.one(_path(dream_id), _BETAS)
        if found is None:
            raise DreamFailed(f"{self._target.label} has no dream {dream_id} any more.", hint=_UNKNOWN)
        return found

    async def _overheard(self, dream: Body) -> None:
        """Tell of what happened in the dream's session since the last look; of very much, the last of it."""
        session_id = dream.get("session_id")
        if self._hear is None or not isinstance(session_id, str):
            return
        for event in await Sessions(self._target).last_events(session_id, _EVENTS):
            if event.get("id") not in self._heard:
                self._heard.add(str(event.get("id")))
                self._hear(event)

    async def _told(self, before: Mapping[str, str], dream: Body) -> Told:
        if dream["status"] != _COMPLETED:
            raise self._failed(dream)
        output = _output_id(dream)
        if output is None or output == self._order.store_id:
            raise DreamFailed(f"The dream {dream['id']} ended without a store of its own.", hint=_UNKNOWN)
        model = dream.get("model")
        name = model.get("id") if isinstance(model, Mapping) else None
        return Told(before, await self._texts(output), _spent(dream), str(name or self._order.model))

    def _failed(self, dream: Body) -> DreamFailed:
        if dream["status"] == "canceled":
            return DreamFailed(f"Somebody cancelled the dream {dream['id']} on {self._target.label}.", hint=_UNKNOWN)
        error = dream.get("error")
        told = error if isinstance(error, Mapping) else {}
        kind, message = str(told.get("type") or "no reason"), str(told.get("message") or "")[:500]
        sentence = f"The dream {dream['id']} failed on {self._target.label}: {kind}"
        return DreamFailed(f"{sentence}: {message}" if message else sentence, hint=_HINTS.get(kind, _UNKNOWN))

    async def _cancelled(self, dream: Body) -> None:
        """Stop a dream that still runs: nobody will read it, and it costs."""
        if dream.get("status") not in _ENDS:
            dream_id = str(dream["id"])
            await self._target.called(f"cancel {dream_id}", lambda beta: beta.dreams.with_raw_response.cancel(dream_id))

    async def _put_away(self, dream: Body) -> None:
        """Archive the dream and the store that it wrote; never the store that it read."""
        dream_id = str(dream["id"])
        dream = await self._looked(dream_id)
        output = _output_id(dream)
        if output is not None and output != self._order.store_id:
            await self._target.called(
                f"archive {output}", lambda beta: beta.memory_stores.with_raw_response.archive(output)
            )
        await self._target.called(f"archive {dream_id}", lambda beta: beta.dreams.with_raw_response.archive(dream_id))

    async def _texts(self, store_id: str) -> dict[str, str]:
        found = await Memory(self._target, store_id).memories(full=True)
        return {str(each["path"]): str(each.get("content") or "") for each in found}


def _path(dream_id: str) -> str:
    return f"dreams/{quote(dream_id, safe='')}"


def _output_id(dream: Body) -> str | None:
    """Return the store that the dream writes to, once the target says so."""
    outputs = dream.get("outputs")
    stores = [each for each in outputs if isinstance(each, Mapping)] if isinstance(outputs, list) else []
    found = next((each.get("memory_store_id") for each in stores if each.get("type") == "memory_store"), None)
    return found if isinstance(found, str) else None


def _spent(dream: Body) -> Spent:
    """Return what it took in tokens. What a target charges for them, nobody says."""
    usage = dream.get("usage")
    said = usage if isinstance(usage, Mapping) else {}
    return Spent(
        input_tokens=_count(said.get("input_tokens")),
        output_tokens=_count(said.get("output_tokens")),
        cache_creation_input_tokens=_count(said.get("cache_creation_input_tokens")),
        cache_read_input_tokens=_count(said.get("cache_read_input_tokens")),
        dollars=None,
    )


def _count(said: Any) -> int:
    return said if isinstance(said, int) and not isinstance(said, bool) and said >= 0 else 0
