"""What a webhook endpoint becomes when it is created or updated."""

from agentops.base.secrets import Secret
from agentops.engine.core.json import Json, written

ENDPOINTS_MAX = 32
"""How many endpoints an organization has. Source: SDK 2.11.0 `resources/beta/organization/webhooks.py`, `create`."""


def created(request: Json) -> Json:
    """Return the fields of a new endpoint. Source: SDK 2.11.0 `types/beta/organization/webhook_create_params.py`."""
    return {
        "url": request["url"],
        "name": request.get("name", ""),
        "description": request.get("description", ""),
        "enabled_events": list(dict.fromkeys(request["enabled_events"])),
        "state": "enabled",
        "disabled_reason": "",
    }


def updated(stored: Json, request: Json) -> Json:
    """Return the fields after an update: omitted keeps, no events keeps the events, any sent state ends a reason.

    Source: SDK 2.11.0 `types/beta/organization/webhook_update_params.py`.

    Raises:
        InvalidRequest: the URL names no host.
    """
    fields = {name: stored[name] for name in ("url", "name", "description", "enabled_events", "state")}
    fields |= {name: request[name] for name in ("name", "description", "state") if name in request}
    if "url" in request:
        fields["url"] = request["url"]
    if events := request.get("enabled_events"):
        fields["enabled_events"] = list(dict.fromkeys(events))
    return {**fields, "disabled_reason": "" if "state" in request else stored["disabled_reason"]}


def body(fields: Json, *, endpoint_id: str, created_at: str, updated_at: str) -> str:
    """Return the answer's JSON. Source: SDK 2.11.0 `…/organization/beta_organization_webhook_endpoint.py`."""
    return written({"id": endpoint_id, **fields, "created_at": created_at, "updated_at": updated_at})


def disabled(endpoint: Json, reason: str, at: str) -> str:
    """Return the answer's JSON of an endpoint, of either kind, that is not told anything any more."""
    return written({**endpoint, "state": "disabled", "disabled_reason": reason, "updated_at": at})


def with_secret(body: str, secret: Secret) -> str:
    """Return the one answer that tells an endpoint's secret along with it.

    Source: SDK 2.11.0 `…/organization/beta_new_organization_webhook_endpoint.py`.
    """
    return f'{body[:-1]},"signing_secret":{written(secret.reveal())}}}'
