"""What a log gains, for all who watch it: read once, handed over where it was written here, nothing missed or twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack

import pytest

from agentops.engine.core.session_events import Event
from agentops.engine.core.sessions import watchers_topic
from agentops.engine.feeds import _KEPT_MAX, Feed, Feeds
from agentops.engine.news import News
from agentops.engine.operations.session_events import Glimpse, Stretch
from agentops.engine.store.port import Gain

pytestmark = pytest.mark.anyio

SESSION = "sesn_1"
TOPIC = watchers_topic(SESSION)
FULL = 100


def event(seq: int, event_type: str = "agent.message", thread_id: str | None = None) -> Event:
    return Event(f"sevt_{seq}", event_type, "2026-11-21T08:30:00.000000Z", '{"a":1}', seq, thread_id)


class Log:
    """A session's log, and who watches it."""

    def __init__(self) -> None:
        self.news = News()
        self.feeds = Feeds(self.news)
        self.events: list[Event] = []
        self.looks = 0
        self.is_there = True
        self.began, self.may_end = asyncio.Event(), asyncio.Event()
        self.may_end.set()

    def grow(self, count: int = 1, **more: str) -> Gain:
        """Write, without a word to anybody."""
        after = len(self.events)
        self.events += [event(after + 1 + number, **more) for number in range(count)]
        return Gain(SESSION, after, tuple(self.events[after:]))

    def write(self, count: int = 1, **more: str) -> None:
        """Write as a process of this server does."""
        self.feeds.gained([self.grow(count, **more)])
        self.news.tell([TOPIC])

    async def look(self, seq: int) -> Stretch:
        self.looks += 1
        found = tuple(self.events[seq:][:FULL])
        self.began.set()
        await self.may_end.wait()
        return Stretch(found, found[-1].seq if found else seq, self.is_there, len(found) == FULL)


class Reader:
    """Reads to the end whenever it is asked."""

    def __init__(self, log: Log, stack: ExitStack, thread_id: str | None = None) -> None:
        self.seq = len(log.events)
        self.seen: list[str] = []
        self.alone = 0
        self.arrived = asyncio.Event()
        self._log = log
        self._thread_id = thread_id
        self._feed: Feed = stack.enter_context(log.feeds.watching(SESSION, self.seq, self.arrived))

    async def read(self) -> Glimpse:
        """Take what is there, as a stream does."""
        while True:
            self.arrived.clear()
            if self._feed.is_behind:
                await self._feed.catch_up(self._log.look)
            found = self._feed.behind(self.seq, self._thread_id)
            if found is None:
                self.alone += 1
                stretch = await self._log.look(self.seq)
                self.seen += [each.id for each in stretch.events]
                self.seq = stretch.seq
                continue
            self.seen += [each.event_id for each in found.frames]
            self.seq = found.seq
            if not self._feed.is_behind:
                return found


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
async def stack(log: Log, anyio_backend: str) -> AsyncIterator[ExitStack]:
    with ExitStack() as readers:
        yield readers
    assert not log.feeds._feeds


def ids(first: int, last: int) -> list[str]:
    return [f"sevt_{seq}" for seq in range(first, last + 1)]


async def test_what_is_written_here_is_handed_over_and_never_read(log: Log, stack: ExitStack) -> None:
    readers = [Reader(log, stack) for _ in range(3)]
    await asyncio.gather(*(each.read() for each in readers))
    assert log.looks == 1
    for _ in range(3):
        log.write(2)
        assert all(each.arrived.is_set() for each in readers)
        glimpses = [await each.read() for each in readers]
        assert len({id(each) for each in glimpses}) == 1
    assert [each.seen for each in readers] == [ids(1, 6)] * 3
    assert log.looks == 1


async def test_what_another_server_writes_is_read_once_for_all(log: Log, stack: ExitStack) -> None:
    readers = [Reader(log, stack) for _ in range(3)]
    await asyncio.gather(*(each.read() for each in readers))
    log.grow(3)
    log.news.hear([TOPIC])
    assert all(each.arrived.is_set() for each in readers)
    await asyncio.gather(*(each.read() for each in readers))
    assert [each.seen for each in readers] == [ids(1, 3)] * 3
    assert log.looks == 2


async def test_who_joins_in_the_middle_gets_what_came_since(log: Log, stack: ExitStack) -> None:
    first = Reader(log, stack)
    await first.read()
    log.write(4)
    second = Reader(log, stack)
    log.write(2)
    third = Reader(log, stack)
    for each in (first, second, third):
        await each.read()
    log.write()
    for each in (first, second, third):
        await each.read()
    assert (first.seen, second.seen, third.seen) == (ids(1, 7), ids(5, 7), ids(7, 7))


async def test_what_was_written_between_the_position_and_the_joining_is_not_missed(log: Log, stack: ExitStack) -> None:
    reader = Reader(log, stack)
    log.grow(2)
    await reader.read()
    assert reader.seen == ids(1, 2)


