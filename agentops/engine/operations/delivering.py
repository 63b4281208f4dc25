"""Delivering, one transaction a turn: what was sent is settled, what is due is taken. None is open while sending."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby

from agentops.base.clock import timestamp
from agentops.base.errors import StorageError
from agentops.base.secrets import Secret
from agentops.engine.core import deliveries as core
from agentops.engine.core import slack
from agentops.engine.core.deliveries import Attempt, Outcome
from agentops.engine.core.json import Json, parsed
from agentops.engine.core.webhooks import disabled
from agentops.engine.keyring import Keyring
from agentops.engine.operations.webhook_endpoints import FIELD, Rows
from agentops.engine.sealing import Box
from agentops.engine.store.deliveries import Message, put
from agentops.engine.store.delivery_queue import DeliveryQueue, Lane, Queued
from agentops.engine.store.documents import Document, WorkspaceWebhooks
from agentops.engine.store.names import Names
from agentops.engine.store.port import Transaction
from agentops.engine.store.secrets import Secrets
from agentops.engine.store.tellings import Telling, Tellings
from agentops.engine.store.webhooks import Webhooks

_log = logging.getLogger("agentops.engine")

_OPENED_MAX = 128
"""Secrets in the memory of a process."""


class Opened:
    """Signing secrets of endpoints that were told something lately, by their seals: another seal is opened anew."""

    def __init__(self) -> None:
        """Know none."""
        self._by_seal: dict[tuple[str, tuple[str, str, str]], Secret] = {}

    def secret(self, desk: "Desk", lane: Lane) -> Secret | None:
        """Return what an endpoint's messages are signed with; None where it is gone.

        Raises:
            StorageError: it does not open.
        """
        secrets = Secrets(desk.tx, Box(lane.owner_id, lane.endpoint_id), desk.keyring)
        seal = secrets.seal(lane.endpoint_id, FIELD)
        if seal is None:
            return None
        key = (lane.endpoint_id, seal)
        # Those used last stay, at the end.
        found = self._by_seal.pop(key, None) or secrets.of(lane.endpoint_id)[FIELD]
        self._by_seal[key] = found
        if len(self._by_seal) > _OPENED_MAX:
            del self._by_seal[next(iter(self._by_seal))]
        return found


@dataclass(frozen=True, slots=True)
class Desk:
    """Who delivers, and what with."""

    tx: Transaction
    keyring: Keyring
    runner_id: str
    now: datetime
    opened: Opened = field(default_factory=Opened)

    @property
    def queue(self) -> DeliveryQueue:
        """Return what waits."""
        return DeliveryQueue(self.tx, self.runner_id)

    @property
    def at(self) -> str:
        """Return this moment as the database has it."""
        return timestamp(self.now)


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one request takes to one endpoint: a message, or several that a chat channel is told together."""

    messages: tuple[Queued, ...]
    url: str
    secret: Secret
    body: str
    pace_s: float = 0.0
    """How long the endpoint is left alone afterwards, and whether it is: sent one parcel at a time."""

    @property
    def owner_id(self) -> str:
        """Return whose endpoint it is."""
        return self.messages[0].owner_id

    @property
    def endpoint_id(self) -> str:
        """Return where it goes."""
        return self.messages[0].endpoint_id

    @property
    def id(self) -> str:
        """Return what receivers know a repetition by."""
        return self.messages[0].event_id


@dataclass(frozen=True, slots=True)
class Sent:
    """A parcel that was sent, and how that went."""

    parcel: Parcel
    attempt: Attempt
    roll: float
    """Of the dice, for the time until the next attempt."""


@dataclass(frozen=True, slots=True)
class Room:
    """How much a process can send now."""

    total: int
    of: Callable[[str], int]
    """Returns how many requests an endpoint can be sent at once, those on their way deducted."""

    paced_until: Mapping[str, str]
    """Until when a chat channel is to be left alone, by endpoint."""


@dataclass(slots=True)
class Taken:
    """What is to be sent now, and when there is more."""

    parcels: list[Parcel] = field(default_factory=list)
    next_at: str | None = None
    """When something that waits for a time is due; what waits for room is taken when there is some."""

    is_behind: bool = False
    """Whether more is to be told than was looked at."""


