"""Webhook endpoints of a workspace: registered, changed, listed in pages, and their secret told once."""

import re
from base64 import b64decode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from anthropic import APIStatusError, AuthenticationError, BadRequestError, NotFoundError

from agentops.base.clock import ManualClock

from .extensions import WEBHOOKS, Deleted, NewSecret, NewWebhook, Page, Webhook, deleted, read, sent
from .given import refused
from .sdk import Api
from .test_sdk_surface import assert_envelope

URL = "https://hooks.example.com/agentops"
EVENTS = ["session.requires_action", "agent.updated"]


@pytest.fixture
def hooks(api: Api) -> Iterator[Api]:
    """The way to a workspace with no endpoint in it, left as it was: there are 32 at most."""

    def clear() -> None:
        for each in read(api, WEBHOOKS, Page, limit=100).data:
            deleted(api, f"{WEBHOOKS}/{each['id']}")

    clear()
    yield api
    clear()


def an_endpoint(api: Api, **fields: Any) -> NewWebhook:
    return sent(api, WEBHOOKS, NewWebhook, **{"url": URL, "events": EVENTS, **fields})


def test_a_new_endpoint_has_every_field_and_its_secret(hooks: Api, clock: ManualClock) -> None:
    made = an_endpoint(hooks)
    assert re.fullmatch(r"whend_01\w+", made.id)
    assert made.signing_secret.startswith("whsec_")
    assert len(b64decode(made.signing_secret.removeprefix("whsec_"), validate=True)) == 32
    assert (made.url, made.events, made.description, made.metadata) == (URL, EVENTS, "", {})
    assert (made.format, made.state, made.disabled_reason) == ("standard", "enabled", "")
    assert made.created_at == made.updated_at == clock.now()
    shown = read(hooks, f"{WEBHOOKS}/{made.id}", Webhook)
    assert shown.model_dump() == made.model_dump(exclude={"signing_secret"})
    assert [Webhook(**each) for each in read(hooks, WEBHOOKS, Page).data] == [shown]


def test_a_secret_is_told_once_and_replaced_at_once(hooks: Api, clock: ManualClock) -> None:
    made = an_endpoint(hooks)
    clock.advance(timedelta(seconds=1))
    fresh = sent(hooks, f"{WEBHOOKS}/{made.id}/regenerate_signing_secret", NewSecret).signing_secret
    assert fresh.startswith("whsec_")
    assert fresh != made.signing_secret
    before = len(hooks.exchanges)
    assert read(hooks, f"{WEBHOOKS}/{made.id}", Webhook).updated_at == clock.now()
    sent(hooks, f"{WEBHOOKS}/{made.id}", Webhook, description="n")
    assert deleted(hooks, f"{WEBHOOKS}/{made.id}") == Deleted(type="webhook_endpoint_deleted", id=made.id)
    assert not any("whsec_" in each.text for each in hooks.exchanges[before:])


def test_an_update_changes_what_it_names_and_keeps_the_rest(hooks: Api, clock: ManualClock) -> None:
    made = an_endpoint(hooks, description="On call.", metadata={"team": "platform", "old": "1"})
    path = f"{WEBHOOKS}/{made.id}"
    before = read(hooks, path, Webhook)
    clock.advance(timedelta(seconds=1))
    for same in ({}, {"metadata": {}}, {"description": "On call."}, {"events": EVENTS}, {"state": "enabled"}):
        assert sent(hooks, path, Webhook, **same) == before
    changes: dict[str, Any] = {"url": "http://127.0.0.1:9000/x", "events": EVENTS[:1], "metadata": {"old": None}}
    changes |= {"format": "slack", "state": "disabled"}
    updated = sent(hooks, path, Webhook, **changes, description=None)
    wanted = {**changes, "description": "", "metadata": {"team": "platform"}, "updated_at": clock.now()}
    assert updated == before.model_copy(update=wanted)
    assert read(hooks, path, Webhook) == updated
    assert sent(hooks, path, Webhook, format=None).format == "standard"


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "plain http": ({"url": "http://hooks.example.com"}, "url"),
    "no port": ({"url": "https://hooks.example.com:99999"}, "url"),
    "credentials": ({"url": "https://me:pw@hooks.example.com"}, "url"),
    "event of an organization": ({"events": ["external_key.failed"]}, "events.0"),
    "no event": ({"events": []}, "events"),
    "an event twice": ({"events": [EVENTS[0], EVENTS[0]]}, "events.1"),
    "no such format": ({"format": "discord"}, "format"),
    "a state of its own": ({"disabled_reason": "none"}, "disabled_reason"),
    "long description": ({"description": "d" * 1025}, "1024"),
    "too much metadata": ({"metadata": {str(number): "" for number in range(17)}}, "metadata"),
    "a secret of one's own": ({"signing_secret": "whsec_x"}, "signing_secret"),
}


@pytest.mark.stateless
@pytest.mark.parametrize(("fields", "word"), REFUSED.values(), ids=REFUSED)
def test_what_breaks_a_rule_is_refused_by_name(hooks: Api, fields: dict[str, Any], word: str) -> None:
    refused(BadRequestError, lambda: an_endpoint(hooks, **fields), word)
    made = an_endpoint(hooks)
    refused(BadRequestError, lambda: sent(hooks, f"{WEBHOOKS}/{made.id}", Webhook, **fields), word)


@pytest.mark.stateless
@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("POST", ""), ("DELETE", ""), ("POST", "/regenerate_signing_secret")]
)
def test_an_endpoint_that_does_not_exist_is_not_found(api: Api, method: str, path: str) -> None:
    answer = api.send(method, f"{WEBHOOKS}/whend_01None{path}", content=None if method == "GET" else "{}")
    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "not_found_error")
    assert "whend_01None" in answer.json()["error"]["message"]


@pytest.mark.stateless
def test_a_stranger_and_an_unknown_beta_are_refused_and_no_beta_is_needed(hooks: Api) -> None:
    error = refused(AuthenticationError, lambda: read(hooks.with_options(api_key="sk-wrong"), WEBHOOKS, Page))
    assert_envelope(error, "authentication_error")
    curious = hooks.with_options(default_headers={"anthropic-beta": "time-travel-2030-01-01"})
    refused(BadRequestError, lambda: read(curious, WEBHOOKS, Page), "time-travel-2030-01-01")
    assert "anthropic-beta" not in hooks.exchanges[0].request.headers
    refused(APIStatusError, lambda: read(hooks, WEBHOOKS, Page, limit=101), "limit", "100")


def test_a_workspace_has_thirty_two_endpoints_listed_newest_first(hooks: Api, clock: ManualClock) -> None:
    made = []
    for _ in range(32):
        clock.advance(timedelta(seconds=1))
        made.append(an_endpoint(hooks).id)
    refused(BadRequestError, lambda: an_endpoint(hooks), "32")
    first = read(hooks, WEBHOOKS, Page, limit=20)
    second = read(hooks, WEBHOOKS, Page, limit=20, page=first.next_page)
    assert [each["id"] for each in [*first.data, *second.data]] == made[::-1]
    assert second.next_page is None
    refused(BadRequestError, lambda: read(hooks, WEBHOOKS, Page, page="page_none"), "page")
    refused(NotFoundError, lambda: deleted(hooks, f"{WEBHOOKS}/whend_01None"))
