"""The `web_fetch` tool: a page by its URL, from outside of the sandbox and under the agent's rules for it.

Source: documented, managed-agents page tools; SDK 2.11.0 `types/beta/beta_managed_agents_web_fetch_tool_config.py`.
"""

import codecs
import re
from base64 import b64encode
from collections.abc import Awaitable, Callable
from typing import Final

from agentops.base.threads import in_thread
from agentops.engine.core.json import Json
from agentops.engine.core.web_rules import Sources, is_domain_allowed, is_known
from agentops.engine.outbound import NotPermitted, Outbound, Page, Unreachable
from agentops.engine.tools.pages import readable
from agentops.engine.tools.port import Outcome, text

_ACCEPTED: Final = {
    "accept": "text/html, text/plain, text/markdown, application/json, application/pdf, */*;q=0.5",
    "user-agent": "agentops-web-fetch",
}
_TEXTUAL: Final = re.compile(r"text/.*|application/([\w.-]+\+)?(json|xml|yaml|javascript|x-yaml|xhtml\+xml)|")
_CHARSET: Final = re.compile(rb"charset\s*=\s*[\"']?([\w-]{1,40})", re.IGNORECASE)
_NOT_OF_PAGES: Final = frozenset({"idna", "punycode", "unicode_escape", "raw-unicode-escape", "undefined"})
"""Python's encodings that no page is in; some take time that grows with the square of a text."""

_CHARS_A_TOKEN: Final = 4
"""Roughly; it bounds a text, it does not bill one."""

_MOST: Final = 1_000_000
"""Of a page's text, whatever the settings say. Units: characters."""


class WebFetch:
    """Fetches pages for one agent."""

    def __init__(
        self, outbound: Outbound, settings: Json | None = None, sources: Callable[[], Awaitable[Sources]] | None = None
    ) -> None:
        """Fetch under the tool's resolved settings.

        `sources` returns the URLs that the conversation has shown by now. Without it any public address may be fetched,
        unless the settings have `url_sources`: a rule that cannot be judged lets nothing through.
        """
        self._outbound = outbound
        self._settings = settings or {}
        self._sources = sources

    async def fetch(self, url: str) -> Outcome:
        """Return the page, or why not, under the name that the API has for the reason."""
        if not url.lower().startswith(("https://", "http://")):
            return _refused("invalid_tool_input", "a URL must begin with https:// or http://")
        if not await self._is_sourced(url):
            return _refused(
                "url_not_allowed",
                f"{url} was not found in what this agent may take URLs from: messages of the user, results of its "
                "custom tools, of web_search and of web_fetch, as its configuration says",
            )
        try:
            page = await self._outbound.get(url, _ACCEPTED, lambda each: is_domain_allowed(each, self._settings))
        except NotPermitted as error:
            return _refused("url_not_allowed", f"the domain of {error} is not allowed for this agent")
        except Unreachable as error:
            return _refused("url_not_accessible", f"{url} could not be reached ({error}); only public addresses can be")
        return await self._shown(page)

    async def _is_sourced(self, url: str) -> bool:
        rules = self._settings.get("url_sources")
        if self._sources is None:
            return rules is None
        return is_known(url, await self._sources(), rules)

    async def _shown(self, page: Page) -> Outcome:
        kind = page.content_type.partition(";")[0].strip().lower()
        if page.status >= 400:
            return _refused("url_not_accessible", f"{page.url} answered {page.status}")
        if page.body.startswith(b"%PDF-"):
            return _document(page)
        if not _TEXTUAL.fullmatch(kind) or b"\0" in page.body[:1024]:
            return _refused("unsupported_content_type", f"{page.url} is {kind or 'binary'}; text and PDFs can be read")
        # Parsing a large page takes long enough that others would notice.
        words = await in_thread(_words, page, kind, self._most())
        return text(f"{page.url}\n\n{words or '(the page holds no text)'}")

    def _most(self) -> int:
        tokens = self._settings.get("max_content_tokens")
        return min(_MOST, tokens * _CHARS_A_TOKEN) if tokens else _MOST


def _words(page: Page, kind: str, most: int) -> str:
    words = _decoded(page)
    if "html" in kind or (not kind and words.lstrip()[:1] == "<"):
        words = readable(words, page.url, most)
    words = words.replace("\0", "\N{REPLACEMENT CHARACTER}")
    if len(words) > most:
        return f"{words[:most]}\n[the page goes on]"
    return f"{words}\n[the page is longer than can be fetched]" if page.is_cut else words


def _decoded(page: Page) -> str:
    named = _CHARSET.search(page.content_type.encode()) or _CHARSET.search(page.body[:2048])
    try:
        encoding = codecs.lookup(named[1].decode() if named else "utf-8").name
        return page.body.decode("utf-8" if encoding in _NOT_OF_PAGES else encoding, errors="replace")
    # A name that is no encoding of text; what most of the web is in will do.
    except (LookupError, ValueError):
        return page.body.decode(errors="replace")


def _document(page: Page) -> Outcome:
    if page.is_cut:
        return _refused("url_not_accessible", f"{page.url} is longer than can be fetched, and a part of a PDF is none")
    source = {"type": "base64", "media_type": "application/pdf", "data": b64encode(page.body).decode()}
    return Outcome(({"type": "document", "source": source},))


def _refused(code: str, words: str) -> Outcome:
    return text(f"{code}: {words}.", is_error=True)
