r"""Scripts of what a model says, as people write them: turns, each with what it waits for and what it answers.

::

    turns:
      - when: {agent: log-analyst, last: disk}      # the last user text holds "disk"
        think: true
        say: I look at the disks first.
        call: [{tool: bash, input: {command: df -h}}]
      - error: {kind: overloaded, retry_after_s: 1} # twice, then the next turn answers
        times: 2
      - when: {tool_result: {matches: '9\d%'}}
        say: A disk is nearly full.

A request is answered by the first turn that is not used up and whose `when` holds; without `when` any request will do.
What only the conversation knows is found in it: `find: {thread: '"thread_id":"([^"]+)"'}` puts the last such id for
`{thread}` into what a turn says and calls.
"""

import re
import sys
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, JsonValue, Tag, model_validator

from agentops.engine.core.json import written
from agentops.wire.problems import Problem, obeying
from agentops.wire.shape import STRING_OR_OBJECT, Omissible, Shape

_LONGEST_SAID = 32 * 1024 * 1024
"""Units: characters."""

_ERRORS = Literal["overloaded", "rate_limited", "unreachable", "rejected", "billing", "context_too_long"]


def _number_or_word(data: object) -> str:
    return "word" if isinstance(data, str) else "number"


def _pattern_problems(pattern: str) -> Iterator[Problem]:
    try:
        re.compile(pattern)
    except re.error as error:
        yield Problem((), "bad-format", f"must be a regular expression: {error}")


Pattern = Annotated[str, AfterValidator(lambda text: obeying(text, _pattern_problems(text)))]


class Matches(Shape):
    """A regular expression that is found somewhere in the text."""

    matches: Pattern


Words = Annotated[Annotated[str, Tag("string")] | Annotated[Matches, Tag("object")], STRING_OR_OBJECT]
"""Text that holds these words, or matches an expression."""


class When(Shape):
    """What must hold of a request; all of it."""

    agent: Omissible[str] = None
    """The agent's name."""

    last: Omissible[Words] = None
    """The last text of the user."""

    tool_result: Omissible[Words] = None
    """Any of the results that came since the model last spoke."""

    system: Omissible[Words] = None
    turn: Omissible[Annotated[int, Field(ge=1)]] = None
    """Which request of the conversation this is, from 1: one more than the model's messages in it."""


class Call(Shape):
    """A call of a tool. An input that is text stands for JSON that nobody could read."""

    tool: str
    input: Annotated[
        Annotated[str, Tag("string")] | Annotated[dict[str, JsonValue], Tag("object")], STRING_OR_OBJECT
    ] = Field(default_factory=dict)


class Failure(Shape):
    """An error instead of a reply."""

    kind: _ERRORS
    message: str = "The script says so."
    retry_after_s: Omissible[Annotated[float, Field(ge=0, strict=False)]] = None


class Refusal(Shape):
    """A refusal. Source: SDK 2.11.0 `types/beta/beta_refusal_stop_details.py`."""

    category: Literal["cyber", "bio", "frontier_llm", "reasoning_extraction", "general_harms"] | None = None
    explanation: str | None = None


_Count = Annotated[int, Field(ge=0)]


class Tokens(Shape):
    """What the request took; without it, one token for four bytes."""

    input_tokens: _Count = 0
    output_tokens: _Count = 0
    cache_creation_input_tokens: _Count = 0
    cache_read_input_tokens: _Count = 0
    cache_creation_1h_input_tokens: _Count = 0


class Turn(Shape):
    """One answer, and which request it waits for."""

    when: When = Field(default_factory=When)
    find: dict[str, Pattern] = Field(default_factory=dict)
    """What to look for in the results of tools so far, by name: `{name}` stands for the first group of the latest."""

    times: Annotated[
        Annotated[Annotated[int, Field(ge=1)], Tag("number")] | Annotated[Literal["forever"], Tag("word")],
        Discriminator(_number_or_word),
    ] = 1
    """How many requests it answers."""

    delay_ms: Annotated[int, Field(ge=0)] = 0
    """How long it takes to each piece of the answer."""

    think: bool = False
    say: Omissible[str] = None
    repeat: Annotated[int, Field(ge=1)] = 1
    """How often `say` is said, for long texts."""

    call: list[Call] = Field(default_factory=list)
    raw: Omissible[list[dict[str, JsonValue]]] = None
    """Blocks as they are, instead of `think`, `say` and `call`: for what no model should answer."""

    refuse: Omissible[Refusal] = None
    error: Omissible[Failure] = None
    stop_reason: Omissible[str] = None
    usage: Omissible[Tokens] = None

    @property
    def limit(self) -> int:
        """Return how many requests it answers; for ever is more than anybody makes."""
        return self.times if isinstance(self.times, int) else sys.maxsize

    @property
    def text(self) -> str:
        """Return what it says."""
        return (self.say or "") * self.repeat

    @property
    def is_silent(self) -> bool:
        """Tell whether it leaves no message in the conversation: an error, or a reply of nothing."""
        if self.raw is not None:
            return all(each["type"] == "text" and not str(each["text"]).strip() for each in self.raw)
        return not (self.think or self.call or (self.say or "").strip())

    @model_validator(mode="after")
    def _holds(self) -> Self:
        return obeying(self, self._problems())

    def _problems(self) -> Iterator[Problem]:
        sent = self.model_fields_set
        spoken = {"think", "say", "call", "raw", "refuse"} & sent
        if not spoken and self.error is None:
            yield Problem((), "missing-field", "must answer something: say, call, think, raw, refuse or error")
        if self.error is not None and (barred := sorted((spoken | {"stop_reason", "usage"}) & sent)):
            yield Problem((barred[0],), "bad-combination", "cannot stand beside error: there is no reply")
        if self.raw is not None and (barred := sorted(spoken & {"think", "say", "call"})):
            yield Problem((barred[0],), "bad-combination", "cannot stand beside raw, which is the whole content")
        if self.refuse is not None and "stop_reason" in sent:
            yield Problem(("stop_reason",), "bad-combination", "cannot stand beside refuse, which is one")
        if len(self.say or "") * self.repeat > _LONGEST_SAID:
            yield Problem(("repeat",), "too-long", f"must make at most {_LONGEST_SAID} characters of say")
        for name, pattern in self.find.items():
            if re.compile(pattern).groups < 1:
                yield Problem(("find", name), "bad-format", "must have a group in parentheses: what it stands for")
        for index, block in enumerate(self.raw or ()):
            yield from _block_problems(("raw", index), block)
        for index, each in enumerate(self.call):
            yield from _json_problems(("call", index, "input"), each.input)


class Script(Shape):
    """What a model says."""

    turns: Annotated[list[Turn], Field(min_length=1, max_length=10_000)]


_NEEDED = {"text": "text", "tool_use": "name"}


def _block_problems(path: tuple[str | int, ...], block: dict[str, Any]) -> Iterator[Problem]:
    needed = ("type", *filter(None, [_NEEDED.get(str(block.get("type")))]))
    for name in needed:
        if not isinstance(block.get(name), str):
            yield Problem((*path, name), "wrong-type", "is required here, as a string")
    yield from _json_problems(path, block)


def _json_problems(path: tuple[str | int, ...], value: object) -> Iterator[Problem]:
    try:
        written(value).encode()
    except ValueError:
        yield Problem(path, "bad-format", "must be JSON: no NaN, no infinity, no half of a character")
