"""Questions and answers: probed, mended, kept, bounded, and never spent more on than a wave."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.dreaming.messages import prompts
from agentops.dreaming.messages.asking import Asker, Pace
from agentops.dreaming.messages.keeping import KeptHere
from agentops.dreaming.messages.port import Answer, Request, Unanswered
from agentops.dreaming.messages.prices import LIST_PRICES
from agentops.dreaming.messages.probing import classified, marks
from agentops.dreaming.messages.questions import Mode, Question, Role, value_of
from agentops.dreaming.messages.spending import Purse
from agentops.dreaming.port import NO_LIMIT, Budget
from tests.dreaming.messages.scripted import message

pytestmark = pytest.mark.anyio
MODEL = "claude-haiku-5-5"
ROLE = Role(MODEL, prompts.SKEPTIC)
Reply = Callable[[Request], Answer]


def question(data: str = "x") -> Question:
    return Question(
        ROLE, data, {"type": "object"}, lambda value: "" if isinstance(value, dict) and "verdict" in value else "none"
    )


def fine(request: Request) -> Answer:
    if request["tools"][0]["name"] == "give_mark":
        return message("give_mark", {"mark": marks(MODEL)[2]})
    return message("give_verdict", {"verdict": "supported"})


class Voice:
    def __init__(self, reply: Reply = fine) -> None:
        self.reply = reply
        self.asked: list[Request] = []

    async def say(self, request: Request) -> Answer:
        self.asked.append(request)
        return self.reply(request)


def asker(speaker: Any, budget: Budget = NO_LIMIT, **pace: int) -> tuple[Asker, Purse]:
    purse = Purse(budget, LIST_PRICES, [MODEL])
    return Asker(speaker, purse, KeptHere(), Pace(**pace)), purse


async def test_equal_questions_are_asked_once() -> None:
    voice = Voice()
    heard = await asker(voice)[0].ask([question(), question(), question("y")])
    assert [each.value for each in heard] == [{"verdict": "supported"}] * 3
    assert len(voice.asked) == 3  # the probe and two


async def test_what_is_kept_is_judged_again() -> None:
    kept = KeptHere()
    kept.put(question().key, {"tampered": True})
    voice = Voice()
    heard = await Asker(voice, Purse(NO_LIMIT, {}, []), kept, Pace()).ask([question()])
    assert heard[0].value == {"verdict": "supported"}


async def test_an_answer_is_kept_and_counted_as_it_comes_though_the_others_never_do() -> None:
    came = asyncio.Event()

    class Slow(Voice):
        async def say(self, request: Request) -> Answer:
            if "slow" in json.dumps(request):
                came.set()
                await asyncio.Event().wait()
            return await super().say(request)

    kept, purse = KeptHere(), Purse(NO_LIMIT, LIST_PRICES, [MODEL])
    asking = asyncio.ensure_future(Asker(Slow(), purse, kept, Pace()).ask([question("quick"), question("slow")]))
    await came.wait()
    asking.cancel()
    await asyncio.wait({asking})
    assert kept.get(question("quick").key) == {"verdict": "supported"}
    assert kept.get(question("slow").key) is None
    one = message("give_verdict", {})["usage"]["output_tokens"]
    assert purse.spent.output_tokens == 2 * one  # of the probe, and of what came


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        "text",
        [{"type": "text", "text": 7}],
        [{"type": "tool_use", "name": "give_verdict", "input": "verdict"}],
        [{"type": "tool_use", "name": "give_verdict", "input": None}],
        [{"type": "tool_use", "name": "another", "input": {"verdict": "supported"}}],
        [{"type": "text", "text": "{" * 5_000}],
        [{"type": "text", "text": '{"a":' * 100_000}],
        [{"type": "text", "text": "[1, 2]"}],
    ],
)
async def test_an_answer_of_no_use_is_asked_for_again_once_and_then_given_up(content: Any) -> None:
    def mumble(request: Request) -> Answer:
        return fine(request) if request["tools"][0]["name"] == "give_mark" else {"content": content}

    voice = Voice(mumble)
    (heard,) = await asker(voice)[0].ask([question()])
    assert not heard.is_answered
    assert len(voice.asked) == 3
    assert len(json.dumps(voice.asked[-1])) < 20_000


def test_a_json_object_is_found_in_prose() -> None:
    def found(text: str) -> Any:
        return value_of(question(), {"content": [{"type": "text", "text": text}]})

    assert found('Well {this} is it: {"verdict": "partly"} {"verdict": "no"}') == {"verdict": "partly"}
    assert found('```json\n{"verdict": "partly"}\n```') == {"verdict": "partly"}
    assert found("no") is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=40)
@given(JSON)
def test_no_content_breaks_reading(content: Any) -> None:
    value_of(question(), {"content": content})
    value_of(question(), {"content": [{"type": "text", "text": content}]})
    classified(MODEL, {"content": content})


@pytest.mark.parametrize(
    ("answer", "mode"),
    [
        (message("give_mark", {"mark": marks(MODEL)[2]}), Mode.FORCED_TOOL),
        (message("give_mark", {"mark": marks(MODEL)[0]}), Mode.FORCED_TOOL),
        (message("give_mark", {"mark": marks(MODEL)[2]}, in_prose=True), Mode.JSON_TEXT),
        (message("give_mark", {"mark": "made up"}), Mode.JSON_TEXT),
        (message("another", {"mark": marks(MODEL)[2]}), Mode.JSON_TEXT),
        (Unanswered("tools are not known here", retry="permanent"), Mode.JSON_TEXT),
        (Unanswered("busy"), None),
        ({}, Mode.JSON_TEXT),
    ],
)
def test_an_endpoint_is_classified_by_what_comes_back(answer: Any, mode: Mode | None) -> None:
    assert classified(MODEL, answer) is mode


async def test_one_question_that_is_refused_does_not_end_the_others() -> None:
    def reply(request: Request) -> Answer:
        if request["messages"][0]["content"] == "bad":
            raise Unanswered("too long", retry="permanent")
        return fine(request)

    heard = await asker(Voice(reply), wave=2)[0].ask([question("bad"), question("a"), question("b")])
    assert [each.why for each in heard] == ["too long", "", ""]


async def test_one_request_alone_that_is_refused_is_no_dead_endpoint_and_two_are() -> None:
    def reply(request: Request) -> Answer:
        if str(request["messages"][0]["content"]).startswith("bad"):
            raise Unanswered("too long", retry="permanent")
        return fine(request)

    voice = Voice(reply)
    asking, _ = asker(voice)
    assert [each.why for each in await asking.ask([question("bad 1")])] == ["too long"]
    assert [each.why for each in await asking.ask([question("good")])] == [""]
    assert [each.why for each in await asking.ask([question("bad 2")])] == ["too long"]
    assert [each.why for each in await asking.ask([question("bad 3")])] == ["too long"]
    assert asking.ended == "the endpoint does not answer (too long)"
    assert [each.why for each in await asking.ask([question("better")])] == [asking.ended]


async def test_a_batch_that_answers_in_part_is_taken_in_part() -> None:
    class Batching(Voice):
        async def say_all(self, requests: Sequence[Request]) -> Sequence[Answer | Unanswered]:
            return [Unanswered("expired") if number == 1 else fine(each) for number, each in enumerate(requests)]

    heard = await asker(Batching())[0].ask([question("a"), question("b"), question("c")])
    assert [each.why for each in heard] == ["", "expired", ""]


@settings(max_examples=30)
@given(budget=st.integers(0, 40_000), wave=st.integers(1, 5), took=st.integers(0, 5_000))
async def test_an_endpoint_that_takes_more_than_was_guessed_overruns_by_one_wave_at_most(
    budget: int, wave: int, took: int
) -> None:
    def greedy(request: Request) -> Answer:
        answer: Mapping[str, Any] = fine(request)
        return {**answer, "usage": {"input_tokens": took, "output_tokens": took}}

    asking, purse = asker(Voice(greedy), Budget(tokens=budget), wave=wave, at_once=2)
    await asking.ask([question(str(number)) for number in range(12)])
    assert purse.spent.input_tokens + purse.spent.output_tokens <= budget + wave * 2 * took
