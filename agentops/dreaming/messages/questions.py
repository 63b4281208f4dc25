"""One question to a model: what it is told, and the one shape that an answer has."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from agentops.base.canonical import canonical_json, digest
from agentops.dreaming.messages.port import Answer, Request
from agentops.memory.operations import Author

_TEXT_LIMIT = 256 * 1024
"""How much of an answer is looked at. Units: characters."""

_STARTS = 20
"""How many braces are tried as the beginning of the answer in prose around it."""

_REPEATED = 4_000
"""How much of a useless answer a model is shown again. Units: characters."""


class Mode(StrEnum):
    """How an endpoint can be made to answer in a shape."""

    FORCED_TOOL = "forced_tool"
    JSON_TEXT = "json_text"


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a role is told, once for all of its questions."""

    role: str
    system: str
    max_tokens: int

    @property
    def digest(self) -> str:
        """Return what names it in an operation: another wording is another prompt."""
        return digest([self.role, self.system, self.max_tokens])[:16]


@dataclass(frozen=True, slots=True)
class Role:
    """Who is asked, and what it is told."""

    model: str
    prompt: Prompt

    @property
    def author(self) -> Author:
        """Return whose name its operations bear."""
        return Author("messages", self.model, self.prompt.digest)


Judge = Callable[[Any], str]
"""Returns why a value cannot be used at all; empty where some of it can."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. Two of the same key have the same answer."""

    role: Role
    data: str
    """What the question is about, framed."""

    schema: Mapping[str, Any]
    """JSON Schema of the answer, an object."""

    judge: Judge

    @property
    def key(self) -> str:
        """Return what its answer is kept under."""
        return digest([self.role.model, self.role.prompt.digest, self.data, dict(self.schema)])

    def request(self, mode: Mode) -> Request:
        """Return the body of the request."""
        prompt = self.role.prompt
        body: dict[str, Any] = {
            "model": self.role.model,
            "max_tokens": prompt.max_tokens,
            "system": prompt.system,
            "messages": [{"role": "user", "content": self.data}],
        }
        if mode is Mode.JSON_TEXT:
            shape = f"\n\nAnswer with one JSON object and nothing else. Its JSON Schema:\n{canonical_json(self.schema)}"
            return {**body, "system": prompt.system + shape}
        tool = {"name": prompt.role, "description": "Give the answer.", "input_schema": dict(self.schema)}
        return {**body, "tools": [tool], "tool_choice": {"type": "tool", "name": prompt.role}}

    def repair(self, mode: Mode, answer: Answer, fault: str) -> Request:
        """Return the second and last try: the answer is shown again as text, with what is wrong with it."""
        body = self.request(mode)
        said = _text(answer)[:_REPEATED].strip() or "(nothing that can be read)"
        again = f"This cannot be used: {fault}. Answer again, in the shape that was asked for."
        turns = [{"role": "assistant", "content": said}, {"role": "user", "content": again}]
        return {**body, "messages": [*body["messages"], *turns]}


def value_of(question: Question, answer: Answer) -> Any:
    """Return what an answer holds: the tool's input, else the first JSON object in its words; None without either."""
    called = input_of(question, answer)
    return _first_object(_text(answer)) if called is None else called


def input_of(question: Question, answer: Answer) -> Any:
    """Return what the tool was called with; None where it was not called."""
    wanted = ("tool_use", question.role.prompt.role)
    calls = (each for each in _blocks(answer) if (each.get("type"), each.get("name")) == wanted)
    return next((each.get("input") for each in calls), None)


def _blocks(answer: Answer) -> list[Mapping[str, Any]]:
    content = answer.get("content")
    return [each for each in content if isinstance(each, Mapping)] if isinstance(content, list) else []


def _text(answer: Answer) -> str:
    said = [each.get("text") for each in _blocks(answer) if each.get("type") == "text"]
    text = "\n".join(each for each in said if isinstance(each, str))
    return text[:_TEXT_LIMIT].encode("utf-8", "replace").decode()


def _first_object(text: str) -> Any:
    start, decoder = text.find("{"), json.JSONDecoder()
    for _ in range(_STARTS):
        if start < 0:
            return None
        try:
            return decoder.raw_decode(text, start)[0]
        except (ValueError, RecursionError):
            start = text.find("{", start + 1)
    return None
