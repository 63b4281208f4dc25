"""Putting down what webhooks have to tell, in the very transaction in which it happens: neither is there alone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from agentops.base.ids import IdSource
from agentops.engine.core import happenings as core
from agentops.engine.core.happenings import OF_ORGANIZATION, TOPIC, Happening, Home
from agentops.engine.core.json import parsed
from agentops.engine.operations.call import Call
from agentops.engine.store.deliveries import Message, Outbox, Owner
from agentops.engine.store.port import Transaction


@dataclass(frozen=True, slots=True)
class Report:
    """What happened at one moment, for those who act without a request."""

    home: Home
    ids: IdSource
    happenings: Sequence[Happening]
    at: str


def record(call: Call, *happenings: Happening) -> None:
    """Put down what happened, and have whoever delivers it look once it is on disk.

    Nothing is kept of what nobody asked for. Source: documented, platform.claude.com/docs/en/managed-agents/webhooks,
    "Delivery behavior": an endpoint that comes later hears nothing of what was before.
    """
    if put(call.tx, Report(Home(call.organization, call.workspace), call.ids, happenings, call.at)):
        call.announce(TOPIC)


def put(tx: Transaction, report: Report) -> bool:
    """Put down what happened, one message an endpoint that asked for it, and tell whether anybody did.

    Whoever gets a True tells `TOPIC` after the commit.
    """
    return ready(tx, report)()


def ready(tx: Transaction, report: Report) -> Callable[[], bool]:
    """Return what does as `put` does; who listens is asked on the way of the next statement, if one comes before."""
    of_organization = [each for each in report.happenings if each.type in OF_ORGANIZATION]
    of_workspace = [each for each in report.happenings if each.type not in OF_ORGANIZATION]
    outboxes = (
        (Outbox(tx, Owner.WORKSPACE, report.home.workspace), of_workspace),
        (Outbox(tx, Owner.ORGANIZATION, report.home.organization), of_organization),
    )
    acts = [_ready(outbox, report, some) for outbox, some in outboxes if some]
    return lambda: sum(act() for act in acts) > 0


def _ready(outbox: Outbox, report: Report, happenings: Sequence[Happening]) -> Callable[[], int]:
    asked = outbox.mentioning(sorted({each.type for each in happenings}))

    def act() -> int:
        listening = [(str(endpoint_id), parsed(body)) for endpoint_id, body in asked()]
        messages: list[Message] = []
        for happening in happenings:
            hearing = [endpoint_id for endpoint_id, endpoint in listening if core.hears(endpoint, happening.type)]
            messages += _messages(report, happening, hearing) if hearing else ()
        outbox.put(messages)
        return len(messages)

    return act


def _messages(report: Report, happening: Happening, endpoint_ids: Sequence[str]) -> Iterator[Message]:
    """Yield the same event for each endpoint: who hears of it twice can tell by its id."""
    event_id = report.ids.new("whe")
    body = core.body(happening, report.home, event_id, report.at)
    for endpoint_id in endpoint_ids:
        yield Message(report.ids.new("whd"), endpoint_id, event_id, happening.type, body, report.at)
