"""Webhook endpoints: create, read, update, delete, list, and a new signing secret; events are delivered elsewhere."""

from dataclasses import replace

from agentops.base.errors import InvalidRequest
from agentops.engine.core import id_pages
from agentops.engine.core import webhooks as core
from agentops.engine.core.id_pages import Item, Part
from agentops.engine.core.json import Json, parsed
from agentops.engine.operations.call import Call
from agentops.engine.operations.webhook_endpoints import Endpoints
from agentops.engine.store.webhooks import Webhooks


def create(call: Call, request: Json) -> str:
    """Save a new endpoint and return it with its signing secret, which no later answer shows.

    Raises:
        InvalidRequest: the organization has as many as it may, or the URL names no host.
    """
    fields = core.created(request)
    if len(Webhooks(call.tx, call.organization).all()) >= core.ENDPOINTS_MAX:
        raise InvalidRequest(
            f"The organization has {core.ENDPOINTS_MAX} webhook endpoints, as many as it may; delete one first."
        )
    endpoint_id = call.ids.new("whend")
    body = core.body(fields, endpoint_id=endpoint_id, created_at=call.at, updated_at=call.at)
    return _endpoints(call).add(endpoint_id, body)


def update(call: Call, endpoint_id: str, request: Json) -> str:
    """Change the endpoint and return it.

    Raises:
        NotFound: there is no such endpoint.
        InvalidRequest: the URL names no host.
    """
    endpoints = _endpoints(call)
    stored = endpoints.existing(endpoint_id)
    before = parsed(stored.body)
    fields = core.updated(before, request)
    if "state" in request or fields["url"] != before["url"]:
        endpoints.restate(endpoint_id)
    if all(before[key] == value for key, value in fields.items()):
        return stored.body
    body = core.body(fields, endpoint_id=endpoint_id, created_at=stored.created_at, updated_at=call.at)
    endpoints.rows.replace(replace(stored, body=body))
    return body


def retrieve(call: Call, endpoint_id: str) -> str:
    """Return the endpoint.

    Raises:
        NotFound: there is no such endpoint.
    """
    return _endpoints(call).existing(endpoint_id).body


def regenerate_signing_secret(call: Call, endpoint_id: str) -> str:
    """Put a new secret in place of the old one, which is void at once, and return it.

    Raises:
        NotFound: there is no such endpoint.
    """
    return _endpoints(call).renew(endpoint_id)


def delete(call: Call, endpoint_id: str) -> str:
    """Remove the endpoint with its secret.

    Raises:
        NotFound: there is no such endpoint.
    """
    return _endpoints(call).remove(endpoint_id)


def page(call: Call, part: Part, *, newest_first: bool) -> str:
    """Return part of the list of endpoints.

    Raises:
        InvalidRequest: the part starts or ends at an endpoint that there is not.
    """
    items = [Item(each.id, each.body) for each in Webhooks(call.tx, call.organization).all()]
    return id_pages.answered(items[::-1] if newest_first else items, part)


def _endpoints(call: Call) -> Endpoints:
    return Endpoints(call, Webhooks(call.tx, call.organization), call.organization)
