"""Which addresses the two web tools may open: by their domains, and by where the agent learned of them.

Source: documented, managed-agents page tools; SDK 2.11.0 `types/beta/beta_managed_agents_web_fetch_url_sources.py`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from agentops.engine.core.json import Json
from agentops.wire.urls import normalized

_URL = re.compile(r"https?://[^\s<>\"'`\\^{}|\x00-\x20]+", re.IGNORECASE)
_AFTER = ".,;:!?*_~"
_CLOSING = {")": "(", "]": "["}


@dataclass(frozen=True, slots=True)
class Sources:
    """The URLs that a conversation has shown, as `urls_in` tells them, by where they stood."""

    user_input: frozenset[str] = frozenset()
    client_tools: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By the name of the custom tool in whose results they were."""
    server_tools: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Of `web_search` and `web_fetch`; what the tools of the sandbox print is no source."""


def is_domain_allowed(url: str, settings: Json) -> bool:
    """Tell whether the tool's lists let the URL through; an entry covers subdomains, and paths below its own."""
    allowed, blocked = settings.get("allowed_domains"), settings.get("blocked_domains")
    if allowed is not None:
        return _is_covered(url, allowed)
    return blocked is None or not _is_covered(url, blocked)


def is_known(url: str, sources: Sources, rules: Json | None) -> bool:
    """Tell whether the URL was seen where the tool's `url_sources` allow; a source without a rule counts whole."""
    rules = rules or {}
    found = set(sources.user_input) if _type(rules.get("user_input")) != "none" else set()
    for key, tools in (("client_tool_results", sources.client_tools), ("server_tool_results", sources.server_tools)):
        found.update(url for name, urls in tools.items() if _counts(name, rules.get(key)) for url in urls)
    spelled = spelling(url)
    return spelled is not None and spelled in found


def urls_in(text: str) -> frozenset[str]:
    """Return the URLs of a text, spelled alike."""
    return frozenset(spelled for each in _URL.findall(text) for form in _forms(each) if (spelled := spelling(form)))


def spelling(url: str) -> str | None:
    """Return the one spelling of URLs that mean the same page, without scheme and fragment; None when it is no URL."""
    if not url.lower().startswith(("http://", "https://")):
        return None
    found = normalized(url.partition("#")[0])
    return found and found.partition("://")[2]


def _forms(found: str) -> Iterator[str]:
    """Yield what the writer may have meant: punctuation at the end is the sentence's more often than the URL's."""
    yield found
    while found and (found[-1] in _AFTER or _CLOSING.get(found[-1], found[-1]) not in found[:-1]):
        found = found[:-1]
        yield found
        if found and found[-1] not in _AFTER and found[-1] not in _CLOSING:
            return


def _is_covered(url: str, entries: Sequence[str]) -> bool:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return False
    return any(_covers(each.lower(), host, parts.path or "/") for each in entries)


def _covers(entry: str, host: str, path: str) -> bool:
    domain, _, below = entry.partition("/")
    below = below.removesuffix("/")
    is_below = not below or path.lower() == f"/{below}" or path.lower().startswith(f"/{below}/")
    return (host == domain or host.endswith(f".{domain}")) and is_below


def _type(rule: Json | None) -> str:
    return "all" if rule is None else str(rule["type"])


def _counts(name: str, rule: Json | None) -> bool:
    if rule is None or rule["type"] in ("all", "none"):
        return _type(rule) == "all"
    is_only: bool = rule["type"] == "only"
    return any(each["name"] == name for each in rule["tools"]) == is_only
