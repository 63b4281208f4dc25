"""A model that follows a script: for tests, demonstrations and benchmarks, without a key and without a network."""

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from agentops.engine.core.conversation import Ask, Reply, Usage
from agentops.engine.core.json import Json, written
from agentops.engine.models.finding import filled
from agentops.engine.models.matching import Walk, shown
from agentops.engine.models.port import (
    ContextTooLong,
    Hear,
    ModelError,
    ModelOverloaded,
    ModelRateLimited,
    ModelRefusedRequest,
    ModelUnpaid,
    ModelUnreachable,
    Piece,
    TextPiece,
    ThinkingBegun,
)
from agentops.engine.models.script import Failure, Script, Turn

Sleep = Callable[[float], Awaitable[None]]
"""Units: seconds."""

_REMEMBERED = 1024
"""Conversations; one that is forgotten is followed again from its beginning."""

_PIECE_MIN = 16
_PIECES_MAX = 64
"""A text comes in pieces of at least so many characters, and in no more pieces than this."""

_BYTES_A_TOKEN = 4

_ERRORS: dict[str, type[ModelError]] = {
    "overloaded": ModelOverloaded,
    "rate_limited": ModelRateLimited,
    "unreachable": ModelUnreachable,
    "rejected": ModelRefusedRequest,
    "billing": ModelUnpaid,
    "context_too_long": ContextTooLong,
}


class Scripted:
    """Answers as the script says.

    Which turn is next is told by the conversation, so that a restarted server goes on with the same one. Only answers
    that leave no message, errors and empty replies, are counted in memory: after a restart those at the point where
    the conversation stands come again.
    """

    def __init__(self, script: Script, sleep: Sleep) -> None:
        """Begin with no conversation."""
        self._turns = script.turns
        self._sleep = sleep
        self._walks: OrderedDict[str, Walk] = OrderedDict()
        self._silent: OrderedDict[tuple[str, int], int] = OrderedDict()

    async def ask(self, ask: Ask, hear: Hear) -> Reply:
        """Return the whole reply; its pieces are heard before.

        Raises:
            ModelError: the script says so, or no turn of it answers.
        """
        walk = self._walk(ask)
        place = (ask.thread_id, walk.heard.number)
        found = walk.next(self._silent.get(place, 0))
        if found is None:
            raise ModelRefusedRequest(_miss(walk))
        turn = filled(self._turns[found], ask)
        blocks = tuple(_blocks(turn, ask))
        for piece in _pieces(blocks):
            await self._wait(turn)
            hear(piece)
        await self._wait(turn)
        if turn.is_silent:
            _keep(self._silent, place, self._silent.get(place, 0) + 1)
        if turn.error is not None:
            raise _failure(turn.error)
        return _reply(turn, blocks, ask)

    def _walk(self, ask: Ask) -> Walk:
        walk = self._walks.get(ask.thread_id)
        if walk is None or not walk.leads_to(ask):
            walk = Walk(self._turns, ask)
        _keep(self._walks, ask.thread_id, walk)
        walk.follow(ask)
        return walk

    async def _wait(self, turn: Turn) -> None:
        if turn.delay_ms:
            await self._sleep(turn.delay_ms / 1000)


def _keep(memory: OrderedDict[Any, Any], key: object, value: object) -> None:
    """Remember the value as the latest, and forget the oldest of too many."""
    memory[key] = value
    memory.move_to_end(key)
    if len(memory) > _REMEMBERED:
        memory.popitem(last=False)


def _blocks(turn: Turn, ask: Ask) -> Iterator[Json]:
    """Return the content of the reply; calls get ids that are the same whenever the request is answered."""
    if turn.raw is not None:
        for number, block in enumerate(turn.raw):
            missing = {"id": _call_id(ask, number), "input": {}} if block["type"] == "tool_use" else {}
            yield {**missing, **block}
        return
    if turn.think:
        yield {"type": "thinking", "thinking": "", "signature": "scripted"}
    if turn.text:
        yield {"type": "text", "text": turn.text}
    for number, call in enumerate(turn.call):
        yield {"type": "tool_use", "id": _call_id(ask, number), "name": call.tool, "input": call.input}


def _call_id(ask: Ask, number: int) -> str:
    # The last message tells the requests of a conversation apart; the thread tells conversations apart.
    place = f"{ask.thread_id}/{len(ask.messages)}/{number}/".encode() + b"".join(ask.messages[-1:])
    return f"toolu_{hashlib.sha256(place).hexdigest()[:24]}"


def _pieces(blocks: tuple[Json, ...]) -> Iterator[Piece]:
    for index, block in enumerate(blocks):
        if block["type"] in {"thinking", "redacted_thinking"}:
            yield ThinkingBegun(index)
        elif block["type"] == "text":
            text = block["text"]
            size = max(_PIECE_MIN, -(-len(text) // _PIECES_MAX))
            for at in range(0, len(text), size):
                yield TextPiece(index, text[at : at + size])


def _reply(turn: Turn, blocks: tuple[Json, ...], ask: Ask) -> Reply:
    calls = any(each["type"] == "tool_use" for each in blocks)
    reason = turn.stop_reason or ("tool_use" if calls else "end_turn")
    usage = Usage(**turn.usage.model_dump()) if turn.usage is not None else _estimate(ask, blocks)
    if turn.refuse is None:
        return Reply(blocks, reason, usage)
    return Reply(blocks, "refusal", usage, {"type": "refusal", **turn.refuse.model_dump()})


def _estimate(ask: Ask, blocks: tuple[Json, ...]) -> Usage:
    sent = len(ask.system) + len(ask.tools) + sum(map(len, ask.messages))
    return Usage(1 + sent // _BYTES_A_TOKEN, 1 + len(written(list(blocks))) // _BYTES_A_TOKEN)


def _failure(failure: Failure) -> ModelError:
    return _ERRORS[failure.kind](failure.message, retry_after_s=failure.retry_after_s)


def _miss(walk: Walk) -> str:
    heard = walk.heard
    results = f"; tool results: {', '.join(map(shown, heard.results))}" if heard.results else ""
    return (
        f"The script has no turn for request {heard.number} of {heard.agent or 'the agent'} "
        f"(last user text: {shown(heard.last)}{results}). Nearest, {'; '.join(walk.nearest())}. "
        "Add a turn, or give one that fits `times: forever`."
    )
