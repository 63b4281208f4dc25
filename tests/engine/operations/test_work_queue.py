"""The queue under any order of deeds: no item is in two workers' hands, and none is lost."""

import sqlite3
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from agentops.base.clock import timestamp
from agentops.base.errors import Conflict
from agentops.base.ids import CountingIds
from agentops.engine import keys
from agentops.engine.core.json import parsed
from agentops.engine.core.work import NO_HEARTBEAT, STARTING_S, STOPPING_S, TTL_S, HeartbeatPreconditionFailed
from agentops.engine.operations import work
from agentops.engine.operations.call import Call
from agentops.engine.operations.work import RECLAIM, Deed, Turn
from agentops.engine.store import migrations
from agentops.engine.store.documents import Document, Environments
from agentops.engine.store.environment_keys import WorkerCredentials
from agentops.engine.store.sqlite import SPELLING, SqliteTransaction

ENVIRONMENT = "env_01"
START = datetime(2026, 11, 21, 12, tzinfo=UTC)
PAUSES_S = (4, 6, TTL_S, STOPPING_S, STARTING_S)


@dataclass
class Hand:
    """A worker with an item, as the worker sees it."""

    work_id: str
    claim: int
    last_heartbeat: str = NO_HEARTBEAT

    @property
    def deed(self) -> Deed:
        return Deed(ENVIRONMENT, self.work_id, self.claim)


@dataclass
class Item:
    """What the test knows of an item from the answers alone."""

    session: str
    claim: int = 0
    taken_until: datetime = START
    is_ending: bool = False
    """Whether it was told to stop, so that nobody may get it any more."""


class Queue(RuleBasedStateMachine):
    """Sessions, workers and operators who do what they like, in any order."""

    hands = Bundle("hands")

    def __init__(self) -> None:
        super().__init__()
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self._tx = SqliteTransaction(self._connection)
        migrations.migrate(self._tx, SPELLING, at="2026")
        Environments(self._tx, "w").insert(Document(ENVIRONMENT, "{}", "2026", None))
        self._ids = CountingIds()
        self._now = START
        self._items: dict[str, Item] = {}

    def teardown(self) -> None:
        """Whatever happened, in the end everything that nobody stopped is handed out."""
        self._now += timedelta(days=1)
        waiting = {name for name, each in self._items.items() if not each.is_ending}
        handed_out = set()
        while (answer := work.claim(self._call(), Turn(ENVIRONMENT, None))) is not None:
            handed_out.add(parsed(answer)["id"])
        assert handed_out == waiting
        self._connection.close()

    def _call(self) -> Call:
        nothing: Any = None
        return Call(self._tx, "o", "w", "k", timestamp(self._now), self._ids, nothing)

    @rule(session=st.sampled_from("ab"))
    def a_session_needs_a_worker(self, session: str) -> None:
        work.enqueue(self._call(), ENVIRONMENT, session)
        for (name,) in self._tx.all("SELECT id FROM work"):
            self._items.setdefault(name, Item(session))
        serving = [each for each in self._items.values() if each.session == session and not each.is_ending]
        assert len(serving) == 1

    @rule(target=hands)
    def a_worker_polls(self) -> Any:
        answer = work.claim(self._call(), Turn(ENVIRONMENT, None))
        free = {name for name, each in self._items.items() if each.taken_until <= self._now and not each.is_ending}
        if answer is None:
            assert not free
            return multiple()
        said = parsed(answer)
        assert said["id"] in free
        item = self._items[said["id"]]
        item.claim += 1
        item.taken_until = self._now + RECLAIM
        token = parsed(urlsafe_b64decode(said["secret"]).decode())["sessions_token"]
        found = WorkerCredentials(self._tx).token(keys.digest(token))
        assert found is not None
        assert (found.work.id, found.claim) == (said["id"], item.claim)
        return Hand(said["id"], found.claim)

    @rule(hand=hands)
    def it_acknowledges(self, hand: Hand) -> None:
        item = self._items[hand.work_id]
        try:
            said = parsed(work.acknowledge(self._call(), hand.deed))
        except Conflict:
            return
        assert said["state"] == "starting"
        assert not item.is_ending
        if said["acknowledged_at"] == timestamp(self._now):
            item.taken_until = self._now + timedelta(seconds=STARTING_S)

    @rule(hand=hands, ttl_seconds=st.sampled_from([None, 1, 20, 1000]))
    def it_sends_a_heartbeat(self, hand: Hand, ttl_seconds: int | None) -> None:
        item = self._items[hand.work_id]
        try:
            said = parsed(work.beat(self._call(), hand.deed, hand.last_heartbeat, ttl_seconds))
        except HeartbeatPreconditionFailed:
            return
        assert said["lease_extended"] == (said["state"] == "active")
        assert said["lease_extended"] != item.is_ending
        if said["lease_extended"]:
            assert hand.claim == item.claim
            assert item.taken_until > self._now
            hand.last_heartbeat = said["last_heartbeat"]
            item.taken_until = self._now + timedelta(seconds=said["ttl_seconds"])

    @rule(hand=consumes(hands), force=st.booleans())
    def it_stops(self, hand: Hand, force: bool) -> None:
        self._stop(hand.deed, force)

    @rule(data=st.data(), force=st.booleans())
    def an_operator_stops(self, data: st.DataObject, force: bool) -> None:
        if self._items:
            self._stop(Deed(ENVIRONMENT, data.draw(st.sampled_from(sorted(self._items)))), force)

    def _stop(self, deed: Deed, force: bool) -> None:
        item = self._items[deed.work_id]
        try:
            work.stop(self._call(), deed, force=force)
        except Conflict:
            assert item.is_ending or deed.claim != item.claim
        else:
            assert deed.claim in (None, item.claim)
            item.is_ending = True

    @rule(seconds=st.sampled_from(PAUSES_S))
    def time_passes(self, seconds: int) -> None:
        self._now += timedelta(seconds=seconds)

    @invariant()
    def the_numbers_are_those_of_the_items(self) -> None:
        said = parsed(work.stats(self._call(), ENVIRONMENT))
        shown = [parsed(work.retrieve(self._call(), Deed(ENVIRONMENT, name))) for name in self._items]
        assert said["depth"] + said["pending"] == sum(each["state"] == "queued" for each in shown)
        assert (said["oldest_queued_at"] is None) == (said["depth"] + said["pending"] == 0)
        assert all((each["state"] in ("stopping", "stopped")) == self._items[each["id"]].is_ending for each in shown)
        assert all(each["secret"] is None for each in shown)


Queue.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestQueue = Queue.TestCase
