"""What an endpoint really does when it is told to use a tool: tried once, for some accept the wish and ignore it.

A status of 200 proves nothing: servers that do not force tools answer in prose.
"""

from agentops.base.canonical import digest
from agentops.dreaming.messages.framing import framed
from agentops.dreaming.messages.port import Answer, Request, Unanswered
from agentops.dreaming.messages.questions import Mode, Prompt, Question, Role, input_of

_MARKS = 5

PROMPT = Prompt("give_mark", "You are shown marks. Give the third one, exactly as it is written.", 200)


def marks(model: str) -> tuple[str, ...]:
    """Return words that no model guesses, the same ones for a model every time."""
    return tuple(digest(["mark", model, number])[:12] for number in range(_MARKS))


def request(model: str) -> Request:
    """Return what a model is tried with."""
    return _question(model).request(Mode.FORCED_TOOL)


def classified(model: str, answer: Answer | Unanswered) -> Mode | None:
    """Return how the model answers in a shape; None where nobody answers now.

    An endpoint that refuses the request for good may still take one without tools.
    """
    if isinstance(answer, Unanswered):
        return Mode.JSON_TEXT if answer.retry == "permanent" else None
    given = input_of(_question(model), answer)
    is_given = isinstance(given, dict) and given.get("mark") in marks(model)
    return Mode.FORCED_TOOL if is_given else Mode.JSON_TEXT


def _question(model: str) -> Question:
    schema = {
        "type": "object",
        "properties": {"mark": {"type": "string", "enum": list(marks(model))}},
        "required": ["mark"],
        "additionalProperties": False,
    }
    shown = framed("marks", [{"mark": each} for each in marks(model)])
    return Question(Role(model, PROMPT), shown, schema, lambda _: "")
