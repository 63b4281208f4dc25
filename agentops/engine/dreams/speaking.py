"""A model of the engine as dreams ask one: the Messages API's JSON in and out, tried again while that can help."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from agentops.base.canonical import digest
from agentops.dreaming.messages.port import Answer, Request, Unanswered
from agentops.engine.core.conversation import Ask, Reply
from agentops.engine.core.dream_sessions import DREAMER
from agentops.engine.core.json import Json, written
from agentops.engine.dreams.port import Meter
from agentops.engine.models.port import Model, ModelError

_PAUSES_S = (1.0, 4.0, 15.0)
"""Between attempts; who is asked may say how long to wait."""

_LONGEST_PAUSE_S = 60.0


class Speaker:
    """Asks one model for one dream. The model lives on the server's event loop, whoever asks on another."""

    def __init__(
        self, model: Model, session_id: str, meter: Meter, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        """Take the model, the session that asks, and where to count; call it on the server's event loop."""
        self._model = model
        self._session_id = session_id
        self._meter = meter
        self._sleep = sleep
        self._loop = asyncio.get_running_loop()

    async def say(self, request: Request) -> Answer:
        """Return the answer.

        Raises:
            Unanswered: there is none.
        """
        asking = asyncio.run_coroutine_threadsafe(self._said(ask(request, self._session_id)), self._loop)
        return await asyncio.wrap_future(asking)

    async def _said(self, wanted: Ask) -> Answer:
        for pause_s in (*_PAUSES_S, None):
            try:
                reply = await self._model.ask(wanted, lambda _piece: None)
            except ModelError as error:
                if pause_s is None or not error.may_pass:
                    raise Unanswered(error.message, retry="temporary" if error.may_pass else "permanent") from None
                await self._sleep(min(error.retry_after_s or pause_s, _LONGEST_PAUSE_S))
            else:
                self._meter.add(reply.usage.shown())
                return answer(reply, str(wanted.model["id"]))
        raise AssertionError("the last attempt returns or raises")


def ask(request: Request, session_id: str) -> Ask:
    """Return a request as the engine's models take it; each is a conversation of its own."""
    return Ask(
        model={"id": request["model"]},
        system=_text(request.get("system") or ""),
        tools=written(request.get("tools") or []).encode(),
        messages=tuple(written(each).encode() for each in request["messages"]),
        session_id=session_id,
        thread_id=f"dream_{digest(json.loads(json.dumps(dict(request))))[:16]}",
        agent_name=DREAMER,
        tool_choice=request.get("tool_choice"),
    )


def answer(reply: Reply, model_id: str) -> Json:
    """Return a reply as the message that it was. Source: SDK 2.11.0 `types/message.py`."""
    return {
        "type": "message",
        "role": "assistant",
        "model": model_id,
        "content": list(reply.content),
        "stop_reason": reply.stop_reason,
        "usage": reply.usage.shown(),
    }


def _text(system: Any) -> str:
    return system if isinstance(system, str) else "\n\n".join(each["text"] for each in system)
