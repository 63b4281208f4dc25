"""A grader's verdict as it has to be handed in, and as it is read: by a forced tool, or as JSON in a text."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from agentops.engine.core.conversation import Reply
from agentops.engine.core.json import Json
from agentops.engine.core.outcomes.verdict import Degree

NAME: Final = "submit_verdict"
CHOICE: Final[Json] = {"type": "tool", "name": NAME}

_DEGREES = tuple(each.value for each in Degree)
_TEXT_MAX = 1_000_000
_PROBLEMS_MOST = 10
_CRITERIA_MAX = 200
_BEGINNINGS_MOST = 100
"""Places where an object may begin: a long text is not looked through for ever."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a grader says of one criterion."""

    criterion: str
    """The id, or for a free rubric the words, of what it judged."""

    degree: Degree
    reason: str


@dataclass(frozen=True, slots=True)
class Submission:
    """What was handed in, as far as it can be read."""

    opinions: tuple[Opinion, ...] = ()
    does_fit: bool = True
    """Whether the rubric fits the task and what was delivered."""

    summary: str = ""
    is_satisfied: bool = False
    """For a free rubric: what it comes to over all."""

    problems: tuple[str, ...] = ()
    """What is wrong with it, in words for the model that wrote it."""

    def is_usable(self, *, is_free: bool) -> bool:
        """Tell whether a verdict can be made of it as it is: what a free rubric's lacks nobody can know."""
        return not self.does_fit or (not self.problems if is_free else bool(self.opinions))


def definition(ids: Sequence[str]) -> Json:
    """Return the tool by which a verdict on these criteria is handed in; of none, on those the grader finds itself."""
    which: Json = {"type": "string", "enum": list(ids)} if ids else _text("One criterion of the rubric, in its words.")
    opinion = _object(
        {
            "id" if ids else "criterion": which,
            "degree": {"type": "string", "enum": list(_DEGREES)},
            "reason": _text("What you saw in the deliverables that makes it so; if it is not met, what is missing."),
        }
    )
    properties: Json = {
        "criteria": {"type": "array", "items": opinion, "minItems": 1},
        "rubric_fits": {"type": "boolean", "description": "False only if the rubric contradicts the task."},
        "summary": _text("The result in a sentence; if the rubric does not fit, why."),
    }
    if not ids:
        properties["satisfied"] = {"type": "boolean", "description": "Whether every criterion is met."}
    return {"name": NAME, "description": "Hand in the verdict, once.", "input_schema": _object(properties)}


def handed_in(reply: Reply) -> object:
    """Return what a reply hands in, by the tool or as the JSON object of its text; None for nothing."""
    for each in reply.content:
        if each["type"] == "tool_use" and each["name"] == NAME:
            # Text is JSON that could not be read when it was received.
            return each["input"]
    words = "".join(str(each["text"]) for each in reply.content if each["type"] == "text")
    return _json_in(words[:_TEXT_MAX])


def read(sent: object, ids: Sequence[str]) -> Submission:
    """Return what was handed in on these criteria, with everything that is wrong with it; of none, on free ones."""
    if not isinstance(sent, dict):
        return Submission(problems=("It must be one JSON object as the tool's schema has it.",))
    key = "id" if ids else "criterion"
    entries = sent.get("criteria")
    items = entries if isinstance(entries, list) else []
    opinions, wrong = _opinions(items[:_CRITERIA_MAX], key)
    if len(items) > _CRITERIA_MAX:
        wrong.append(f"There are more than {_CRITERIA_MAX} criteria.")
    if ids:
        opinions, more = _known(opinions, ids)
        wrong += more
    if not opinions:
        wrong.insert(0, "criteria must be a list with an object for each criterion.")
    does_fit = sent.get("rubric_fits")
    if not isinstance(does_fit, bool):
        wrong.append("rubric_fits must be true or false.")
    is_satisfied = sent.get("satisfied")
    if not ids and not isinstance(is_satisfied, bool):
        wrong.append("satisfied must be true or false.")
    return Submission(
        tuple(opinions), does_fit is not False, _words(sent.get("summary")), is_satisfied is True,
        tuple(wrong[:_PROBLEMS_MOST]),
    )  # fmt: skip


def _opinions(items: Sequence[Any], key: str) -> tuple[list[Opinion], list[str]]:
    opinions: list[Opinion] = []
    wrong: list[str] = []
    for number, each in enumerate(items):
        name = each.get(key) if isinstance(each, dict) else None
        if not isinstance(name, str) or not name.strip():
            wrong.append(f"criteria[{number}] must be an object with {key}, degree and reason.")
        elif each.get("degree") not in _DEGREES:
            wrong.append(f"The degree of {name[:64]!r} must be one of {', '.join(_DEGREES)}.")
        else:
            opinions.append(Opinion(name.strip(), Degree(each["degree"]), _words(each.get("reason"))))
    return opinions, wrong


def _known(opinions: Sequence[Opinion], ids: Sequence[str]) -> tuple[list[Opinion], list[str]]:
    """Return one opinion for each criterion that is asked for; of two on one criterion neither is believed."""
    wrong: list[str] = []
    found: dict[str, Opinion] = {}
    doubtful = set()
    for each in opinions:
        if each.criterion not in ids:
            # Said, but no reason to ask again: what nobody asked for changes nothing.
            continue
        if each.criterion in found and found[each.criterion].degree is not each.degree:
            wrong.append(f"There are two different degrees of {each.criterion!r}.")
            doubtful.add(each.criterion)
        found.setdefault(each.criterion, each)
    kept = [found[each] for each in ids if each in found and each not in doubtful]
    missing = [each for each in ids if each not in found]
    if missing:
        wrong.append(f"There is no verdict on {', '.join(missing[:50])}.")
    return kept, wrong


def _json_in(words: str) -> object:
    """Return the last verdict among the JSON objects of a text; None if there is none.

    What comes earlier may be quoted from what is graded.
    """
    decoder = json.JSONDecoder(parse_constant=lambda _: None)
    verdict, at = None, -1
    for _attempt in range(_BEGINNINGS_MOST):
        at = words.find("{", at + 1)
        if at < 0:
            break
        try:
            found, end = decoder.raw_decode(words, at)
        except (ValueError, RecursionError):
            continue
        verdict = found if "criteria" in found else verdict
        at = end - 1
    return verdict


def _words(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _text(description: str) -> Json:
    return {"type": "string", "description": description}


def _object(properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
