"""Webhook endpoints of the organization: registered, changed, listed by ids, and their secret told once."""

import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from anthropic import Anthropic, AsyncAnthropic, AuthenticationError, BadRequestError, NotFoundError

from agentops.base.clock import ManualClock

from .given import ids, refused
from .sdk import Api
from .test_conformance import methods_of
from .test_sdk_surface import assert_envelope

EVENTS = ["external_key.failed", "external_key.recovered"]
URL = "https://hooks.example.com/agentops"
BETA = "webhooks-2026-10-07"

CALLS: Mapping[str, Callable[..., Any]] = {
    "create": lambda hooks, _, **o: hooks.create(url=URL, enabled_events=EVENTS, **o),
    "retrieve": lambda hooks, each, **o: hooks.retrieve(each, **o),
    "update": lambda hooks, each, **o: hooks.update(each, name="n", **o),
    "list": lambda hooks, _, **o: hooks.list(**o),
    "delete": lambda hooks, each, **o: hooks.delete(each, **o),
    "regenerate_signing_secret": lambda hooks, each, **o: hooks.regenerate_signing_secret(each, **o),
}
"""Apart from the calls of workspaces' objects: an organization has 32 endpoints at most, and they know no workspace."""


@pytest.fixture
def hooks(api: Api) -> Any:
    """The resource, with no endpoint in it."""
    for each in api.organization.webhooks.list(limit=100).data:
        api.organization.webhooks.delete(each.id)
    return api.organization.webhooks


def an_endpoint(hooks: Any, **fields: Any) -> Any:
    return hooks.create(**{"url": URL, "enabled_events": EVENTS, **fields})


@pytest.mark.parametrize("client", [Anthropic, AsyncAnthropic])
def test_every_public_method_of_the_sdk_has_a_call_here(client: type[Anthropic]) -> None:
    resource = client(api_key="unused").beta.organization.webhooks
    assert {name for name, _ in methods_of(resource, "")} == {f".{name}" for name in CALLS}


@pytest.mark.every_way
@pytest.mark.parametrize("name", CALLS)
def test_it_answers_in_the_types_of_the_sdk(api: Api, hooks: Any, name: str) -> None:
    CALLS[name](hooks, an_endpoint(hooks).id)
    assert api.last.status_code == 200


@pytest.mark.stateless
@pytest.mark.parametrize("name", CALLS)
def test_a_stranger_and_an_unknown_beta_are_refused(api: Api, name: str) -> None:
    stranger = api.with_options(api_key="sk-wrong").organization.webhooks
    error = refused(AuthenticationError, lambda: CALLS[name](stranger, "whend_01None"))
    assert_envelope(error, "authentication_error")
    unknown = "time-travel-2030-01-01"
    refused(BadRequestError, lambda: CALLS[name](api.organization.webhooks, "x", betas=[unknown]), unknown)


@pytest.mark.parametrize("name", sorted(set(CALLS) - {"create", "list"}))
def test_an_endpoint_that_does_not_exist_is_not_found(hooks: Any, name: str) -> None:
    assert_envelope(
        refused(NotFoundError, lambda: CALLS[name](hooks, "whend_01None"), "whend_01None"), "not_found_error"
    )


@pytest.mark.stateless
@pytest.mark.parametrize("beta", ["", "managed-agents-2026-04-01"])
def test_without_the_beta_it_is_as_if_it_did_not_exist(api: Api, beta: str) -> None:
    for method, path in (("GET", ""), ("POST", ""), ("GET", "/x"), ("POST", "/x/regenerate_signing_secret")):
        answer = api.send(method, f"/v1/organizations/webhooks{path}", headers={"anthropic-beta": beta})
        assert (answer.status_code, answer.json()["error"]["type"]) == (404, "not_found_error")
        assert BETA in answer.json()["error"]["message"]


def test_a_new_endpoint_has_every_field_and_its_secret(api: Api, hooks: Any, clock: ManualClock) -> None:
    made = an_endpoint(hooks)
    body = api.last.json()
    secret = body.pop("signing_secret")
    assert re.fullmatch(r"whend_01\w+", made.id)
    assert secret.startswith("whsec_")
    assert len(b64decode(secret.removeprefix("whsec_"), validate=True)) == 32
    assert body == {
        "id": made.id,
        "url": URL,
        "name": "",
        "description": "",
        "enabled_events": EVENTS,
        "state": "enabled",
        "disabled_reason": "",
        "created_at": body["created_at"],
        "updated_at": body["created_at"],
    }
    assert made.created_at == clock.now()
    hooks.retrieve(made.id)
    assert api.last.json() == body
    hooks.list()
    assert api.last.json()["data"] == [body]