def spread(tx: Transaction, most: int) -> bool:
    """Make messages of what is to be told, so many or a few more, and tell whether there may be yet others.

    Of endpoints that were removed meanwhile nothing is put down.
    """
    told = Tellings(tx).take(most)
    is_there = {
        (owner_id, each): existing(tx, owner_id, each) is not None
        for owner_id, telling in told
        for each in dict.fromkeys(telling.hearers)
    }
    for owner_id, group in groupby(told, key=lambda each: each[0]):
        messages = [each for _, telling in group for each in _messages(telling) if is_there[owner_id, each.endpoint_id]]
        put(tx, owner_id, messages)
    return sum(len(telling.hearers) for _, telling in told) >= most


def _messages(telling: Telling) -> Iterator[Message]:
    # Made of the event's own id, so that it does not matter how often or by whom.
    suffix = telling.event_id.removeprefix("whe_")
    for number, endpoint_id in enumerate(telling.hearers):
        message_id = f"whd_{suffix}{number}"
        yield Message(message_id, endpoint_id, telling.event_id, telling.event_type, telling.body, telling.created_at)


def recover(desk: Desk, in_hand: frozenset[int]) -> None:
    """Free what those had taken who are dead, and what this process has by the database, but not in hand."""
    queue = desk.queue
    if queue.has_forsaken():
        queue.take_over()
    queue.release(sorted(queue.held() - in_hand))


def settle(desk: Desk, sent: Sequence[Sent]) -> None:
    """Note what was sent and what follows from it; what somebody else took over meanwhile is his."""
    queue = desk.queue
    held = queue.still_held([each.seq for one in sent for each in one.parcel.messages])
    tried = [(message, one) for one in sent for message in one.parcel.messages if message.seq in held]
    queue.note([(message, one.attempt) for message, one in tried])
    queue.delivered([message.seq for message, one in tried if one.attempt.outcome is Outcome.DELIVERED], desk.at)
    for message, one in tried:
        if one.attempt.outcome is Outcome.DELIVERED:
            continue
        if core.is_last(message.attempts + 1, one.attempt):
            queue.failed([message.seq], desk.at)
        else:
            queue.again([message.seq], timestamp(desk.now + core.pause(one.roll)))
    # Of an endpoint that was removed meanwhile, nothing is held, and nothing is to be noted any more.
    judged = [one for one in sent if any(each.seq in held for each in one.parcel.messages)]
    for endpoint in _by_endpoint(judged):
        _judge(desk, endpoint)


def take(desk: Desk, room: Room) -> Taken:
    """Take what is due, as far as there is room: a little of every endpoint, those first that have least on its way."""
    taken = Taken()
    taken.is_behind = spread(desk.tx, room.total)
    taken.next_at, open_ = sorted_out(desk.queue.lanes(), room, desk.now)
    for lane in sorted(open_, key=lambda each: (-room.of(each.endpoint_id), each.due_at)):
        if len(taken.parcels) >= room.total:
            break
        taken.parcels += _of(desk, lane, min(room.of(lane.endpoint_id), room.total - len(taken.parcels)))
    return taken


def sorted_out(lanes: Sequence[Lane], room: Room, now: datetime) -> tuple[str | None, list[Lane]]:
    """Return when the first is due of those that wait for a time, and the endpoints that can be sent something now."""
    at, paced_max = timestamp(now), timestamp(now + timedelta(seconds=slack.PACE_S))
    waits, open_ = [], []
    for lane in lanes:
        until = room.paced_until.get(lane.endpoint_id, "")
        if not core.is_due(lane.due_at, lane.attempts, now):
            waits.append(lane.due_at)
        # A channel that is to be left alone for longer than that was so by a clock that was set back.
        elif at < until <= paced_max:
            waits.append(until)
        elif min(room.total, room.of(lane.endpoint_id)) > 0:
            open_.append(lane)
    return min(waits, default=None), open_


def release(desk: Desk, sent: Sequence[Sent]) -> None:
    """Note what was sent, and give everything else back: this process goes."""
    settle(desk, sent)
    queue = desk.queue
    queue.release(sorted(queue.held()))


