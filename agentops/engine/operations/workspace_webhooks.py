"""Webhook endpoints of a workspace: create, read, update, delete, list, and a new signing secret."""

from dataclasses import replace

from agentops.base.errors import InvalidRequest
from agentops.engine.core import workspace_webhooks as core
from agentops.engine.core.json import Json, parsed, written
from agentops.engine.core.refusals import invalid
from agentops.engine.operations.call import Call, Page
from agentops.engine.operations.webhook_endpoints import Endpoints
from agentops.engine.store.documents import Document, WorkspaceWebhooks
from agentops.engine.store.port import Window
from agentops.wire.problems import check
from agentops.wire.webhooks import WorkspaceWebhookCreate


def create(call: Call, request: Json) -> str:
    """Save a new endpoint and return it with its signing secret, which no later answer shows.

    Raises:
        InvalidRequest: the workspace has as many as it may, or the URL names no host.
    """
    fields = core.created(request)
    if WorkspaceWebhooks(call.tx, call.workspace).count() >= core.ENDPOINTS_MAX:
        raise InvalidRequest(
            f"The workspace has {core.ENDPOINTS_MAX} webhook endpoints, as many as it may; delete one first."
        )
    endpoint_id = call.ids.new("whend")
    body = core.body(fields, endpoint_id=endpoint_id, created_at=call.at, updated_at=call.at)
    return _endpoints(call).add(endpoint_id, body)


def update(call: Call, endpoint_id: str, request: Json) -> str:
    """Change the endpoint and return it.

    Raises:
        NotFound: there is no such endpoint.
        InvalidRequest: the URL names no host, or the outcome breaks a rule.
    """
    endpoints = _endpoints(call)
    stored = endpoints.existing(endpoint_id)
    before = core.completed(parsed(stored.body))
    fields = core.updated(before, request)
    _, problems = check(WorkspaceWebhookCreate, {key: fields[key] for key in _DECLARED})
    if problems:
        raise invalid(problems)
    if core.begins_anew(before, request):
        endpoints.restate(endpoint_id)
    if all(before[key] == value for key, value in fields.items()):
        return _shown(stored)
    body = core.body(fields, endpoint_id=endpoint_id, created_at=stored.created_at, updated_at=call.at)
    endpoints.rows.replace(replace(stored, body=body))
    return body


def retrieve(call: Call, endpoint_id: str) -> str:
    """Return the endpoint.

    Raises:
        NotFound: there is no such endpoint.
    """
    return _shown(_endpoints(call).existing(endpoint_id))


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


def page(call: Call, window: Window) -> Page:
    """Return part of the list of endpoints, newest first."""
    found = WorkspaceWebhooks(call.tx, call.workspace).page(window)
    return Page.newest_first([_shown(each) for each in found], found, window.limit)


_DECLARED = ("url", "events", "description", "format", "metadata")


def _shown(stored: Document) -> str:
    return written(core.completed(parsed(stored.body)))


def _endpoints(call: Call) -> Endpoints:
    return Endpoints(call, WorkspaceWebhooks(call.tx, call.workspace), call.workspace)
