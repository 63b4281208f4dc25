"""What a scripted turn takes from the conversation: ids that nobody knew when the script was written; pure."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from agentops.engine.core.conversation import Ask
from agentops.engine.models.matching import result_texts, shown
from agentops.engine.models.port import ModelRefusedRequest
from agentops.engine.models.script import Turn


def filled(turn: Turn, ask: Ask) -> Turn:
    """Return the turn with what it looks for in place of the names.

    Raises:
        ModelRefusedRequest: no result of a tool holds it.
    """
    if not turn.find:
        return turn
    values = {f"{{{name}}}": _latest(pattern, ask) for name, pattern in turn.find.items()}
    calls = [each.model_copy(update={"input": _with(each.input, values)}) for each in turn.call]
    return turn.model_copy(update={"say": _with(turn.say, values), "call": calls})


def _latest(pattern: str, ask: Ask) -> str:
    for text in _results(ask):
        if found := re.findall(pattern, text):
            last = found[-1]
            return str(last if isinstance(last, str) else last[0])
    raise ModelRefusedRequest(f"The script looks for {shown(pattern)}, and no result of a tool holds it.")


def _results(ask: Ask) -> Iterator[str]:
    """Yield the results of tools, the latest first."""
    for raw in reversed(ask.messages):
        yield from reversed(result_texts(json.loads(raw)))


def _with(value: Any, values: Mapping[str, str]) -> Any:
    match value:
        case str():
            for name, found in values.items():
                value = value.replace(name, found)
            return value
        case dict():
            return {key: _with(each, values) for key, each in value.items()}
        case list():
            return [_with(each, values) for each in value]
    return value
