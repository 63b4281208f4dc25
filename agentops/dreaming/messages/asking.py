"""Questions asked in waves: within the budget, within so many at once, each mended at most once, each answer kept."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agentops.dreaming.messages import probing
from agentops.dreaming.messages.keeping import Kept
from agentops.dreaming.messages.port import Answer, BatchSpeaker, Request, Speaker, Unanswered
from agentops.dreaming.messages.questions import Mode, Question, value_of
from agentops.dreaming.messages.spending import Purse

_SPENT = "the budget is spent"
_NO_MESSAGE = Unanswered("the answer is no message of the Messages API", retry="permanent")


Take = Callable[[int, "Answer | Unanswered"], None]
"""Is told what came of a request, by its place among those that were asked together."""


def _nobody(_index: int, _answer: Answer | Unanswered) -> None:
    """Take nothing."""


def _message(said: object) -> Answer | Unanswered:
    return said if isinstance(said, Mapping | Unanswered) else _NO_MESSAGE


@dataclass(frozen=True, slots=True)
class Pace:
    """How much is asked together. The budget is looked at before each wave, so a wave is what can be spent too much."""

    at_once: int = 8
    wave: int = 32
    batch: int = 1_000
    """A wave's size where requests travel in batches."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a question: a value that its judge lets through, or why there is none."""

    value: Any = None
    why: str = ""

    @property
    def is_answered(self) -> bool:
        """Tell whether there is a value."""
        return not self.why


class _Wave:
    """Questions that are asked together, and what has come of them so far; what is good is kept at once."""

    def __init__(self, questions: Sequence[Question], kept: Kept) -> None:
        self._questions = questions
        self._kept = kept
        self.heard: dict[str, Heard] = {}
        self.broken: dict[int, tuple[Question, Answer, str]] = {}
        """By their places: which question, what was said, and what is wrong with it."""

    def take(self, index: int, answer: Answer | Unanswered) -> None:
        question = self._questions[index]
        if isinstance(answer, Unanswered):
            self.heard[question.key] = Heard(why=answer.message)
            return
        value = value_of(question, answer)
        fault = "there is no JSON object in it" if value is None else question.judge(value)
        self.heard[question.key] = Heard(None if fault else value, fault)
        if fault:
            self.broken[index] = (question, answer, fault)
        else:
            self._kept.put(question.key, value)


class Asker:
    """Asks until the endpoint is dead or the budget is spent."""

    def __init__(self, speaker: Speaker, purse: Purse, kept: Kept, pace: Pace) -> None:
        """Take who answers, what may be spent, where answers are kept, and how fast to ask."""
        self._speaker = speaker
        self._purse = purse
        self._kept = kept
        self._pace = pace
        self._modes: dict[str, Mode] = {}
        self._is_doubtful = False
        """Whether the last request was refused for good."""

        self.ended = ""
        """Why nothing more is asked; empty as long as it is."""

    def end(self, why: str) -> None:
        """Ask nothing more; the first reason stays."""
        self.ended = self.ended or why

    async def ask(self, questions: Sequence[Question]) -> list[Heard]:
        """Return what became of each question, in their order."""
        heard: dict[str, Heard] = {}
        for question in questions:
            if question.key not in heard and (kept := self._remembered(question)) is not None:
                heard[question.key] = Heard(kept)
        new = list({each.key: each for each in questions if each.key not in heard}.values())
        for model in dict.fromkeys(each.role.model for each in new):
            await self._learn(model)
        while new and not self.ended:
            size = self._pace.batch if self._is_batching else self._pace.wave
            wave, new = new[:size], new[size:]
            heard.update(await self._wave(wave))
        return [heard.get(each.key, Heard(why=self.ended)) for each in questions]

    async def _learn(self, model: str) -> None:
        """Try how a model answers in a shape, unless that is known or nothing is asked any more."""
        if self.ended or model in self._modes:
            return
        (answer,) = await self._tried([probing.request(model)], _nobody)
        mode = probing.classified(model, answer)
        if mode is None:
            self.end(f"the endpoint does not answer ({answer})")
        else:
            self._modes[model] = mode

    def _remembered(self, question: Question) -> Any:
        value = self._kept.get(question.key)
        return None if value is None or question.judge(value) else value

    async def _wave(self, questions: Sequence[Question]) -> dict[str, Heard]:
        """Return what became of one wave; what is broken is asked for once more."""
        first = _Wave(questions, self._kept)
        await self._answers([each.request(self._mode(each)) for each in questions], first.take)
        if not first.broken or self.ended:
            return first.heard
        broken = [first.broken[index] for index in sorted(first.broken)]
        again = _Wave([question for question, _, _ in broken], self._kept)
        await self._answers([each.repair(self._mode(each), said, why) for each, said, why in broken], again.take)
        return {**first.heard, **again.heard}

    async def _answers(self, requests: Sequence[Request], take: Take) -> None:
        """Have what comes back for each request taken. Where nothing comes back at all, nothing more is asked.

        One request alone that is refused for good says little of the others: two in a row do.
        """
        answers = await self._tried(requests, take)
        failures = [each for each in answers if isinstance(each, Unanswered)]
        if len(failures) < len(answers):
            self._is_doubtful = False
        elif self._is_doubtful or len(failures) > 1 or failures[0].retry == "temporary":
            self.end(f"the endpoint does not answer ({failures[0]})")
        else:
            self._is_doubtful = True

    async def _tried(self, requests: Sequence[Request], take: Take) -> Sequence[Answer | Unanswered]:
        """Return what the endpoint says to each request that the budget allows; each is counted and taken as it comes.

        An answer is paid for when it comes, whatever becomes of the others.
        """
        count = 0 if self.ended else self._purse.affordable(requests)
        if count < len(requests):
            self.end(_SPENT)

        def come(index: int, answer: Answer | Unanswered) -> None:
            if not isinstance(answer, Unanswered):
                self._purse.charge(requests[index], answer)
            take(index, answer)

        answers = await self._spoken(requests[:count], come)
        left = [Unanswered(self.ended) for _ in requests[count:]]
        for index, each in enumerate(left, start=count):
            take(index, each)
        return [*answers, *left]

    async def _spoken(self, requests: Sequence[Request], come: Take) -> list[Answer | Unanswered]:
        speaker = self._speaker
        if isinstance(speaker, BatchSpeaker) and len(requests) > 1:
            found = [_message(each) for each in await speaker.say_all(requests)]
            for index, each in enumerate(found):
                come(index, each)
            return found
        room = asyncio.Semaphore(self._pace.at_once)
        said = [asyncio.ensure_future(self._said(index, each, room, come)) for index, each in enumerate(requests)]
        try:
            return await asyncio.gather(*said)
        finally:
            for task in said:
                task.cancel()

    async def _said(self, index: int, request: Request, room: asyncio.Semaphore, come: Take) -> Answer | Unanswered:
        async with room:
            try:
                answer = _message(await self._speaker.say(request))
            except Unanswered as error:
                answer = error
        come(index, answer)
        return answer

    @property
    def _is_batching(self) -> bool:
        return isinstance(self._speaker, BatchSpeaker)

    def _mode(self, question: Question) -> Mode:
        return self._modes.get(question.role.model, Mode.JSON_TEXT)
