"""The readers by name, and which of them a file is for: told by what the file holds, not by what it is called."""

from collections import Counter
from collections.abc import Mapping
from itertools import islice
from typing import Any, Protocol

from agentops.dreaming.origins import DEFAULT, Origins
from agentops.dreaming.readers import claude_code, managed_agents, openai_chat, swe_agent
from agentops.dreaming.readers.reading import Read, fields, items, values, word

_LOOKED_AT = 40
"""How many values of a file are looked at: logs begin with a few lines that say little."""

_FAMILIES = ("user.", "agent.", "session.", "span.", "system.", "workflow_run.")


class Reader(Protocol):
    """Reads one kind of log."""

    def __call__(self, text: str, *, name: str = "", origins: Origins = DEFAULT) -> Read:
        """Return the transcripts of a log and why the rest of it is not among them."""
        ...


READERS: Mapping[str, Reader] = {
    managed_agents.SOURCE: managed_agents.read,
    openai_chat.SOURCE: openai_chat.read,
    claude_code.SOURCE: claude_code.read,
    swe_agent.SOURCE: swe_agent.read,
}
"""By the name that a transcript's `source` says."""


def kind(text: str) -> str | None:
    """Return the name of the reader that a log is for, or None where no reader knows it."""
    found = (_kind(each) for each in islice(values(text, Counter()), _LOOKED_AT))
    return next((each for each in found if each is not None), None)


def read(text: str, *, name: str = "", origins: Origins = DEFAULT) -> Read:
    """Return the transcripts of a log of whatever kind."""
    source = kind(text)
    if source is not None:
        return READERS[source](text, name=name, origins=origins)
    skipped = Counter[str]()
    some = any(True for _ in values(text, skipped))
    return Read((), skipped | Counter({"a log of a kind that no reader knows": 1} if some or not skipped else {}))


def _kind(value: Any) -> str | None:
    body = fields(next(iter(items(value)), None)) or fields(value)
    told = word(body.get("type"))
    if items(body.get("trajectory")):
        return swe_agent.SOURCE
    if told.startswith(_FAMILIES) or any(
        _is_event(each) for key in ("events", "data") for each in items(body.get(key))
    ):
        return managed_agents.SOURCE
    if told in ("user", "assistant", "summary") and ({"sessionId", "uuid", "leafUuid"} & body.keys()):
        return claude_code.SOURCE
    return openai_chat.SOURCE if openai_chat.messages_of(value) else None


def _is_event(value: Any) -> bool:
    return word(fields(value).get("type")).startswith(_FAMILIES)
