"""Sessions whose tools run elsewhere: the SDK's own worker, unmodified, serves them over a socket."""

import os
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from anyio import to_thread, wait_readable
from anyio.from_thread import BlockingPortal

from agentops.base.clock import ManualClock
from agentops.engine.settings import Settings

from .conftest import VAULT_KEY
from .extensions import NewEnvironmentKey
from .given import a_custom_tool, the_agent_toolset
from .hired import Hire, can_move_apart, hired
from .plays import asking
from .stage import Play, Scene, Stage, confirmation, opened, watched
from .workers import KEYS

LEASE = timedelta(seconds=120)
"""Longer than any."""

Act = Callable[[Scene, "Site"], Coroutine[Any, Any, None]]
ACTS: dict[str, tuple[Play, Act]] = {}
DONE = {"say": "Done."}


def bash(command: str) -> dict[str, Any]:
    return {"call": [{"tool": "bash", "input": {"command": command}}]}


@dataclass
class Site:
    """An environment on somebody's own machine, and who works there."""

    hire: Hire
    clock: ManualClock
    queue: Any
    workers: ExitStack

    async def worker(self) -> Any:
        return await to_thread.run_sync(self.workers.enter_context, hired(self.hire))

    async def leave(self) -> None:
        """Send the workers home."""
        await to_thread.run_sync(self.workers.close)

    def fifo(self, name: str) -> Path:
        path = self.hire.workdir / name
        os.mkfifo(path)
        return path

    async def depth(self) -> int:
        found: int = (await self.queue.stats(self.hire.environment_id)).depth
        return found


def served(*turns: dict[str, Any], tools: tuple[Any, ...] = (), **session: Any) -> Callable[[Act], Act]:
    def enter(act: Act) -> Act:
        agent = {"tools": list(tools or (the_agent_toolset(),))}
        ACTS[act.__name__] = (Play(act.__name__, turns, agent, session, "", (), lambda _: None), act)
        return act

    return enter


@served(
    {"call": [{"tool": "write", "input": {"file_path": "notes.txt", "content": "one\ntwo\n"}}]},
    {"call": [{"tool": "bash", "input": {"command": "wc -l < notes.txt; echo 'wörd' >&2; exit 3"}},
              {"tool": "read", "input": {"file_path": "notes.txt", "view_range": [2, 2]}}]},
    DONE,
)  # fmt: skip
async def tools_run_in_the_folder_of_the_worker(scene: Scene, site: Site) -> None:
    await site.worker()
    await ended(scene)
    assert (site.hire.workdir / "notes.txt").read_text() == "one\ntwo\n"
    written, ran, read = scene.all("user.tool_result")
    calls = [each.id for each in scene.all("agent.tool_use")]
    assert [written.tool_use_id, ran.tool_use_id, read.tool_use_id] == calls
    assert "2" in ran.content[0].text
    assert "wörd" in ran.content[0].text
    assert "two" in read.content[0].text


@served(bash("echo one"), DONE, tools=(asking("bash"),))
async def a_call_that_a_person_has_to_allow_is_held(scene: Scene, site: Site) -> None:
    await site.worker()
    await scene.turn()
    call = scene.last("agent.tool_use")
    assert call.evaluated_permission == "ask"
    assert not scene.all("user.tool_result")
    await scene.send(confirmation(call))
    await over(scene)
    assert scene.last("user.tool_result").tool_use_id == call.id


@served(
    {"call": [{"tool": "lookup", "input": {"ticket": 7}}]},
    {"say": "It is 42.", "when": {"tool_result": "Ticket 7 is 42."}},
    tools=(the_agent_toolset(), a_custom_tool()),
)
async def the_worker_has_tools_of_its_own(scene: Scene, site: Site) -> None:
    await site.worker()
    await ended(scene)
    assert scene.last("user.custom_tool_result").content[0].text == "Ticket 7 is 42."


@served(bash("echo > started; read go < go"), DONE)
async def another_worker_takes_over_from_one_that_was_killed(scene: Scene, site: Site) -> None:
    started, go = site.fifo("started"), site.fifo("go")
    first = await site.worker()
    await scene.say()
    await heard(started)
    os.kill(first.pid, signal.SIGKILL)
    site.clock.advance(LEASE)
    await site.worker()
    await heard(started)
    # What the first one began still waits for its line.
    with told(go, "one\ntwo\n"):
        await over(scene)
    assert len(scene.all("user.tool_result")) == 1
    assert scene.last("agent.message").content[0].text == "Done."


@served(bash("echo one"), DONE, bash("echo two"), DONE)
async def a_worker_that_left_is_called_back(scene: Scene, site: Site) -> None:
    await site.worker()
    await ended(scene)
    await ended(scene, "More.")
    assert [each.content[0].text for each in scene.all("user.tool_result")] == ["one", "two"]


