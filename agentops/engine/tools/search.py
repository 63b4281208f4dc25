"""Searching the web: a port of one method, since this project brings no index of the web with it."""

from dataclasses import dataclass
from typing import Protocol

from agentops.engine.core.json import Json
from agentops.engine.core.web_rules import is_domain_allowed
from agentops.engine.tools.port import Outcome, text

_HITS_MOST = 20
_EXCERPT_MOST = 2000


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for, and where the tool's settings say to look."""

    words: str
    allowed_domains: tuple[str, ...] = ()
    blocked_domains: tuple[str, ...] = ()
    user_location: Json | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found."""

    title: str
    url: str
    excerpt: str = ""


class SearchFailed(Exception):
    """The provider gave no answer; the text is for the model."""


class Searcher(Protocol):
    """A provider of search results."""

    async def search(self, query: Query) -> tuple[Hit, ...]:
        """Return what it found, the best first; domains may be ignored, they are held afterwards.

        Raises:
            SearchFailed: it gave no answer.
        """


class WebSearch:
    """The `web_search` tool."""

    def __init__(self, searcher: Searcher | None = None, settings: Json | None = None) -> None:
        """Ask the provider, under the tool's resolved settings; without one every search is refused in words."""
        self._searcher = searcher
        self._settings = settings or {}

    async def search(self, words: str) -> Outcome:
        """Return what was found, without what the lists of domains leave out."""
        if self._searcher is None:
            return text(
                "unavailable: no search provider is configured on this server. Work without searching, or fetch a URL "
                "that you know of.",
                is_error=True,
            )
        try:
            hits = await self._searcher.search(self._query(words))
        except SearchFailed as error:
            return text(f"unavailable: {error}", is_error=True)
        kept = [each for each in hits if is_domain_allowed(each.url, self._settings)][:_HITS_MOST]
        return text("\n\n".join(map(_shown, kept)) or "Nothing was found.")

    def _query(self, words: str) -> Query:
        settings = self._settings
        return Query(
            words,
            tuple(settings.get("allowed_domains") or ()),
            tuple(settings.get("blocked_domains") or ()),
            settings.get("user_location"),
        )


def _shown(hit: Hit) -> str:
    return "\n".join(filter(None, (hit.title, hit.url, hit.excerpt[:_EXCERPT_MOST])))
