"""Golden questions: what a store must be able to answer, `evals/<store>/*.jsonl`, one a line.

::

    {"question": "Which port has ledger-api in development?", "answer": "8431", "expect": ["^n7k2"]}
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agentops.memory.comparing.words import plain

_FIELDS = frozenset({"question", "answer", "expect"})


@dataclass(frozen=True, slots=True)
class Question:
    """One question, and how the note is recognised that answers it."""

    file: str
    line: int
    question: str
    answer: str = ""
    anchors: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    """Each of these words must stand in what is shown; the answer itself where nothing is expected."""

    @property
    def is_leaking(self) -> bool:
        """Tell whether the question says its own answer, and so tells nothing of a memory."""
        return bool(self.texts) and all(plain(each) in plain(self.question) for each in self.texts)


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions of a store, and what is wrong with the others."""

    questions: tuple[Question, ...] = ()
    problems: tuple[str, ...] = ()


def questions_of(texts: Mapping[str, str]) -> Questions:
    """Return the questions that files hold, by the names of the files."""
    found = [each for name in sorted(texts) for each in _read(name, texts[name])]
    return Questions(
        tuple(each for each in found if isinstance(each, Question)),
        tuple(each for each in found if isinstance(each, str)),
    )


def _read(name: str, text: str) -> Iterator[Question | str]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _question(name, number, line)


def _question(name: str, number: int, line: str) -> Question | str:
    """Return the question of a line, or what is wrong with it."""
    where = f"{name}, line {number}"
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return f"{where} is not JSON: write one object a line"
    trouble = _trouble(said)
    if trouble:
        return f"{where} {trouble}"
    expected = said.get("expect", [])
    expected = [expected] if isinstance(expected, str) else expected
    anchors = tuple(each.removeprefix("^") for each in expected if each.startswith("^"))
    texts = tuple(each for each in expected if not each.startswith("^"))
    answer = said.get("answer", "")
    return Question(name, number, said["question"], answer, anchors, texts or (() if anchors else (answer,)))


def _trouble(said: Any) -> str:
    if not isinstance(said, dict) or not isinstance(said.get("question"), str) or not said["question"].strip():
        return "has no question: write question, answer and expect"
    if unknown := sorted(said.keys() - _FIELDS):
        return f"has the field {unknown[0]}, which nobody reads: write question, answer and expect"
    expected = said.get("expect", [])
    parts = [expected] if isinstance(expected, str) else expected
    if not isinstance(parts, list) or not all(isinstance(each, str) and each.strip("^ ") for each in parts):
        return "expects what is no text: write anchors such as ^n7k2, or words that the answer has"
    if not isinstance(said.get("answer", ""), str) or not (parts or said.get("answer", "").strip()):
        return "says neither an answer nor what is expected: write one of them"
    return ""
