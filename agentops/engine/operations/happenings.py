"""Putting down what webhooks have to tell, in the very transaction in which it happens: neither is there alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agentops.base.ids import IdSource
from agentops.engine.core import happenings as core
from agentops.engine.core.happenings import OF_ORGANIZATION, TOPIC, Happening, Home
from agentops.engine.core.json import parsed
from agentops.engine.operations.call import Call
from agentops.engine.store.deliveries import Message, Outbox, Owner
from agentops.engine.store.port import Transaction


@dataclass(frozen=True, slots=True)
class Scene:
    """Where something happens, for those who act without a request."""

    home: Home
    ids: IdSource


def record(call: Call, *happenings: Happening) -> None:
    """Put down what happened, and have whoever delivers it look once it is on disk.

    Nothing is kept of what nobody asked for. Source: documented, platform.claude.com/docs/en/managed-agents/webhooks,
    "Delivery behavior": an endpoint that comes later hears nothing of what was before.
    """
    scene = Scene(Home(call.organization, call.workspace), call.ids)
    if put(call.tx, scene, happenings, call.at):
        call.announce(TOPIC)


def put(tx: Transaction, scene: Scene, happenings: Sequence[Happening], at: str) -> bool:
    """Put down what happened, one message an endpoint that asked for it, and tell whether anybody did.

    Whoever gets a True tells `TOPIC` after the commit.
    """
    home = scene.home
    found = [
        _put(Outbox(tx, owner, owner_id), scene, some, at)
        for owner, owner_id, some in (
            (Owner.WORKSPACE, home.workspace, [each for each in happenings if each.type not in OF_ORGANIZATION]),
            (Owner.ORGANIZATION, home.organization, [each for each in happenings if each.type in OF_ORGANIZATION]),
        )
        if some
    ]
    return any(found)


def _put(outbox: Outbox, scene: Scene, happenings: Sequence[Happening], at: str) -> bool:
    endpoints = outbox.mentioning(sorted({each.type for each in happenings}))
    listening = [(endpoint_id, parsed(body)) for endpoint_id, body in endpoints]
    messages: list[Message] = []
    for happening in happenings:
        hearing = [endpoint_id for endpoint_id, endpoint in listening if core.hears(endpoint, happening.type)]
        messages += _messages(scene, happening, hearing, at) if hearing else ()
    outbox.put(messages)
    return bool(messages)


def _messages(scene: Scene, happening: Happening, endpoint_ids: Sequence[str], at: str) -> Iterator[Message]:
    """Yield the same event for each endpoint: who hears of it twice can tell by its id."""
    event_id = scene.ids.new("whe")
    body = core.body(happening, scene.home, event_id, at)
    for endpoint_id in endpoint_ids:
        yield Message(scene.ids.new("whd"), endpoint_id, event_id, happening.type, body, at)
