"""Putting down what webhooks have to tell, in the very transaction in which it happens: neither is there alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from agentops.base.ids import IdSource
from agentops.engine.core import happenings as core
from agentops.engine.core.happenings import OF_ORGANIZATION, TOPIC, Happening, Home
from agentops.engine.core.json import parsed
from agentops.engine.operations.call import Call
from agentops.engine.store.deliveries import Outbox, Owner
from agentops.engine.store.port import Transaction
from agentops.engine.store.tellings import Telling, Tellings


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
    """Put down what happened with the endpoints that asked for it, and tell whether any did.

    It is made a message for each of them by whoever delivers: that is no work for the commit of a session.

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
    acts = [_ready(tx, outbox, report, some) for outbox, some in outboxes if some]
    return lambda: sum(act() for act in acts) > 0


def _ready(tx: Transaction, outbox: Outbox, report: Report, happenings: Sequence[Happening]) -> Callable[[], int]:
    asked = outbox.mentioning(sorted({each.type for each in happenings}))

    def act() -> int:
        listening = [(str(endpoint_id), _heard(body)) for endpoint_id, body in asked()]
        tellings: list[Telling] = []
        for happening in happenings:
            hearers = tuple(endpoint_id for endpoint_id, types in listening if happening.type in types)
            tellings += [_telling(report, happening, hearers)] if hearers else ()
        Tellings(tx).put(outbox.owner_id, tellings)
        return len(tellings)

    return act


def _telling(report: Report, happening: Happening, hearers: tuple[str, ...]) -> Telling:
    """Return the same event for all endpoints: who hears of it twice can tell by its id."""
    event_id = report.ids.new("whe")
    body = core.body(happening, report.home, event_id, report.at)
    return Telling(event_id, happening.type, body, hearers, report.at)


@lru_cache(maxsize=256)
def _heard(endpoint: str) -> frozenset[str]:
    """Return the event types that an endpoint is sent, by its JSON: reading that anew at each commit would be felt."""
    return core.heard(parsed(endpoint))
