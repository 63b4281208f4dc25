"""The validation of an OAuth credential as values: what to ask, what an answer means, what the verdict says."""

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote, quote_plus, urlencode

from agentops.base.clock import timestamp
from agentops.base.secrets import MASK, Secret, masked
from agentops.engine.core.json import Json, written

_SHOWN_MAX = 4096
"""How much of a foreign answer is shown. Units: characters."""

_LIFETIME_MAX_S = 10 * 365 * 86400
"""A token that claims to live longer has no expiry worth keeping."""

_TOKEN_FIELDS = re.compile(r'("[a-z_]*(?:token|secret|assertion)"\s*:\s*")[^"]*')

PROTOCOL = "2025-06-18"
"""The MCP revision that the probe offers; servers answer with their own."""

INITIALIZE = "initialize"
LIST_TOOLS = "tools/list"

Status = Literal["valid", "invalid", "unknown"]


@dataclass(frozen=True, slots=True)
class Captured:
    """An answer of a foreign server that went wrong."""

    status_code: int
    content_type: str
    body: bytes
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """The step of a probe that failed, with the answer if there was one."""

    method: str
    answer: Captured | None


@dataclass(frozen=True, slots=True)
class Exchange:
    """What became of the refresh token."""

    status: Literal["succeeded", "failed", "connect_error", "no_refresh_token"]
    answer: Captured | None = None

    @property
    def is_refused(self) -> bool:
        """Tell whether the token endpoint said no: asking it again is of no use."""
        return self.status == "failed" and _is_refusal(self.answer)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a token endpoint gave."""

    access_token: Secret
    refresh_token: Secret | None
    expires_at: str | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A credential in the clear, for as long as it is tried out."""

    auth: Json
    secrets: Mapping[str, Secret]

    @property
    def can_refresh(self) -> bool:
        """Tell whether there is a refresh token."""
        return "refresh_token" in self.secrets

    @property
    def known(self) -> tuple[Secret, ...]:
        """Return what must not show: the secrets, and the header that holds the client's."""
        secret = self.secrets.get("client_secret")
        derived = (Secret(_basic(self.auth["refresh"]["client_id"], secret)),) if secret else ()
        return (*self.secrets.values(), *derived)

    def with_tokens(self, tokens: Tokens) -> "Candidate":
        """Return the credential with what a token endpoint gave."""
        fresh = {"access_token": tokens.access_token}
        if tokens.refresh_token is not None:
            fresh["refresh_token"] = tokens.refresh_token
        return replace(self, secrets={**self.secrets, **fresh})


@dataclass(frozen=True, slots=True)
class Finding:
    """What a validation found out."""

    probe: Failure | None
    exchange: Exchange | None

    @property
    def status(self) -> Status:
        """Return the verdict: invalid only when a server said so, unknown when it could not be asked."""
        if self.probe is None:
            return "valid"
        if self.exchange is not None and self.exchange.status in ("failed", "connect_error"):
            return "invalid" if self.exchange.is_refused else "unknown"
        status_code = self.probe.answer.status_code if self.probe.answer else None
        return "invalid" if status_code in (401, 403) else "unknown"


def rpc(method: str) -> bytes:
    """Return an MCP request as JSON-RPC. Source: MCP 2025-06-18, lifecycle."""
    message: Json = {"jsonrpc": "2.0", "method": method}
    if not method.startswith("notifications/"):
        message["id"] = method
        message["params"] = {}
    if method == INITIALIZE:
        client = {"name": "agentops", "version": "1"}
        message["params"] = {"protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": client}
    return written(message).encode()


def token_request(refresh: Json, secrets: Mapping[str, Secret]) -> tuple[dict[str, str], bytes]:
    """Return the headers and the form that exchange a refresh token. Source: RFC 6749 2.3.1 and 6, RFC 8707 2."""
    form = {"grant_type": "refresh_token", "refresh_token": secrets["refresh_token"].reveal()}
    form |= {name: refresh[name] for name in ("scope", "resource") if refresh[name]}
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
    how = refresh["token_endpoint_auth"]["type"]
    if how == "client_secret_basic":
        headers["authorization"] = f"Basic {_basic(refresh['client_id'], secrets['client_secret'])}"
    else:
        form["client_id"] = refresh["client_id"]
    if how == "client_secret_post":
        form["client_secret"] = secrets["client_secret"].reveal()
    return headers, urlencode(form).encode()


def tokens_in(answer: Captured, now: datetime) -> Tokens | None:
    """Return the tokens that the answer carries, or None when it is no success. Source: RFC 6749 5.1."""
    data = _object(answer)
    access_token = data.get("access_token")
    if answer.status_code != 200 or not isinstance(access_token, str) or not _is_sendable(access_token):
        return None
    refresh_token, lifetime_s = data.get("refresh_token"), data.get("expires_in")
    is_known = isinstance(lifetime_s, int | float) and 0 < lifetime_s < _LIFETIME_MAX_S
    return Tokens(
        Secret(access_token),
        Secret(refresh_token) if isinstance(refresh_token, str) and _is_sendable(refresh_token) else None,
        timestamp(now + timedelta(seconds=float(lifetime_s or 0))) if is_known else None,
    )


def answered(finding: Finding, names: Mapping[str, object], secrets: Iterable[Secret]) -> str:
    """Return the API's object; no secret shows in what foreign servers answered, however they spelled it.

    Source: SDK 2.11.0 `types/beta/vaults/beta_managed_agents_credential_validation.py`.
    """
    known = tuple(spelling for each in secrets for spelling in _spellings(each))
    probe, exchange = finding.probe, finding.exchange
    return written(
        {
            "type": "vault_credential_validation",
            **names,
            "status": finding.status,
            "mcp_probe": probe and {"method": probe.method, "http_response": _shown(probe.answer, known)},
            "refresh": exchange and {"status": exchange.status, "http_response": _shown(exchange.answer, known)},
        }
    )


def _is_refusal(answer: Captured | None) -> bool:
    """Tell whether the token endpoint said no: some say it with a 200. Source: RFC 6749 5.2."""
    if answer is None or answer.status_code == 429:
        return False
    return 400 <= answer.status_code < 500 or (answer.status_code == 200 and "error" in _object(answer))


def _basic(client_id: str, client_secret: Secret) -> str:
    return b64encode(f"{quote_plus(client_id)}:{quote_plus(client_secret.reveal())}".encode()).decode()


def _object(answer: Captured) -> Json:
    try:
        data: Any = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _is_sendable(token: str) -> bool:
    return token != "" and token.isascii() and token.isprintable()


def _shown(answer: Captured | None, known: tuple[Secret, ...]) -> Json | None:
    if answer is None:
        return None
    text = masked(answer.body.decode("utf-8", "replace"), known)
    if answer.is_cut:
        # The cut may have left the beginning of a secret, which no longer looks like one.
        longest = max((len(each.reveal()) for each in known), default=0)
        text = text[: max(0, len(text) - longest)]
    text = _TOKEN_FIELDS.sub(rf"\1{MASK}", text)
    return {
        "status_code": answer.status_code,
        "content_type": masked(answer.content_type, known),
        "body": text[:_SHOWN_MAX],
        "body_truncated": answer.is_cut or len(text) > _SHOWN_MAX,
    }


def _spellings(secret: Secret) -> Iterable[Secret]:
    """Yield the secret as it is, and as JSON, URLs, forms and Basic credentials spell it."""
    text = secret.reveal()
    plain = b64encode(text.encode()).decode()
    for each in {text, json.dumps(text)[1:-1], written(text)[1:-1], quote(text, safe=""), quote_plus(text), plain}:
        yield Secret(each)
