"""What an endpoint really does when it is told to use a tool: tried once, for some accept the wish and ignore it.

A status of 200 proves nothing: servers that do not force tools answer in prose.
"""

from collections.abc import Sequence

from agentops.base.canonical import digest
from agentops.dreaming.messages.asking import Asker
from agentops.dreaming.messages.framing import framed
from agentops.dreaming.messages.port import Answer, Unanswered
from agentops.dreaming.messages.questions import Mode, Prompt, Question, value_of

_MARKS = 5

PROMPT = Prompt("give_mark", "You are shown marks. Give the third one, exactly as it is written.", 200)


def marks(model: str) -> tuple[str, ...]:
    """Return words that no model guesses, the same ones for a model every time."""
    return tuple(digest(["mark", model, number])[:12] for number in range(_MARKS))


async def probe(asker: Asker, model: str, choices: Sequence[str]) -> None:
    """Learn how the model answers in a shape, unless that is known. Where nothing answers, the asker ends."""
    if asker.knows(model):
        return
    question = _question(model, choices)
    (answer,) = await asker.tried([question.request(Mode.FORCED_TOOL)])
    if isinstance(answer, Unanswered) and answer.retry == "temporary":
        asker.end(f"the endpoint does not answer ({answer})")
    else:
        asker.learn(model, _classified(question, answer, choices))


def _question(model: str, choices: Sequence[str]) -> Question:
    schema = {
        "type": "object",
        "properties": {"mark": {"type": "string", "enum": list(choices)}},
        "required": ["mark"],
        "additionalProperties": False,
    }
    return Question(PROMPT, model, framed("marks", [{"mark": each} for each in choices]), schema, lambda _: "")


def _classified(question: Question, answer: Answer | Unanswered, choices: Sequence[str]) -> Mode:
    """Return the mode. An endpoint that refuses the request may still take one without tools."""
    if isinstance(answer, Unanswered) or answer.get("stop_reason") != "tool_use":
        return Mode.JSON_TEXT
    value = value_of(question, answer)
    is_forced = isinstance(value, dict) and value.get("mark") in choices
    return Mode.FORCED_TOOL if is_forced else Mode.JSON_TEXT
