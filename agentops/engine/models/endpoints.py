"""Where models are reached: addresses, credentials, and which model is asked for where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

from agentops.base.errors import UsageError
from agentops.base.secrets import Secret

T = TypeVar("T")

_ANY = "*"
"""At the end of a pattern: every name that begins with the rest."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server that speaks the Messages API."""

    base_url: str
    """What `/v1/messages` is appended to."""

    api_key: Secret | None = None
    """Sent as `x-api-key`. Source: platform.claude.com/docs/en/api/overview."""

    auth_token: Secret | None = None
    """Sent as `Authorization: Bearer`. Source: SDK 2.11.0 `_client.py`, `_bearer_auth`."""

    models: Mapping[str, str] = field(default_factory=dict)
    """What this server calls the models: a name, or the beginning of one and `*`, to the name to send."""

    max_tokens: int | None = None
    """How long a reply may be, for servers whose window is small. Units: tokens."""

    is_cached: bool = True
    """Whether to ask for prompt caching; off for a server that refuses fields it does not know."""

    def __post_init__(self) -> None:
        """Refuse what could only fail later, or would show a credential.

        Raises:
            UsageError: the address or the credential cannot be used.
        """
        try:
            parts = urlsplit(self.base_url)
            is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_address = False
        if not is_address or {"@", "?", "#"} & set(self.base_url) or not _is_plain(self.base_url):
            raise UsageError(
                "The model server's address cannot be used.",
                hint="Write http:// or https://, a host, and no credential: https://api.anthropic.com.",
            )
        if self.api_key and self.auth_token:
            raise UsageError(
                f"The model server at {self.origin} has two credentials.",
                hint="Set either the API key or the auth token: servers refuse requests that carry both.",
            )
        credential = self.api_key or self.auth_token
        if credential and not _is_plain(credential.reveal()):
            raise UsageError(
                f"The credential of the model server at {self.origin} cannot be used.",
                hint="A credential is ASCII without spaces; look for a line end at its end.",
            )

    @property
    def url(self) -> str:
        """Return where requests go."""
        return f"{self.base_url.rstrip('/')}/v1/messages"

    @property
    def origin(self) -> str:
        """Return the server as messages name it: no path."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def credential(self) -> tuple[tuple[str, str], ...]:
        """Return the header that carries the credential."""
        if self.api_key:
            return (("x-api-key", self.api_key.reveal()),)
        return (("authorization", f"Bearer {self.auth_token.reveal()}"),) if self.auth_token else ()

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Return what no message may hold."""
        return tuple(each for each in (self.api_key, self.auth_token) if each)

    def name_of(self, model: str) -> str:
        """Return what this server calls the model."""
        return matched(self.models, model) or model


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Which model is asked for where."""

    default: Endpoint | None = None
    """For models that no route names."""

    routes: Mapping[str, Endpoint] = field(default_factory=dict)
    """A model's name, or the beginning of one and `*`; the longest that fits counts."""

    def of(self, model: str) -> Endpoint | None:
        """Return where to ask for the model."""
        return matched(self.routes, model) or self.default


def matched(patterns: Mapping[str, T], name: str) -> T | None:
    """Return what is kept for the name itself, else for the longest beginning of it."""
    if name in patterns:
        return patterns[name]
    fitting = [each for each in patterns if each.endswith(_ANY) and name.startswith(each.removesuffix(_ANY))]
    return patterns[max(fitting, key=len)] if fitting else None


def _is_plain(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable() and " " not in text
