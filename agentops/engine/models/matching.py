"""Which turn of a script answers a request; pure, and told by the conversation alone.

Each of the model's messages in the conversation was made by one turn, found as the next one is found. So a server that
was killed goes on where it was. What leaves no message, an error or an empty reply, has to be counted by the caller.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from agentops.engine.core.conversation import Ask
from agentops.engine.core.json import Json
from agentops.engine.models.script import Turn, When, Words

_SHOWN = 160
"""How much of a text a message shows. Units: characters."""

_NEAREST = 3


@dataclass(slots=True)
class Heard:
    """What turns can wait for."""

    agent: str
    system: str
    last: str = ""
    results: list[str] = field(default_factory=list)
    number: int = 1

    def hear(self, message: Json) -> None:
        """Take a message that is not the model's."""
        self.results += result_texts(message)
        if message["role"] == "user" and (said := _text(message["content"])):
            self.last = said


class Walk:
    """A conversation as far as it was followed; asking again goes on from there."""

    def __init__(self, turns: Sequence[Turn], ask: Ask) -> None:
        """Stand before the first message."""
        self._turns = turns
        self._used = [0] * len(turns)
        self._messages: tuple[bytes, ...] = ()
        self.heard = Heard(ask.agent_name, ask.system)

    def leads_to(self, ask: Ask) -> bool:
        """Tell whether the conversation is the one that was followed, or goes on from it."""
        return ask.messages[: len(self._messages)] == self._messages

    def follow(self, ask: Ask) -> None:
        """Follow the rest of the conversation."""
        self.heard.agent, self.heard.system = ask.agent_name, ask.system
        for raw in ask.messages[len(self._messages) :]:
            message = json.loads(raw)
            if message["role"] == "assistant":
                self._spoke()
            else:
                self.heard.hear(message)
        self._messages = tuple(ask.messages)

    def next(self, silent: int) -> int | None:
        """Return the turn that answers, after so many answers here that left no message."""
        used = list(self._used)
        while (found := self._first(used)) is not None and silent and self._turns[found].is_silent:
            used[found] += 1
            silent -= 1
        return found

    def nearest(self) -> list[str]:
        """Return, for the turns that come nearest, what keeps them from answering."""
        unmet = [
            (_unmet(turn.when, self.heard) or ["it is used up"], number) for number, turn in enumerate(self._turns, 1)
        ]
        unmet.sort(key=lambda each: (each[0] != ["it is used up"], len(each[0])))
        return [f"turn {number}: {' and '.join(reasons)}" for reasons, number in unmet[:_NEAREST]]

    def _spoke(self) -> None:
        """Use up the turn that made the model's message, and those before it that left none."""
        used = list(self._used)
        while (found := self._first(used)) is not None and self._turns[found].is_silent:
            # One that is silent for ever cannot have been followed by a message: it did not hold then.
            used[found] += self._turns[found].limit
        if found is not None:
            used[found] += 1
        self._used = used
        self.heard.number += 1
        self.heard.results = []

    def _first(self, used: list[int]) -> int | None:
        for index, turn in enumerate(self._turns):
            if used[index] < turn.limit and not _unmet(turn.when, self.heard):
                return index
        return None


def result_texts(message: Json) -> list[str]:
    """Return the texts of the tools' results in a message."""
    content = message["content"]
    if isinstance(content, str):
        return []
    return [_text(each.get("content")) for each in content if each["type"] == "tool_result"]


def shown(text: str) -> str:
    """Return the text as a message shows it."""
    cut = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return repr(cut)


def _unmet(when: When, heard: Heard) -> list[str]:
    """Return what does not hold, in words."""
    found = []
    if when.agent is not None and when.agent != heard.agent:
        found.append(f"agent must be {shown(when.agent)}, is {shown(heard.agent)}")
    if when.turn is not None and when.turn != heard.number:
        found.append(f"turn must be {when.turn}, is {heard.number}")
    for name, words, texts in (
        ("last", when.last, [heard.last]),
        ("tool_result", when.tool_result, heard.results),
        ("system", when.system, [heard.system]),
    ):
        if words is not None and not any(_holds(words, each) for each in texts):
            found.append(f"{name} must {_wanted(words)}, is {', '.join(map(shown, texts)) or 'missing'}")
    return found


def _holds(words: Words, text: str) -> bool:
    return words in text if isinstance(words, str) else re.search(words.matches, text) is not None


def _wanted(words: Words) -> str:
    return f"contain {shown(words)}" if isinstance(words, str) else f"match {shown(words.matches)}"


def _text(content: object) -> str:
    """Return the text of a message's or a result's content."""
    if isinstance(content, list):
        return "\n".join(each["text"] for each in content if each.get("type") == "text")
    return content if isinstance(content, str) else ""
