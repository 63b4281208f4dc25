"""A model of the engine as dreams ask one: translated both ways, tried again while that can help, counted."""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from agentops.dreaming.messages.port import Unanswered
from agentops.engine.core.conversation import Ask, Reply, Usage
from agentops.engine.dreams.apart import apart
from agentops.engine.dreams.port import Meter
from agentops.engine.dreams.speaking import Speaker, ask
from agentops.engine.models.port import ModelError, ModelOverloaded, ModelRateLimited, ModelUnpaid

pytestmark = pytest.mark.anyio

REQUEST = {
    "model": "any",
    "max_tokens": 100,
    "system": "Be brief.",
    "messages": [{"role": "user", "content": "What is to be learnt?"}],
    "tools": [{"name": "scout", "input_schema": {"type": "object"}}],
    "tool_choice": {"type": "tool", "name": "scout"},
}
REPLY = Reply(({"type": "text", "text": "Nothing."},), "end_turn", Usage(7, 2, 3, 4))


class Model:
    """Fails as often as it is told, and answers then."""

    def __init__(self, *errors: ModelError) -> None:
        self.errors = list(errors)
        self.asked: list[Ask] = []

    async def ask(self, wanted: Ask, hear: Callable[[Any], None]) -> Reply:
        del hear
        self.asked.append(wanted)
        if self.errors:
            raise self.errors.pop(0)
        return REPLY


def test_a_request_becomes_what_the_engine_asks() -> None:
    asked = ask(REQUEST, "sesn_1")
    assert (asked.model, asked.system, asked.session_id, asked.agent_name) == (
        {"id": "any"}, "Be brief.", "sesn_1", "dreamer",
    )  # fmt: skip
    assert json.loads(asked.tools) == REQUEST["tools"]
    assert [json.loads(each) for each in asked.messages] == REQUEST["messages"]
    assert asked.tool_choice == REQUEST["tool_choice"]
    assert (
        asked.thread_id
        == ask(dict(reversed(REQUEST.items())), "sesn_1").thread_id
        != ask({**REQUEST, "system": [{"type": "text", "text": "Be long."}]}, "sesn_1").thread_id
    )


async def test_it_is_asked_from_another_thread_and_counted() -> None:
    model, meter = Model(), Meter()
    speaker = Speaker(model, "sesn_1", meter)
    with ThreadPoolExecutor(1) as threads:
        said = await apart(lambda: speaker.say(REQUEST), threads)
    assert (said["content"], said["stop_reason"], said["role"]) == (list(REPLY.content), "end_turn", "assistant")
    assert (
        said["usage"]
        == meter.usage
        == {
            "input_tokens": 7,
            "output_tokens": 2,
            "cache_creation_input_tokens": 3,
            "cache_read_input_tokens": 4,
        }
    )


async def test_what_may_pass_is_tried_again_as_the_endpoint_asked() -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    overloaded, limited = ModelOverloaded("Busy."), ModelRateLimited("Slower.", retry_after_s=900)
    model = Model(overloaded, limited)
    assert (await Speaker(model, "sesn_1", Meter(), sleep).say(REQUEST))["stop_reason"] == "end_turn"
    assert waits == [1.0, 60.0]
    with pytest.raises(Unanswered, match="Busy") as error:
        await Speaker(Model(*[overloaded] * 9), "sesn_1", Meter(), sleep).say(REQUEST)
    assert error.value.retry == "temporary"


async def test_what_does_not_pass_is_not_tried_again() -> None:
    model = Model(ModelUnpaid("No money."))
    with pytest.raises(Unanswered, match="No money") as error:
        await Speaker(model, "sesn_1", Meter()).say(REQUEST)
    assert (error.value.retry, len(model.asked)) == ("permanent", 1)
    await asyncio.sleep(0)