def test_a_secret_is_told_once_and_replaced_at_once(api: Api, hooks: Any, clock: ManualClock) -> None:
    made = an_endpoint(hooks)
    clock.advance(timedelta(seconds=1))
    fresh = hooks.regenerate_signing_secret(made.id).signing_secret
    assert fresh.startswith("whsec_")
    assert fresh != made.signing_secret
    before = len(api.exchanges)
    assert hooks.retrieve(made.id).updated_at == clock.now()
    hooks.update(made.id, name="n")
    hooks.list()
    hooks.delete(made.id)
    assert not any("whsec_" in each.text for each in api.exchanges[before:])


def test_an_update_changes_what_it_names_and_keeps_the_rest(api: Api, hooks: Any, clock: ManualClock) -> None:
    made = an_endpoint(hooks, name="Ops", description="On call.")
    hooks.retrieve(made.id)
    before = api.last.json()
    clock.advance(timedelta(seconds=1))
    for same in ({}, {"enabled_events": []}, {"name": "Ops"}):
        hooks.update(made.id, **same)
        assert api.last.json() == before
    changes: dict[str, Any] = {
        "url": "https://other.example.com", "name": "", "description": "x", "state": "disabled",
        "enabled_events": EVENTS[:1],
    }  # fmt: skip
    updated = hooks.update(made.id, **changes)
    assert api.last.json() == {**before, **changes, "updated_at": api.last.json()["updated_at"]}
    assert updated.updated_at == clock.now()
    assert hooks.update(made.id, state="enabled").disabled_reason == ""


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "http": ({"url": "http://hooks.example.com"}, "url"),
    "no port": ({"url": "https://hooks.example.com:99999"}, "url"),
    "credentials": ({"url": "https://me:pw@hooks.example.com"}, "url"),
    "event of a workspace": ({"enabled_events": ["agent.created"]}, "enabled_events.0"),
    "null": ({"name": None}, "name"),
    "unknown field": ({"extra_body": {"secret": "x"}}, "secret"),
}


@pytest.mark.parametrize(("fields", "word"), REFUSED.values(), ids=REFUSED)
def test_what_breaks_a_rule_is_refused_by_name(hooks: Any, fields: dict[str, Any], word: str) -> None:
    refused(BadRequestError, lambda: an_endpoint(hooks, **fields), word)
    made = an_endpoint(hooks)
    refused(BadRequestError, lambda: hooks.update(made.id, **fields), word)
    refused(BadRequestError, lambda: an_endpoint(hooks, enabled_events=[]), "enabled_events")
    refused(BadRequestError, lambda: hooks.update(made.id, state="paused"), "state")


def test_an_organization_has_thirty_two_endpoints_in_pages_by_id(hooks: Any, clock: ManualClock) -> None:
    made = []
    for _ in range(32):
        clock.advance(timedelta(seconds=1))
        made.append(an_endpoint(hooks).id)
    refused(BadRequestError, lambda: an_endpoint(hooks), "32")
    newest = made[::-1]
    first = hooks.list()
    assert ids(first.data) == newest[:20]
    assert (first.first_id, first.last_id, first.has_more) == (newest[0], newest[19], True)
    assert ids(hooks.list(limit=5)) == newest
    assert ids(hooks.list(order="asc", limit=3).data) == made[:3]
    last = hooks.list(after_id=newest[19])
    assert (ids(last.data), last.has_more) == (newest[20:], False)
    assert ids(hooks.list(before_id=newest[10], limit=3).data) == newest[:3]
    empty = hooks.list(after_id=newest[-1])
    assert (empty.data, empty.first_id, empty.last_id, empty.has_more) == ([], None, None, False)
    refused(BadRequestError, lambda: hooks.list(limit=101), "limit", "100")
    refused(BadRequestError, lambda: hooks.list(after_id="whend_01None"), "after_id")
    refused(BadRequestError, lambda: hooks.list(before_id="whend_01None"), "before_id")
    assert hooks.delete(made[0]).type == "webhook_endpoint_deleted"
    refused(NotFoundError, lambda: hooks.retrieve(made[0]))
