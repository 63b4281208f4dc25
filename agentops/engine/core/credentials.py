"""What a credential becomes when it is created or updated: what answers show, and the secrets apart from it."""

from datetime import UTC, datetime

from agentops.base.clock import timestamp
from agentops.base.secrets import Secret
from agentops.engine.core import metadata
from agentops.engine.core.json import Json, written
from agentops.engine.core.refusals import refused
from agentops.wire.timestamps import moment
from agentops.wire.urls import normalized

SECRETS = ("access_token", "refresh_token", "client_secret", "token", "secret_value")
"""The fields that are sealed and never shown; no kind has two of one name."""

_END = datetime(9999, 12, 31, tzinfo=UTC)
"""Later moments do not exist in every time zone."""


def created(request: Json, at: str) -> Json:
    """Return the fields of a new credential. Source: SDK 2.11.0 `types/beta/vaults/credential_create_params.py`.

    Raises:
        InvalidRequest: the token has expired.
    """
    return {
        "display_name": request.get("display_name") or None,
        "metadata": request.get("metadata") or {},
        "auth": _shown(request["auth"], at),
    }


def updated(stored: Json, request: Json, at: str) -> Json:
    """Return the fields after an update: omitted and null keep, but a null `expires_at` clears; metadata is merged.

    Source: SDK 2.11.0 `types/beta/vaults/credential_update_params.py`.

    Raises:
        InvalidRequest: the update asks for what cannot change, or the outcome breaks a rule.
    """
    auth = request.get("auth")
    return {
        "display_name": request.get("display_name") or stored["display_name"],
        "metadata": metadata.merged(stored["metadata"], request.get("metadata")),
        "auth": _changed(stored["auth"], auth, at) if auth else stored["auth"],
    }


def secrets_of(auth: Json | None) -> dict[str, Secret]:
    """Return the secrets that a request holds, by field."""
    refresh = (auth or {}).get("refresh") or {}
    sent = {**(auth or {}), **refresh, **(refresh.get("token_endpoint_auth") or {})}
    return {name: Secret(sent[name]) for name in SECRETS if sent.get(name) is not None}


def key_of(auth: Json) -> str:
    """Return what only one active credential of a vault may have: a server's URL, or a variable's name."""
    if auth["type"] == "environment_variable":
        return written(["variable", auth["secret_name"]])
    return written(["server", normalized(auth["mcp_server_url"])])


def body(fields: Json, *, credential_id: str, vault_id: str, created_at: str, updated_at: str) -> str:
    """Return the answer's JSON of an active credential.

    Source: SDK 2.11.0 `types/beta/vaults/beta_managed_agents_credential.py`.
    """
    return written(
        {
            "type": "vault_credential",
            "id": credential_id,
            "vault_id": vault_id,
            **fields,
            "created_at": created_at,
            "updated_at": updated_at,
            "archived_at": None,
        }
    )


def _shown(auth: Json, at: str) -> Json:
    match auth["type"]:
        case "mcp_oauth":
            return {
                "type": "mcp_oauth",
                "mcp_server_url": auth["mcp_server_url"],
                "expires_at": _expiry(auth.get("expires_at"), at),
                "refresh": _refresh(auth["refresh"]) if auth.get("refresh") else None,
            }
        case "static_bearer":
            return {"type": "static_bearer", "mcp_server_url": auth["mcp_server_url"]}
        case _:
            return {
                "type": "environment_variable",
                "secret_name": auth["secret_name"],
                "networking": auth["networking"],
                "injection_location": _location(auth.get("injection_location")),
            }


def _refresh(sent: Json) -> Json:
    return {
        "token_endpoint": sent["token_endpoint"],
        "client_id": sent["client_id"],
        "token_endpoint_auth": {"type": sent["token_endpoint_auth"]["type"]},
        "scope": sent.get("scope") or None,
        "resource": sent.get("resource") or None,
    }


def _location(sent: Json | None) -> Json:
    """Return both places: none named is both, one named is that one. Source: the documentation of vaults."""
    places = {"header": True, "body": True} if sent is None else sent
    return {"header": places.get("header", False), "body": places.get("body", False)}


def _changed(stored: Json, sent: Json, at: str) -> Json:
    if sent["type"] != stored["type"]:
        raise refused(("auth", "type"), f"is {stored['type']} and cannot change; create another credential")
    match stored["type"]:
        case "mcp_oauth":
            expiry = _expiry(sent["expires_at"], at) if "expires_at" in sent else stored["expires_at"]
            return {**stored, "expires_at": expiry, "refresh": _refresh_changed(stored["refresh"], sent.get("refresh"))}
        case "static_bearer":
            return stored
        case _:
            location = {**stored["injection_location"], **(sent.get("injection_location") or {})}
            if not any(location.values()):
                raise refused(("auth", "injection_location"), "must have header or body enabled")
            networking = sent.get("networking") or stored["networking"]
            return {**stored, "networking": networking, "injection_location": location}


def _refresh_changed(stored: Json | None, sent: Json | None) -> Json | None:
    if not sent:
        return stored
    if stored is None:
        raise refused(
            ("auth", "refresh"),
            "cannot be added, its token_endpoint and client_id are fixed; create another credential",
        )
    if "token_endpoint_auth" in sent and stored["token_endpoint_auth"]["type"] == "none":
        raise refused(
            ("auth", "refresh", "token_endpoint_auth"), "is none and cannot change; create another credential"
        )
    scope = sent.get("scope")
    return {**stored, "scope": stored["scope"] if scope is None else scope or None}


def _expiry(text: str | None, at: str) -> str | None:
    """Return the moment as the API prints it; it has to lie ahead."""
    if text is None:
        return None
    expiry = moment(text)
    assert expiry is not None, "the shape takes moments only"
    # Compared before it is moved to UTC, where the first and the last day of all have no room.
    now = moment(at)
    if now is None or expiry <= now:
        raise refused(("auth", "expires_at"), "must be in the future")
    return timestamp(min(expiry, _END))
