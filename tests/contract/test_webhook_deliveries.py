"""The log of deliveries: what an endpoint was told, listed in pages, sent again, and tried out."""

from typing import get_args

import pytest
from anthropic import BadRequestError, NotFoundError
from anthropic.types.beta import BetaWebhookEvent
from pydantic import TypeAdapter

from agentops.wire.webhooks import WorkspaceEvent

from .extensions import WEBHOOKS, Delivery, NewWebhook, Page, WholeDelivery, deleted, read, sent
from .given import refused
from .sdk import Api

EVENTS = ["session.requires_action", "agent.updated"]


def an_endpoint(api: Api) -> str:
    return f"{WEBHOOKS}/{sent(api, WEBHOOKS, NewWebhook, url='https://hooks.example.com', events=EVENTS).id}"


def test_an_endpoint_is_tried_out_with_an_event_of_any_type_that_the_sdk_knows(api: Api) -> None:
    path = an_endpoint(api)
    tried = sent(api, f"{path}/test", WholeDelivery)
    assert (tried.event_type, tried.status, tried.attempt_count, tried.attempts) == (EVENTS[0], "pending", 0, [])
    assert tried.due_at == tried.created_at
    for event_type in get_args(WorkspaceEvent):
        event = sent(api, f"{path}/test", WholeDelivery, event=event_type).event
        known = TypeAdapter(BetaWebhookEvent).validate_python(event)
        assert (known.data.type, known.id) == (event_type, event["id"])
        assert not known.data.model_extra
    deleted(api, path)


def test_deliveries_are_listed_newest_first_in_pages_and_by_status(api: Api) -> None:
    path = an_endpoint(api)
    made = [sent(api, f"{path}/test", WholeDelivery).id for _ in range(3)]
    first = read(api, f"{path}/deliveries", Page, limit=2)
    second = read(api, f"{path}/deliveries", Page, limit=2, page=first.next_page)
    assert [Delivery(**each).id for each in [*first.data, *second.data]] == made[::-1]
    assert second.next_page is None
    assert len(read(api, f"{path}/deliveries", Page, status="pending").data) == 3
    assert read(api, f"{path}/deliveries", Page, status="failed").data == []
    refused(BadRequestError, lambda: read(api, f"{path}/deliveries", Page, status="lost"), "status")
    assert read(api, f"{path}/deliveries/{made[0]}", WholeDelivery).event["type"] == "event"
    deleted(api, path)


def test_what_has_not_ended_is_not_replayed_and_who_is_disabled_is_told_nothing(api: Api) -> None:
    path = an_endpoint(api)
    made = sent(api, f"{path}/test", WholeDelivery)
    refused(BadRequestError, lambda: sent(api, f"{path}/deliveries/{made.id}/replay", WholeDelivery), "has not ended")
    refused(BadRequestError, lambda: sent(api, f"{path}/test", WholeDelivery, event="external_key.failed"), "event")
    api.client.post(path, cast_to=object, body={"state": "disabled"})
    refused(BadRequestError, lambda: sent(api, f"{path}/test", WholeDelivery), '"state": "enabled"')
    deleted(api, path)


@pytest.mark.stateless
@pytest.mark.parametrize(("method", "rest"), [("GET", ""), ("GET", "/whd_01None"), ("POST", "/whd_01None/replay")])
def test_nothing_is_known_of_endpoints_and_deliveries_that_there_are_not(api: Api, method: str, rest: str) -> None:
    for path in (f"{WEBHOOKS}/whend_01None", an_endpoint(api) if rest else f"{WEBHOOKS}/whend_01None"):
        answer = api.send(method, f"{path}/deliveries{rest}", content=None if method == "GET" else "{}")
        assert (answer.status_code, answer.json()["error"]["type"]) == (404, "not_found_error")
    refused(NotFoundError, lambda: sent(api, f"{WEBHOOKS}/whend_01None/test", WholeDelivery), "whend_01None")