@served(bash("echo > started; read go < go"), {"say": "Stopped."}, bash("echo two"), DONE)
async def an_interrupt_ends_the_turn_and_not_the_worker(scene: Scene, site: Site) -> None:
    started, go = site.fifo("started"), site.fifo("go")
    await site.worker()
    await scene.say()
    await heard(started)
    await scene.send({"type": "user.interrupt"})
    assert (await scene.until("user.tool_result")).is_error
    await over(scene)
    with told(go, "late\n"):
        await ended(scene, "And now?")
    await ended(scene, "More.")
    assert [each.content[0].text for each in scene.all("user.tool_result")][1:] == ["two"]


@served(
    bash("cd /mnt/memory/lessons; cat old.md; echo new > new.md"),
    {"say": "Noted.", "when": {"tool_result": "remember"}},
)
async def a_memory_store_is_there_and_comes_back(scene: Scene, site: Site) -> None:
    await site.worker()
    await ended(scene)
    (resource,) = scene.session.resources
    await site.leave()
    listed = scene.client.beta.memory_stores.memories.list(resource.memory_store_id)
    assert sorted([each.path async for each in listed if each.type == "memory"]) == ["/new.md", "/old.md"]


@served(bash("echo one"), DONE)
async def a_session_whose_worker_left_goes_back_to_the_queue(scene: Scene, site: Site) -> None:
    """It left before the model had answered, and nobody told it that there would be more."""
    item = await _held(site)
    site.clock.advance(timedelta(seconds=1))
    await scene.turn()
    assert await site.depth() == 0
    await site.queue.stop(item.id, environment_id=site.hire.environment_id, force=True)
    assert await site.depth() == 1
    # Who fails at once does not get it for ever.
    for _ in range(3):
        again = await _held(site)
        await site.queue.stop(again.id, environment_id=site.hire.environment_id, force=True)
    assert await site.depth() == 0
    await scene.send({"type": "user.interrupt"})
    assert await site.depth() == 1


@served({"say": "Let me see.", "delay_ms": 1, **bash("echo one")}, DONE)
async def a_worker_that_leaves_while_the_model_thinks_is_missed(scene: Scene, site: Site) -> None:
    item = await _held(site)
    await scene.say()
    await scene.until("session.status_running")
    await site.queue.stop(item.id, environment_id=site.hire.environment_id, force=True)
    assert await site.depth() == 0
    scene.gates.open(1, times=9)
    await scene.idle()
    assert await site.depth() == 1


async def ended(scene: Scene, words: str = "Go.") -> None:
    """Say something, and wait until the turn is over: while it waits for a worker the session rests too."""
    await scene.say(words)
    await over(scene)


async def over(scene: Scene) -> None:
    while (await scene.idle()).stop_reason.type == "requires_action":
        pass


async def _held(site: Site) -> Any:
    item = await site.queue.poll(site.hire.environment_id)
    await site.queue.ack(item.id, environment_id=site.hire.environment_id)
    return item


async def heard(fifo: Path) -> None:
    """Wait until somebody wrote."""
    reading = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    try:
        await wait_readable(reading)
        os.read(reading, 100)
    finally:
        os.close(reading)


@contextmanager
def told(fifo: Path, words: str) -> Iterator[None]:
    """Write, to be read until the end of the block."""
    writing = os.open(fifo, os.O_RDWR)
    os.write(writing, words.encode())
    yield
    os.close(writing)


@pytest.fixture(scope="module")
def floor(portal: BlockingPortal, tmp_path_factory: pytest.TempPathFactory, clock: ManualClock) -> Iterator[Stage]:
    data = tmp_path_factory.mktemp("self-hosted")
    settings = Settings(database=f"sqlite:///{data}/engine.db", data=data, port=0, vault_key=VAULT_KEY)
    plays = [play for play, _ in ACTS.values()]
    with portal.wrap_async_context_manager(opened(settings, clock, plays)) as stage:
        yield stage


async def acted(stage: Stage, name: str, folder: Path, clock: ManualClock) -> None:
    play, act = ACTS[name]
    beta = stage.client.beta
    environment = await beta.environments.create(name=name, config={"type": "self_hosted"})
    stage.environments[name] = environment.id
    session = dict(play.session)
    if "memory" in name:
        store = await beta.memory_stores.create(name="Lessons")
        await beta.memory_stores.memories.create(store.id, path="/old.md", content="remember")
        session["resources"] = [{"type": "memory_store", "memory_store_id": store.id}]
    made = await stage.client.post(KEYS.format(environment.id), cast_to=object, body={})
    key = NewEnvironmentKey.model_validate(made).key
    queue = stage.client.with_options(api_key=key).beta.environments.work
    hire = Hire(str(stage.client.base_url), environment.id, key, folder, is_apart="memory" in name)
    play = Play(play.name, play.turns, play.agent, session, name, (), play.act)
    async with watched(stage, play) as scene:
        site = Site(hire, clock, queue, ExitStack())
        try:
            await act(scene, site)
        finally:
            await site.leave()


@pytest.mark.parametrize("name", ACTS)
def test_the_worker_of_the_sdk_serves_a_session(
    floor: Stage, portal: BlockingPortal, name: str, tmp_path: Path, clock: ManualClock
) -> None:
    if "memory" in name and not can_move_apart():
        pytest.skip("this host gives no process a /mnt of its own, where the worker puts memory stores")
    portal.call(partial(acted, floor, name, tmp_path, clock))
