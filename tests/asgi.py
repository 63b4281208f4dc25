"""Requests to an application without a socket: what a server would tell it."""

from collections.abc import Mapping
from typing import Any


def scope(method: str, path: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """Return the scope of a request. Source: ASGI 3.0, HTTP connection scope."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }
