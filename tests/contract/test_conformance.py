"""Every method of the installed SDK is served, or refused with a reason; `docs/conformance.md` shows which.

`UPDATE_GOLDEN=1` writes the page anew: look at it then. A new release of the SDK shows its gaps here by itself.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from inspect import Parameter, isfunction, signature
from operator import attrgetter
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import pytest
from starlette.routing import Match, Route

from agentops.engine.api import betas
from agentops.engine.core.capabilities import CAPABILITIES, Capability, State
from agentops.engine.core.webhook_events import CAUSES

from .route_table import Operation, field_paths, operations
from .test_capabilities import absence, entry_of

PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"

RESOURCES = (
    "agents", "environments", "sessions", "deployments", "deployment_runs", "memory_stores", "dreams", "vaults",
    "files", "skills", "organization.webhooks", "models",
)  # fmt: skip
VALUES: dict[str, Any] = {
    "file": ("notes.txt", b"hello"),
    "files": [("SKILL.md", b"hello")],
    "events": [],
    "initial_events": [],
    "inputs": [],
    "metadata": {},
    "enabled_events": [],
    "auth": {},
}
"""What required parameters are called with that take no text; any other is called with its own name."""

MADE_OF_OTHERS = {"environments.work.poller", "environments.work.worker", "sessions.events.tool_runner"}
"""What only the async client has: loops that call the methods of the table."""

HEAD = """\
# Conformance

What the engine serves of `client.beta` in the official SDK (`anthropic` {version}): {served} of {count} methods.
`tests/contract/test_conformance.py` calls each method, looks up the request in the route table and writes this page
(`UPDATE_GOLDEN=1`); it fails when the page is stale.

*Kept only* names entries of the capability table (`GET /v1/x-agentops/capabilities`, `agentops doctor`): fields that
the method takes, and that nothing acts on yet.
"""


@dataclass
class Method:
    """A method of the SDK, with the request that it sends."""

    name: str
    request: httpx2.Request

    @cached_property
    def operation(self) -> Operation | None:
        """Return what serves the request."""
        scope = {"type": "http", "method": self.request.method, "path": self.request.url.path}
        for each in operations():
            found, _ = Route(each.path, each.resource).matches(scope)
            if found is Match.FULL and each.method == self.request.method:
                return each
        return None

    @property
    def refusal(self) -> Capability | None:
        """Return the entry that says why nothing serves the request."""
        return absence(self.request.method, self.request.url.path)


def methods() -> list[Method]:
    """Return every method of the resources, with the request recorded from a call."""
    requests: list[httpx2.Request] = []

    def record(request: httpx2.Request) -> httpx2.Response:
        requests.append(request)
        return httpx2.Response(404)

    http = httpx2.Client(transport=httpx2.MockTransport(record))
    client = anthropic.Anthropic(api_key="unused", base_url="http://nobody.test", http_client=http, max_retries=0)
    found = []
    for resource in RESOURCES:
        for name, method in methods_of(attrgetter(resource)(client.beta), resource):
            with pytest.raises(anthropic.NotFoundError):
                method(**_arguments(method))
            found.append(Method(name, requests.pop()))
            assert requests == []
    return found


def methods_of(resource: Any, name: str) -> Iterator[tuple[str, Any]]:
    for attribute in sorted(dir(type(resource))):
        if not attribute.startswith(("_", "with_")):
            value = getattr(resource, attribute)
            if isfunction(getattr(type(resource), attribute)):
                yield f"{name}.{attribute}", value
            else:
                yield from methods_of(value, f"{name}.{attribute}")


def _arguments(method: Any) -> dict[str, Any]:
    parameters = signature(method).parameters.values()
    required = [each.name for each in parameters if each.default is Parameter.empty]
    return {each: VALUES.get(each, each) for each in required}


METHODS = methods()


def kept_only(operation: Operation) -> list[str]:
    """Return the entries of what a request's body can have and nothing acts on."""
    paths = field_paths(operation.body) if operation.body else ()
    entries = [entry_of(f"{operation.address}.{path}") for path in paths]
    return [each.name for each in CAPABILITIES if each.state is State.STORED and each in entries]


def _line(method: Method) -> str:
    operation = method.operation
    if operation is None:
        reason = method.refusal
        return f"| `{method.name}` | refused: {reason.note if reason else '?'} | |"
    kept = ", ".join(f"`{each}`" for each in kept_only(operation))
    return f"| `{method.name}` | `{operation.name}` | {kept} |"


def _page() -> str:
    served = sum(each.operation is not None for each in METHODS)
    lines = [HEAD.format(version=anthropic.__version__, served=served, count=len(METHODS))]
    for resource in RESOURCES:
        lines += [f"## {resource}", "", "| method | served as | kept only |", "|---|---|---|"]
        lines += [*(_line(each) for each in METHODS if each.name.startswith(f"{resource}.")), ""]
    ours = [each.name for each in _unreached()]
    lines += ["## Ours", "", "What the SDK has no method for:", "", *(f"- `{each}`" for each in ours)]
    return "\n".join([*lines, "", *_webhook_events()]) + "\n"


def _webhook_events() -> list[str]:
    possible = sum(each.is_possible for each in CAUSES.values())
    head = f"Of the {len(CAUSES)} event types that the SDK knows, {possible} happen here."
    rows = [
        f"| `{name}` | {each.words} | |" if each.is_possible else f"| `{name}` | | {each.words} |"
        for name, each in CAUSES.items()
    ]
    return [
        "## Webhook events",
        "",
        head,
        "",
        "| event | happens when | does not happen, for |",
        "|---|---|---|",
        *rows,
    ]


def _unreached() -> list[Operation]:
    reached = {operation.name for each in METHODS if (operation := each.operation)}
    return [each for each in operations() if each.name not in reached]


@pytest.mark.parametrize("method", METHODS, ids=attrgetter("name"))
def test_a_method_is_served_or_refused_with_a_reason(method: Method) -> None:
    operation = method.operation
    assert (operation is None) != (method.refusal is None), method.request
    if operation:
        operation.resource.gate(betas.sent(method.request.headers.get("anthropic-beta", "")))


def test_the_async_client_offers_the_same_methods() -> None:
    beta = anthropic.AsyncAnthropic(api_key="unused").beta
    offered = {name for each in RESOURCES for name, _ in methods_of(attrgetter(each)(beta), each)}
    assert offered - MADE_OF_OTHERS == {each.name for each in METHODS}


def test_nothing_is_served_that_neither_the_sdk_calls_nor_is_marked_as_ours() -> None:
    assert [each.name for each in _unreached() if not each.path.startswith("/v1/x-agentops/")] == []


def test_everything_that_the_table_calls_absent_is_a_method_of_the_sdk() -> None:
    refused = {each.refusal.name for each in METHODS if each.refusal}
    assert refused == {each.name for each in CAPABILITIES if each.endpoints}


def test_the_page_is_not_stale() -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(_page())
    assert PAGE.read_text().splitlines() == _page().splitlines()
