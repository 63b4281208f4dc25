"""URLs: one spelling for those that mean the same server, and what none of them may lack."""

from urllib.parse import urlsplit

from pydantic import AfterValidator

from agentops.wire.problems import Problem, obeying

_PORTS = {"http": 80, "https": 443}


def normalized(url: str) -> str | None:
    """Return the URL with scheme and host in lower case, without its scheme's own port and a trailing slash.

    None when it names no host or no port there can be.
    Source: matching of credentials to servers, platform.claude.com/docs/en/managed-agents/vaults.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or port == 0:
        return None
    name = f"[{host}]" if ":" in host else host
    place = name if port in (None, _PORTS.get(parts.scheme)) else f"{name}:{port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{place}{parts.path.removesuffix('/')}{query}"


def _with_a_server(url: str) -> str:
    wanted = "must name a host, and a port from 1 to 65535 if any"
    return obeying(url, [] if normalized(url) else [Problem((), "bad-format", wanted)])


NAMES_A_SERVER = AfterValidator(_with_a_server)
"""A pattern sees neither `https://:443` nor a port beyond all ports."""
