"""A watch on real files with a real observer and a real engine: waits for what is told, never for time to pass."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from typing import TypeVar

import pytest

from agentops.cli.context import EMBEDDED, Choice, opened
from agentops.cli.planning import home_of
from agentops.cli.watching.rounds import Applied, Broken, Failed, Fresh, Rounds, Told, Wish, ended
from agentops.cli.watching.watch import Pace, Watch
from agentops.reconcile.lease import path_of
from agentops.targets.live import LiveTarget
from tests.cli.shell import Shell

pytestmark = pytest.mark.anyio

T = TypeVar("T", bound=Told)

PATIENCE_S = 40
QUICK = Pace(quiet_s=0.03, longest_s=2, look_s=600)
PROJECT = "apiVersion: agentops/v1\nkind: Project\nmetadata: {name: acme}\nspec: {}\n"
AGENT = "apiVersion: agentops/v1\nkind: Agent\nmetadata: {name: NAME}\nspec:\n  model: claude-opus-5-5\n"


class Watched:
    """A watch that runs, and what it told so far."""

    def __init__(self, pace: Pace, *, applies: bool = False) -> None:
        self.told: asyncio.Queue[Told] = asyncio.Queue()
        self.saved: list[list[str]] = []
        wish = Wish(Path(), applies_embedded=applies)
        rounds = Rounds(wish, self.told.put_nowait, None)
        self.watch = Watch(wish, rounds, pace, lambda files: self.saved.append([Path(each).name for each in files]))

    async def next(self, kind: type[T]) -> T:
        """Return what is told next, which has to be of this kind."""
        async with asyncio.timeout(PATIENCE_S):
            found = await self.told.get()
        assert isinstance(found, kind), found
        return found

    async def planned(self) -> list[str]:
        """Return the addresses that the next plan is about."""
        return [str(each.address) for each in (await self.next(Fresh)).planned.plan.steps]


@asynccontextmanager
async def watching(pace: Pace = QUICK, *, applies: bool = False) -> AsyncIterator[Watched]:
    """Watch the project here; in the end the watch is stopped, and ends."""
    watched = Watched(pace, applies=applies)
    task = asyncio.create_task(watched.watch.run())
    try:
        yield watched
    finally:
        watched.watch.stop()
        async with asyncio.timeout(PATIENCE_S):
            await task


def save(name: str, text: str) -> None:
    file = Path(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def agent(name: str, rest: str = "") -> str:
    return AGENT.replace("NAME", name) + rest


@pytest.fixture
def tree(agentops: Shell) -> None:
    """Stand in a project with one agent, whose prompt lies outside of `agents.d`."""
    save("agents.d/project.yaml", PROJECT)
    save("agents.d/a.yaml", agent("a", "  system: {file: ../prompts/a.md}\n"))
    save("prompts/a.md", "One.\n")


async def test_every_way_to_save_is_followed(tree: None) -> None:
    async with watching() as watched:
        assert await watched.planned() == ["Agent/a"]
        save("agents.d/b.yaml", agent("b"))
        assert await watched.planned() == ["Agent/a", "Agent/b"]
        # As editors do that write beside the file and rename.
        save("agents.d/.b.yaml.swp", "x")
        save("agents.d/.b.yaml.new", agent("c"))
        renamed("agents.d/.b.yaml.new", "agents.d/b.yaml")
        assert await watched.planned() == ["Agent/a", "Agent/c"]
        save("prompts/a.md", "Two.\n")
        fresh = await watched.next(Fresh)
        assert fresh.planned.desired.resources[0].fields["system"].value == "Two.\n"
        removed("agents.d/b.yaml")
        assert await watched.planned() == ["Agent/a"]
    assert watched.saved == [["b.yaml"], ["b.yaml"], ["a.md"], ["b.yaml"]]
    assert watched.told.empty()


async def test_what_is_half_written_or_gone_is_told_and_comes_back(tree: None) -> None:
    async with watching() as watched:
        await watched.planned()
        whole = text("agents.d/a.yaml")
        save("agents.d/a.yaml", whole[:60])
        assert (await watched.next(Broken)).error.report.has_errors
        save("agents.d/a.yaml", whole)
        assert await watched.planned() == ["Agent/a"]
        rmtree("agents.d")
        broken = await watched.next(Broken)
        assert broken.error.report.diagnostics[0].code.slug == "tree.empty"
        save("agents.d/project.yaml", PROJECT)
        save("agents.d/b.yaml", agent("b"))
        while (found := await watched.next(Fresh)).planned.plan.is_empty:
            pass  # the first of the two files was seen alone
        assert [str(each.address) for each in found.planned.plan.steps] == ["Agent/b"]
        save("agents.d/b.yaml", agent("c"))
        assert await watched.planned() == ["Agent/c"]


@pytest.mark.long
async def test_many_files_at_once_are_one_plan(tree: None) -> None:
    async with watching(Pace(quiet_s=0.5, longest_s=10, look_s=600)) as watched:
        await watched.planned()
        for number in range(200):
            save(f"agents.d/more/{number}.yaml", agent(f"more-{number}"))
        assert len(await watched.planned()) == 201
        assert watched.told.empty()
        assert len(watched.saved) == 1


async def test_only_harmless_plans_are_applied_unasked(tree: None) -> None:
    async with watching(applies=True) as watched:
        assert (await watched.next(Fresh)).applies
        assert (await watched.next(Applied)).is_complete
        save("agents.d/a.yaml", agent("a", "  tools: [{type: agent_toolset_20260401}]\n"))
        fresh = await watched.next(Fresh)
        assert not fresh.applies
        assert fresh.objections == ("Agent/a: permission widened",)
        save("agents.d/a.yaml", agent("a", "  description: Harmless.\n"))
        assert (await watched.next(Fresh)).applies
        assert (await watched.next(Applied)).is_complete


@pytest.mark.long
async def test_a_target_that_changes_is_seen_and_one_that_does_not_is_not_told_again(tree: None) -> None:
    async with watching(Pace(quiet_s=0.03, longest_s=2, look_s=0.2), applies=True) as watched:
        await watched.next(Fresh)
        await watched.next(Applied)
        assert (await watched.next(Fresh)).planned.plan.is_empty
        async with opened(Choice(EMBEDDED, ""), None, home_of(here())) as target:
            found = await target.sdk().beta.agents.list()
            await target.sdk().beta.agents.update(found.data[0].id, version=1, system="Theirs.")
        fresh = await watched.next(Fresh)
        assert fresh.objections == ("somebody changed Agent/a on the target",)
        assert not fresh.applies
        assert watched.told.empty()


async def test_a_newer_save_ends_an_older_round_but_none_that_writes(tree: None) -> None:
    rounds = Rounds(Wish(here()), lambda _: None, None)
    forever, go_on = asyncio.create_task(asyncio.Event().wait()), asyncio.Event()
    await ended(forever, rounds)  # type: ignore[arg-type]  # a task of another result
    assert forever.cancelled()
    rounds.is_writing = True
    writing = asyncio.create_task(go_on.wait())
    waiting = asyncio.create_task(ended(writing, rounds))  # type: ignore[arg-type]  # a task of another result
    done, _ = await asyncio.wait([waiting], timeout=0)
    assert not done
    go_on.set()
    await waiting
    assert writing.result() is True
    rounds.close()


async def test_ctrl_c_is_handed_back_after_every_apply_however_it_ended(tree: None) -> None:
    told: list[Told] = []
    handed_back: list[Told] = []
    wish = Wish(here(), applies_embedded=True)
    rounds = Rounds(wish, told.append, None, written=lambda: handed_back.append(told[-1]))
    await rounds.make()
    assert isinstance(told[-1], Applied)
    async with opened(Choice(EMBEDDED, ""), None, home_of(here())) as target:
        await somebody_else_applies(target)
    save("agents.d/b.yaml", agent("b"))
    await rounds.make()
    assert isinstance(failed := told[-1], Failed)
    assert "ada@forge has been applying" in failed.error.message
    assert len(handed_back) == 2
    rounds.close()


async def somebody_else_applies(target: LiveTarget) -> None:
    [store] = [each async for each in target.sdk().beta.memory_stores.list()]
    said = {"holder": "ada@forge", "since": datetime.now(UTC).isoformat(), "ttl_s": 3600, "nonce": "n"}
    await target.sdk().beta.memory_stores.memories.create(store.id, path=path_of("acme"), content=json.dumps(said))


def renamed(name: str, to: str) -> None:
    Path(name).replace(to)


def removed(name: str) -> None:
    Path(name).unlink()


def here() -> Path:
    return Path()


def text(name: str) -> str:
    return Path(name).read_text()
