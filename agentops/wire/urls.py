"""One spelling for URLs that mean the same server."""

from urllib.parse import urlsplit

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