async def test_a_slow_reader_reads_for_itself_and_holds_nobody_up(log: Log, stack: ExitStack) -> None:
    fast, slow = Reader(log, stack), Reader(log, stack)
    for _ in range(3 * _KEPT_MAX):
        log.write()
        await fast.read()
    assert sum(len(each.stretch.events) for each in fast._feed._kept) <= _KEPT_MAX
    looks = log.looks
    await slow.read()
    assert slow.alone == log.looks - looks == 3 * _KEPT_MAX // FULL - _KEPT_MAX // FULL
    assert fast.seen == slow.seen == ids(1, 3 * _KEPT_MAX)


async def test_nothing_is_kept_for_long(log: Log, stack: ExitStack) -> None:
    reader = Reader(log, stack)
    log.write(2)
    await reader.read()
    reader._feed._forget(2)
    assert not reader._feed._kept
    assert reader._feed._timer is None
    log.write()
    await reader.read()
    assert reader.seen == ids(1, 3)


async def test_what_leaves_a_gap_is_read(log: Log, stack: ExitStack) -> None:
    reader = Reader(log, stack)
    await reader.read()
    early, late = log.grow(2), log.grow(2)
    log.feeds.gained([late])
    await reader.read()
    log.feeds.gained([early])
    log.feeds.gained([late])
    await reader.read()
    assert reader.seen == ids(1, 4)


async def test_of_what_is_half_known_the_rest_is_taken(log: Log, stack: ExitStack) -> None:
    reader = Reader(log, stack)
    await reader.read()
    gain = log.grow(FULL + 5)
    await reader._feed.catch_up(log.look)
    log.feeds.gained([gain])
    await reader.read()
    assert reader.seen == ids(1, FULL + 5)


async def test_what_is_told_and_was_not_handed_over_is_looked_for(log: Log, stack: ExitStack) -> None:
    reader = Reader(log, stack)
    await reader.read()
    log.write()
    log.grow()
    log.news.tell([TOPIC])
    await reader.read()
    assert reader.seen == ids(1, 2)
    log.feeds.gained([log.grow()])
    for _ in range(3):  # whoever wrote it was cut off before it told
        await asyncio.sleep(0)
    log.grow()
    log.news.tell([TOPIC])
    await reader.read()
    assert reader.seen == ids(1, 4)


async def test_what_is_told_while_it_looks_is_looked_for_again(log: Log, stack: ExitStack) -> None:
    reader = Reader(log, stack)
    log.may_end.clear()
    reading = asyncio.ensure_future(reader.read())
    await log.began.wait()
    log.grow()
    log.news.hear([TOPIC])
    log.may_end.set()
    await reading
    assert reader.seen == ids(1, 1)


async def test_each_thread_has_a_view_of_its_own(log: Log, stack: ExitStack) -> None:
    session, thread = Reader(log, stack), Reader(log, stack, "sthr_2")
    log.write(1)
    log.write(1, thread_id="sthr_2")
    log.write(1)
    await asyncio.gather(session.read(), thread.read())
    assert (session.seen, thread.seen) == (["sevt_1", "sevt_3"], ["sevt_2"])
    assert session.seq == thread.seq == 3


async def test_who_goes_while_it_looks_leaves_the_others_what_they_wait_for(log: Log, stack: ExitStack) -> None:
    staying = Reader(log, stack)
    with ExitStack() as own:
        gone = Reader(log, own)
        log.grow()
        log.may_end.clear()
        going = asyncio.ensure_future(gone.read())
        reading = asyncio.ensure_future(staying.read())
        await log.began.wait()
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
    log.may_end.set()
    await reading
    assert (staying.seen, log.looks) == (ids(1, 1), 1)


async def test_who_goes_last_leaves_nothing_behind(log: Log) -> None:
    with ExitStack() as own:
        reader = Reader(log, own)
        log.may_end.clear()
        reading = asyncio.ensure_future(reader.read())
        await log.began.wait()
        looking = reader._feed._looking
    assert looking is not None
    await asyncio.gather(looking, reading, return_exceptions=True)
    assert looking.cancelled()
    assert not log.feeds._feeds


async def test_a_look_that_fails_is_told_and_tried_again(log: Log, stack: ExitStack) -> None:
    reader = Reader(log, stack)
    log.grow()

    async def fail(_seq: int) -> Stretch:
        raise OSError("on purpose")

    with pytest.raises(OSError, match="on purpose"):
        await reader._feed.catch_up(fail)
    await reader.read()
    assert reader.seen == ids(1, 1)


async def test_that_the_session_is_gone_is_seen_by_all(log: Log, stack: ExitStack) -> None:
    readers = [Reader(log, stack) for _ in range(2)]
    for each in readers:
        await each.read()
    log.is_there = False
    log.news.tell([TOPIC])
    assert [(await each.read()).is_there for each in readers] == [False, False]


async def test_everybody_looks_again_when_something_may_have_been_missed(log: Log, stack: ExitStack) -> None:
    reader = Reader(log, stack)
    await reader.read()
    log.grow()
    log.news.nudge_all()
    assert reader.arrived.is_set()
    await reader.read()
    assert reader.seen == ids(1, 1)