def _of(desk: Desk, lane: Lane, free: int) -> Iterator[Parcel]:
    """Yield what is due at one endpoint; where there is none any more, or it is disabled, everything is dropped."""
    queue = desk.queue
    # Behind the clock that it is due by, if need be.
    due = max(desk.at, lane.due_at)
    found = existing(desk.tx, lane.owner_id, lane.endpoint_id)
    endpoint = parsed(found[1].body) if found else None
    if endpoint is None or endpoint.get("state", "enabled") != "enabled":
        reason = core.ENDPOINT_GONE if endpoint is None else core.ENDPOINT_OFF
        queue.forsake(lane.endpoint_id, reason, desk.at)
        return
    secret = _secret(desk, lane)
    if secret is None:
        return
    if endpoint.get("format") == "slack":
        messages = queue.take(lane.endpoint_id, due, slack.TOGETHER_MAX)
        yield Parcel(tuple(messages), endpoint["url"], secret, _told(desk, messages), slack.PACE_S)
        return
    for each in queue.take(lane.endpoint_id, due, free):
        yield Parcel((each,), endpoint["url"], secret, each.body)


def _secret(desk: Desk, lane: Lane) -> Secret | None:
    """Return what the endpoint's messages are signed with; without it they wait: its trouble is not the others'."""
    try:
        found = desk.opened.secret(desk, lane)
    except StorageError as error:
        _log.warning("nothing is delivered: endpoint=%s: %s", lane.endpoint_id, error.message)
        return None
    if found is None:
        _log.warning("nothing is delivered: endpoint=%s: its signing secret is gone; make another", lane.endpoint_id)
    return found


def _told(desk: Desk, messages: Sequence[Queued]) -> str:
    """Return what a chat channel is told of the messages."""
    names = Names(desk.tx, messages[0].owner_id)
    lines = []
    for each in messages[: slack.LINES_MAX]:
        object_id = str(parsed(each.body)["data"]["id"])
        lines.append(slack.line(each.event_type, object_id, names.of(each.event_type, object_id)))
    return slack.message(lines, len(messages))


def existing(tx: Transaction, owner_id: str, endpoint_id: str) -> tuple[Rows, Document] | None:
    """Return an endpoint of a workspace or of an organization, and where it lies."""
    for rows in (WorkspaceWebhooks(tx, owner_id), Webhooks(tx, owner_id)):
        if (found := rows.get(endpoint_id)) is not None:
            return rows, found
    return None


def _by_endpoint(sent: Sequence[Sent]) -> Iterator[list[Sent]]:
    """Yield what was sent to each endpoint, in the order in which it was begun."""
    ordered = sorted(sent, key=lambda each: (each.parcel.endpoint_id, each.attempt.at))
    for _, group in groupby(ordered, key=lambda each: each.parcel.endpoint_id):
        yield list(group)


def _judge(desk: Desk, sent: Sequence[Sent]) -> None:
    """Note how an endpoint did, and disable it if need be."""
    queue, first = desk.queue, sent[0].parcel
    before = now = queue.health(first.owner_id, first.endpoint_id)
    reason = ""
    for each in sent:
        now = core.health(now, each.attempt)
        reason = core.disabled_reason(now, each.attempt, since=timestamp(desk.now - core.SUSTAINED))
        if reason and _disable(desk, each.parcel, reason):
            now = core.GOOD
            break
    if now != before:
        queue.keep_health(first.owner_id, first.endpoint_id, now)


def _disable(desk: Desk, parcel: Parcel, reason: str) -> bool:
    """Disable the endpoint and drop what waits for it, unless somebody changed or removed it meanwhile."""
    found = existing(desk.tx, parcel.owner_id, parcel.endpoint_id)
    if found is None:
        return False
    rows, stored = found
    endpoint: Json = parsed(stored.body)
    if endpoint["url"] != parcel.url or endpoint.get("state", "enabled") != "enabled":
        return False
    rows.replace(replace(stored, body=disabled(endpoint, reason, desk.at)))
    desk.queue.forsake(parcel.endpoint_id, core.ENDPOINT_OFF, desk.at)
    _log.warning("webhook endpoint %s is disabled: %s", parcel.endpoint_id, reason)
    return True
