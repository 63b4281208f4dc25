"""One talk with a grader: a context that nobody else is in, from the first request to a verdict that can be read."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from agentops.engine.core.conversation import Ask, Reply, Usage
from agentops.engine.core.json import Json, written
from agentops.engine.core.tool_definitions import built_in
from agentops.engine.grading import submission
from agentops.engine.grading.submission import Submission
from agentops.engine.models.port import ContextTooLong, Model, ModelError, ModelRefusedRequest, Piece
from agentops.engine.tools.port import Inspection

REQUESTS_MAX: Final = 30
"""For one talk: looking at files and handing in. The last ones leave no choice but to hand in."""

READ_MAX: Final = 1_500_000
"""What files may bring into one talk. Units: bytes of JSON."""

_CALLS_MOST = 16
_SAID_AGAIN_MAX = 20_000
"""How much of a text that was no verdict is sent back. Units: characters."""

_PAUSES_S = (1.0, 4.0, 15.0)
_PAUSE_MAX_S = 60.0

_READING = ("read", "glob", "grep")

Sleep = Callable[[float], Awaitable[None]]


class NoVerdict(Exception):
    """The talk ended without a verdict. The text says why, as a fact about the grader."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What a talk is held with."""

    model: Model
    inspection: Inspection
    sleep: Sleep


class Talk:
    """A talk, and what its requests took."""

    def __init__(self, bench: Bench, ask: Ask, ids: Sequence[str]) -> None:
        """Begin with the ask's one message; its tools are the talk's. Without ids the grader finds its criteria."""
        self._bench = bench
        self._ids = tuple(ids)
        self._ask = replace(ask, tools=written([*built_in(*_READING), submission.definition(ids)]).encode())
        self._messages = list(ask.messages)
        self._read = 0
        self.usage: list[Usage] = []

    async def held(self) -> Submission:
        """Return what the grader hands in, mended once if need be.

        Raises:
            NoVerdict: nothing that could be read.
            ModelError: the model did not answer at all.
            ToolsUnavailable: the machine failed.
        """
        is_repair = False
        for number in range(REQUESTS_MAX):
            is_last = is_repair or number >= REQUESTS_MAX - 2
            reply = await self._answer(is_forced=is_last)
            if reply.stop_reason == "refusal":
                raise NoVerdict("The grader refused to judge.")
            calls = [each for each in reply.content if each["type"] == "tool_use"]
            sent = submission.handed_in(reply)
            if sent is None and calls and not is_last:
                await self._look(reply, calls)
                continue
            found = submission.read(sent, self._ids)
            if not found.problems or not found.does_fit or (is_repair and found.is_usable(is_free=not self._ids)):
                return found
            if is_repair:
                break
            is_repair = True
            self._say_again(reply, calls, found)
        raise NoVerdict("The grader gave no verdict that could be read, also when it was told what was wrong.")

    async def _answer(self, *, is_forced: bool) -> Reply:
        ask = replace(self._ask, messages=tuple(self._messages))
        try:
            return await self._patiently(replace(ask, tool_choice=submission.CHOICE) if is_forced else ask)
        except ContextTooLong:
            raise NoVerdict("What the grader opened did not fit into its model's context.") from None
        except ModelRefusedRequest:
            # Some endpoints know no forced tools, and some models take none while they think.
            if not is_forced:
                raise
        try:
            return await self._patiently(ask)
        except ContextTooLong:
            raise NoVerdict("What the grader opened did not fit into its model's context.") from None

    async def _patiently(self, ask: Ask) -> Reply:
        for pause_s in _PAUSES_S:
            try:
                return self._counted(await self._bench.model.ask(ask, _unheard))
            except ModelError as error:
                if not error.may_pass:
                    raise
                await self._bench.sleep(min(error.retry_after_s or pause_s, _PAUSE_MAX_S))
        return self._counted(await self._bench.model.ask(ask, _unheard))

    def _counted(self, reply: Reply) -> Reply:
        self.usage.append(reply.usage)
        return reply

    async def _look(self, reply: Reply, calls: Sequence[Json]) -> None:
        self._said(reply)
        results = [await self._looked(call, number) for number, call in enumerate(calls)]
        self._messages.append(_message("user", results))

    async def _looked(self, call: Json, number: int) -> Json:
        if number >= _CALLS_MOST:
            return _result(call, _text(f"At most {_CALLS_MOST} calls at once."), is_error=True)
        if self._read > READ_MAX:
            return _result(call, _text(f"Nothing more can be opened. Call {submission.NAME}."), is_error=True)
        outcome = await self._bench.inspection.look(call["name"], call["input"])
        result = _result(call, list(outcome.content) or _text("(nothing)"), is_error=outcome.is_error)
        self._read += len(written(result))
        return result

    def _say_again(self, reply: Reply, calls: Sequence[Json], found: Submission) -> None:
        wrong = "\n".join(("That was no verdict that can be read.", *found.problems))
        self._said(reply)
        told = _text(f"{wrong}\nCall {submission.NAME} now, with everything that its schema asks for.")
        content = [_result(each, told, is_error=True) for each in calls] or told
        self._messages.append(_message("user", content))

    def _said(self, reply: Reply) -> None:
        content = [each for each in map(_sendable, reply.content) if each["type"] != "text" or each["text"].strip()]
        if content:
            self._messages.append(_message("assistant", content))


def total(usages: Sequence[Usage]) -> Usage:
    """Return what all requests took together."""
    return Usage(
        sum(each.input_tokens for each in usages),
        sum(each.output_tokens for each in usages),
        sum(each.cache_creation_input_tokens for each in usages),
        sum(each.cache_read_input_tokens for each in usages),
        sum(each.cache_creation_1h_input_tokens for each in usages),
    )


def _unheard(_: Piece) -> None:
    """Nobody listens while a grader speaks."""


def _sendable(block: Json) -> Json:
    """Return a block as it can be sent back: no input that is no object, no text without end."""
    if block["type"] == "tool_use" and not isinstance(block["input"], dict):
        return {**block, "input": {}}
    if block["type"] == "text" and len(block["text"]) > _SAID_AGAIN_MAX:
        return {**block, "text": f"{block['text'][:_SAID_AGAIN_MAX]} […]"}
    return block


def _message(role: str, content: list[Json]) -> bytes:
    return written({"role": role, "content": content}).encode()


def _text(words: str) -> list[Json]:
    return [{"type": "text", "text": words}]


def _result(call: Json, content: list[Json], *, is_error: bool) -> Json:
    result: Json = {"type": "tool_result", "tool_use_id": call["id"], "content": content}
    return {**result, "is_error": True} if is_error else result
