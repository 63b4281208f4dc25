"""The URLs that a session's log has shown, by where they stood: what `web_fetch` may be held to.

Source: SDK 2.11.0 `types/beta/beta_managed_agents_web_fetch_url_sources.py`; documented, managed-agents page tools.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from agentops.engine.core.entries import Entry
from agentops.engine.core.json import Json
from agentops.engine.core.runs.grants import SERVED_HERE
from agentops.engine.core.web_rules import Sources, urls_in

_TOLD = ("text", "title", "context", "source")
"""The fields of a block that hold words; a source is an object in some blocks and a URL in others."""


class ShownUrls:
    """What was seen so far."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._by_user: set[str] = set()
        self._by_client: defaultdict[str, set[str]] = defaultdict(set)
        self._by_server: defaultdict[str, set[str]] = defaultdict(set)
        self._calls: dict[str, str] = {}
        """The name of each call's tool, where its results count."""

    def read(self, entries: Iterable[Entry]) -> None:
        """Take what comes next in the log."""
        for each in entries:
            self._take(each.id, each.type, each.body)

    @property
    def sources(self) -> Sources:
        """Return the URLs by where they stood."""
        return Sources(
            frozenset(self._by_user),
            {name: frozenset(urls) for name, urls in self._by_client.items()},
            {name: frozenset(urls) for name, urls in self._by_server.items()},
        )

    def _take(self, event_id: str, event_type: str, body: Json) -> None:
        match event_type:
            case "user.message":
                self._by_user |= _urls(body["content"])
            case "user.define_outcome":
                self._by_user |= urls_in(body["description"])
            case "agent.custom_tool_use":
                self._calls[event_id] = body["name"]
            case "agent.tool_use" if body["name"] in SERVED_HERE:
                self._calls[event_id] = body["name"]
            case "user.custom_tool_result" if (name := self._calls.get(body["custom_tool_use_id"])) is not None:
                self._by_client[name] |= _urls(body.get("content"))
            case "agent.tool_result" if (name := self._calls.get(body["tool_use_id"])) is not None:
                # A refusal repeats what the model made up.
                self._by_server[name] |= set() if body.get("is_error") else _urls(body.get("content"))


def _urls(content: list[Json] | None) -> set[str]:
    return {url for block in content or () for words in _words(block) for url in urls_in(words)}


def _words(block: Json) -> Iterator[str]:
    for key in _TOLD:
        value = block.get(key)
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield str(value.get("url") or (value.get("data") if value["type"] == "text" else ""))
    for each in block["content"] if isinstance(block.get("content"), list) else ():
        yield from _words(each)
