"""What an endpoint was told: read and listed, sent once more, and tried out with an event that did not happen."""

from collections.abc import Sequence

from agentops.base.errors import InvalidRequest, NotFound
from agentops.engine.core import happenings
from agentops.engine.core.happenings import OF_ORGANIZATION, TOPIC, Happening, Home
from agentops.engine.core.json import Json, parsed, written
from agentops.engine.operations.call import Call, Page
from agentops.engine.operations.delivering import existing, spread
from agentops.engine.store.deliveries import Message, Outbox, Owner
from agentops.engine.store.delivery_log import Delivery, DeliveryLog, Tried
from agentops.engine.store.port import Window
from agentops.engine.store.tellings import Tellings

_CAUGHT_UP_MAX = 1_000


def is_behind(call: Call) -> bool:
    """Tell whether something is to be told that is not in the list of any endpoint yet."""
    return not Tellings(call.tx).is_empty()


def catch_up(call: Call) -> None:
    """Have what is to be told in the lists, or the most of it: where sessions are at work that waits for a while."""
    spread(call.tx, _CAUGHT_UP_MAX)
    call.announce(TOPIC)


def page(call: Call, endpoint_id: str, window: Window, status: str | None) -> Page:
    """Return part of the list of deliveries, newest first.

    Raises:
        NotFound: there is no such endpoint.
    """
    owner, _ = _endpoint(call, endpoint_id)
    found = DeliveryLog(call.tx, _id(call, owner), endpoint_id).page(window, status)
    return Page.newest_first([written(_shown(endpoint_id, each)) for each in found], found, window.limit)


def retrieve(call: Call, endpoint_id: str, delivery_id: str) -> str:
    """Return a delivery with the event and every attempt.

    Raises:
        NotFound: there is no such endpoint or delivery.
    """
    log, found = _delivery(call, endpoint_id, delivery_id)
    return _whole(endpoint_id, found, log.attempts(delivery_id))


def replay(call: Call, endpoint_id: str, delivery_id: str) -> str:
    """Deliver an event once more, under its own id, and return the new delivery.

    Raises:
        NotFound: there is no such endpoint or delivery.
        InvalidRequest: the endpoint is disabled, or the event is still being delivered.
    """
    _, found = _delivery(call, endpoint_id, delivery_id)
    if found.status == "pending":
        raise InvalidRequest(f"Delivery {delivery_id} has not ended: it is tried again by itself.")
    return _put(call, endpoint_id, found.event_id, found.event_type, found.body)


def test(call: Call, endpoint_id: str, request: Json) -> str:
    """Deliver an event that did not happen, of the endpoint itself, and return the delivery.

    Raises:
        NotFound: there is no such endpoint.
        InvalidRequest: the endpoint is disabled, or is not one for events of the type.
    """
    owner, endpoint = _endpoint(call, endpoint_id)
    asked_for = endpoint["events"] if owner is Owner.WORKSPACE else endpoint["enabled_events"]
    event_type = request.get("event") or asked_for[0]
    if (event_type in OF_ORGANIZATION) != (owner is Owner.ORGANIZATION):
        raise InvalidRequest(f"event: {event_type} is no event of a {owner.name.lower()}; send one that is, or none.")
    event_id = call.ids.new("whe")
    happening = Happening(
        event_type,
        endpoint_id,
        session_thread_id=endpoint_id if event_type.startswith("session.thread_") else None,
        vault_id=endpoint_id if event_type.startswith("vault_credential.") else None,
    )
    body = happenings.body(happening, Home(call.organization, call.workspace), event_id, call.at)
    return _put(call, endpoint_id, event_id, event_type, body)


def _put(call: Call, endpoint_id: str, event_id: str, event_type: str, body: str) -> str:
    owner, endpoint = _endpoint(call, endpoint_id)
    if endpoint.get("state", "enabled") != "enabled":
        why = endpoint["disabled_reason"] or "disabled by hand"
        raise InvalidRequest(f'Endpoint {endpoint_id} is disabled ({why}); update it with "state": "enabled" first.')
    message = Message(call.ids.new("whd"), endpoint_id, event_id, event_type, body, call.at)
    Outbox(call.tx, owner, _id(call, owner)).put([message])
    call.announce(TOPIC)
    found = DeliveryLog(call.tx, _id(call, owner), endpoint_id).get(message.id)
    assert found, "it was just put down"
    return _whole(endpoint_id, found, ())


def _endpoint(call: Call, endpoint_id: str) -> tuple[Owner, Json]:
    """Return the workspace's endpoint, or the organization's, and whose it is.

    Raises:
        NotFound: there is no such endpoint.
    """
    for owner in Owner:
        if (found := existing(call.tx, _id(call, owner), endpoint_id)) is not None:
            return owner, parsed(found[1].body)
    raise NotFound(f"There is no webhook endpoint {endpoint_id}.")


def _delivery(call: Call, endpoint_id: str, delivery_id: str) -> tuple[DeliveryLog, Delivery]:
    owner, _ = _endpoint(call, endpoint_id)
    log = DeliveryLog(call.tx, _id(call, owner), endpoint_id)
    found = log.get(delivery_id)
    if found is None:
        raise NotFound(f"There is no delivery {delivery_id} to endpoint {endpoint_id}.")
    return log, found


def _id(call: Call, owner: Owner) -> str:
    return call.workspace if owner is Owner.WORKSPACE else call.organization


def _shown(endpoint_id: str, delivery: Delivery) -> Json:
    return {
        "type": "webhook_delivery",
        "id": delivery.id,
        "endpoint_id": endpoint_id,
        "event_id": delivery.event_id,
        "event_type": delivery.event_type,
        "status": delivery.status,
        "reason": delivery.reason or "",
        "attempt_count": delivery.attempts,
        "due_at": delivery.due_at,
        "created_at": delivery.created_at,
        "ended_at": delivery.ended_at,
    }


def _whole(endpoint_id: str, delivery: Delivery, tried: Sequence[Tried]) -> str:
    attempts = [
        {"number": each.number, "at": each.at, "took_ms": each.took_ms, "status": each.status, "problem": each.problem}
        for each in tried
    ]
    return written({**_shown(endpoint_id, delivery), "event": parsed(delivery.body), "attempts": attempts})
