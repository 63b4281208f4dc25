"""What happens in a session reaches who follows it: every event once, in order, also over connections that break."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from agentops.base.errors import TargetError, TargetUnreachable
from agentops.cli.context import opened_with
from agentops.cli.sessions.following import Following
from agentops.engine.assembly import Sources, means
from agentops.engine.models.endpoints import Endpoints
from agentops.targets.live import LiveTarget
from agentops.targets.sessions import Sessions, Stream

pytestmark = pytest.mark.anyio

SCRIPT = {
    "turns": [
        {"say": "I try a tool that I was not given.", "call": [{"tool": "bash", "input": {"command": "ls"}}]},
        {"say": "Never mind.", "times": "forever"},
    ]
}
MESSAGE = {"type": "user.message", "content": [{"type": "text", "text": "Begin."}]}


@pytest.fixture
async def target(tmp_path: Path) -> AsyncIterator[LiveTarget]:
    """An engine inside this process, whose sessions run."""

    def make(settings: Any, clock: Any) -> Any:
        return means(settings, clock, Sources(Endpoints(), SCRIPT))

    async with opened_with(tmp_path, make) as opened:
        yield opened


class Breaking(Sessions):
    """Sessions whose streams break after a number of events each, the last one never."""

    def __init__(self, target: LiveTarget, after: Sequence[int]) -> None:
        super().__init__(target)
        self._after = list(after)

    @asynccontextmanager
    async def stream(self, session_id: str, deltas: Sequence[str]) -> AsyncIterator[Stream]:
        after = self._after.pop(0) if self._after else None
        async with super().stream(session_id, deltas) as stream:
            yield _broken(stream, after)


async def _broken(stream: Stream, after: int | None) -> Stream:
    count = 0
    async for each in stream:
        if count == after:
            raise TargetUnreachable("the connection broke")
        count += 1
        yield each


@pytest.mark.parametrize("after", [(), (0,), (1,), (3, 2), (0, 0, 0, 5), (9, 9)], ids=str)
async def test_a_broken_connection_loses_and_repeats_nothing(target: LiveTarget, after: Sequence[int]) -> None:
    sessions = Breaking(target, after)
    session_id, said, pauses = await session(sessions, target), list[str](), list[float]()

    async def begin() -> None:
        await sessions.send(session_id, [MESSAGE])

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    following = Following(sessions, session_id, said.append, begin=begin, sleep=pause)
    seen = await until_rest(following)
    logged = [each["id"] for each in await sessions.events(session_id)]
    processed = [each["id"] for each in seen if each.get("processed_at")]
    assert processed == logged
    # A list may show the end before the next stream can break.
    assert min(1, after.count(0)) <= len(pauses) <= len(after)
    assert set(said) <= {"the connection is lost; connecting again"}


async def test_who_comes_later_gets_what_happened_before(target: LiveTarget) -> None:
    sessions = Sessions(target)
    session_id = await session(sessions, target)
    await until_rest(following(sessions, session_id))
    again = await until_rest(Following(sessions, session_id, print))
    assert [each["id"] for each in again] == [each["id"] for each in await sessions.events(session_id)]


async def test_from_now_on_means_without_what_was_before(target: LiveTarget) -> None:
    sessions = Sessions(target)
    session_id = await session(sessions, target)
    before = {each["id"] for each in await until_rest(following(sessions, session_id))}
    after = await until_rest(following(sessions, session_id))
    assert after[0]["type"] == "user.message"
    assert not before & {each["id"] for each in after}


async def test_what_cannot_even_begin_is_said_at_once(target: LiveTarget) -> None:
    with pytest.raises(TargetError, match="sesn_nobody"):
        await until_rest(Following(Sessions(target), "sesn_nobody", print))
    broken = Breaking(target, [0])
    session_id = await session(broken, target)
    following = Following(broken, session_id, print, begin=refuse)
    with pytest.raises(TargetUnreachable, match="not sent"):
        await until_rest(following)


async def test_a_server_that_stays_away_is_given_up(target: LiveTarget) -> None:
    sessions, pauses = Breaking(target, [0] * 50), list[float]()
    session_id = await session(sessions, target)

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        sessions.events = away  # type: ignore[method-assign]  # the server is gone from here on

    async def away(*_: Any) -> Any:
        raise TargetUnreachable("nobody there")

    async def begin() -> None:
        await sessions.send(session_id, [MESSAGE])

    with pytest.raises(TargetUnreachable, match="nobody there"):
        await until_rest(Following(sessions, session_id, lambda _: None, begin=begin, sleep=pause))
    assert pauses == sorted(pauses)
    assert sum(pauses) > 60


async def test_a_session_that_is_over_ends_the_watch(target: LiveTarget) -> None:
    sessions = Sessions(target)
    session_id = await session(sessions, target)

    async def begin() -> None:
        await sessions.delete(session_id)

    seen = [each async for each in Following(sessions, session_id, print, begin=begin).events()]
    assert [each["type"] for each in seen] == ["session.deleted"]


def following(sessions: Sessions, session_id: str) -> Following:
    async def begin() -> None:
        await sessions.send(session_id, [MESSAGE])

    return Following(sessions, session_id, print, begin=begin, is_from_now=True)


async def until_rest(following: Following) -> list[Any]:
    seen = []
    async for each in following.events():
        seen.append(each)
        if each["type"] == "session.status_idle":
            break
    return seen


async def session(sessions: Sessions, target: LiveTarget) -> str:
    beta = target.sdk().beta
    agent = await beta.agents.create(name="Tester", model="claude-haiku-5-5")
    environment = await beta.environments.create(name="Somewhere")
    return str((await sessions.create({"agent": agent.id, "environment_id": environment.id}))["id"])


async def refuse() -> None:
    raise TargetUnreachable("not sent")
