"""Where a target is and what opens it: values, no connection."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from agentops.base.errors import UsageError
from agentops.base.secrets import Secret

HOSTED_URL = "https://api.anthropic.com"
"""Source: SDK 2.11.0 `_client.py`, the default base URL."""

EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A base URL and a credential."""

    label: str
    url: str
    credential: Secret
    workspace: str = ""
    """`wrkspc_…`; needed only by credentials that can act in several."""

    def __post_init__(self) -> None:
        """Refuse what no request can be sent to.

        Raises:
            UsageError: the URL is no address of a server.
        """
        if not _is_address(self.url):
            raise UsageError(
                f"{self.label} is no address of a server",
                hint="write it in full: https://host or http://host:port",
            )
        if self.url.rstrip("/").endswith("/v1"):
            raise UsageError(
                f"{self.label} ends in /v1, which every request puts there itself",
                hint=f"leave it out: {self.url.rstrip('/').removesuffix('/v1')}",
            )

    def headers(self) -> Mapping[str, str]:
        """Return what a raw request must carry.

        Source: SDK 2.11.0 `_client.py` (`_api_key_auth`, `_bearer_auth`: both travel as a bearer) and `_constants.py`.
        """
        workspace = {"anthropic-workspace-id": self.workspace} if self.workspace else {}
        bearer = f"Bearer {self.credential.reveal()}"
        return {"authorization": bearer, "anthropic-version": "2026-10-21", **workspace}


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, a bracket that is never closed
        return False
