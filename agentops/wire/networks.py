"""Which MCP servers an environment's network lets an agent reach: a rule on plain data, for both halves."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit


def is_blocked(url: str, networking: Mapping[str, Any] | None) -> bool:
    """Tell whether the network of an environment's config keeps agents from an MCP server."""
    if not networking or networking.get("type") != "limited" or networking.get("allow_mcp_servers"):
        return False
    host = host_of(url)
    return not any(_covers(allowed, host) for allowed in networking.get("allowed_hosts") or ())


def host_of(url: str) -> str:
    """Return the host that a URL names, in lower case; none for what only begins like a URL, such as `https://[a`."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _covers(allowed: str, host: str) -> bool:
    """Tell whether an entry means the host; a wildcard does not mean the domain it stands before.

    Source: documented rules of `allowed_hosts`.
    """
    name = allowed.lower()
    return host.endswith(name[1:]) if name.startswith("*.") else host == name
