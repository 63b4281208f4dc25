"""Everybody writes at once, and syncs die between any two effects: nothing is lost, and in the end both sides agree.

The engine, the official SDK and git are the real ones. A sync that dies leaves what it did and forgets what it knew.
"""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from agentops.base.errors import StaleProposal
from agentops.memory_repo import layout
from agentops.memory_repo.syncing.acting import sync
from agentops.reconcile.target import Body
from tests.memory_repo.fuse import Crash, Fuse, FusedRepository, FusedStore
from tests.memory_repo.world import STORE, Conflict, Ground, World, ground

RUNS = int(os.environ.get("AGENTOPS_SYNC_RUNS", "8"))
PATHS = st.sampled_from(["/a.md", "/b.md", "/d/c.md"])
LINES = st.sampled_from(["- one\n", "- two\n", "- three\n", "plain\n"])
TEXTS = st.one_of(st.none(), st.lists(LINES, min_size=1, max_size=4).map("".join))
EDITS = st.tuples(st.sampled_from(["append", "prepend", "drop", "replace"]), LINES)
POLICIES = [(), (("/d/*", "git"),), (("/b.md", "live"),), (("/d/*", "git"), ("/a.md", "live"))]


class Fire(RuleBasedStateMachine):
    """Agents, callers of the API, people, forges, and syncs that live or die."""

    ground: Ground
    runner: asyncio.Runner

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        repository = FusedRepository.create(Path(self._folder.name, "memory.git"))
        repository.fuse = Fuse()
        self.world = World(self.ground, repository, self.run(self.ground.store()))
        self.world.commit({"policy.yaml": "gates: {}\n"}, "Begin")
        self.merged: list[str] = []

    def teardown(self) -> None:
        self.settle()
        self.world.repository.close()
        self._folder.cleanup()

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    @initialize(
        modes=st.sampled_from([(), (("/d/*", "git"),), (("/b.md", "live"),), (("/d/*", "git"), ("/a.md", "live"))])
    )
    def who_is_right(self, modes: tuple[tuple[str, str], ...]) -> None:
        self.world.policy(*modes)

    @rule(path=PATHS, text=TEXTS, session=st.sampled_from(["sesn_1", "sesn_2"]))
    def an_agent_writes(self, path: str, text: str | None, session: str) -> None:
        self.run(self.world.agent(path, text, session))

    @rule(path=PATHS, edit=EDITS)
    def an_agent_edits(self, path: str, edit: tuple[str, str]) -> None:
        held = self.run(self.world.holds())
        if path in held:
            self.run(self.world.agent(path, edited(held[path], *edit)))

    @rule(path=PATHS, text=TEXTS)
    def a_caller_writes(self, path: str, text: str | None) -> None:
        self.run(self.world.api(path, text))

    @rule(old=PATHS, new=PATHS)
    def an_agent_renames(self, old: str, new: str) -> None:
        held = self.run(self.world.holds())
        if old in held and new not in held:
            self.run(self.world.rename(old, new))

    @rule(path=PATHS, text=TEXTS)
    def a_person_commits(self, path: str, text: str | None) -> None:
        self.world.person(path, text)

    @rule(path=PATHS, edit=EDITS)
    def a_person_edits(self, path: str, edit: tuple[str, str]) -> None:
        main = self.world.main()
        if path in main:
            self.world.person(path, edited(main[path], *edit))

    @rule(squash=st.booleans())
    def the_proposal_is_merged(self, squash: bool) -> None:
        proposal = self.world.proposal()
        if proposal is not None:
            self.merged.append(self.world.merge(proposal.commit, squash=squash))

    @precondition(lambda self: self.merged)
    @rule()
    def a_merge_is_reverted(self) -> None:
        try:
            self.world.revert(self.merged.pop())
        except Conflict:
            return

    @rule()
    def it_syncs(self) -> None:
        self.run(self.world.sync())

    @rule(effects=st.integers(1, 6), is_done=st.booleans(), path=PATHS, text=TEXTS, write=st.booleans())
    def it_syncs_and_dies(self, effects: int, is_done: bool, path: str, text: str | None, write: bool) -> None:
        self.run(self.burn(Fuse(effects, is_done=is_done), path, text, write=write))

    async def burn(self, fuse: Fuse, path: str, text: str | None, *, write: bool) -> None:
        waiting = [write]

        async def interlude() -> None:
            if waiting.pop() if waiting else False:
                await self.world.agent(path, text, "sesn_3")

        self.world.repository.fuse = fuse
        try:
            await sync(self.world.repository, FusedStore(self.world.live, fuse, interlude), self.world.subject)
        except (Crash, StaleProposal):
            pass
        finally:
            self.world.repository.fuse = Fuse()

    @invariant()
    def every_byte_is_explained(self) -> None:
        """What the store holds is a version, and what was taken in is in a commit, for every version of it."""
        tip = self.world.repository.head(layout.live_branch(STORE))
        commits = self.world.repository.log([tip], first_parent=True) if tip else []
        recorded = {each for commit in commits for each in commit.values("Agentops-Version")}
        versions = self.run(self.versions())
        newer = [each for each in versions if each["id"] not in recorded]
        unexplained = self.replayed(tip, newer)
        assert unexplained == self.run(self.world.holds())
        assert len(recorded) == sum(len(each.values("Agentops-Version")) for each in commits), "taken in twice"

    def replayed(self, tip: str | None, newer: list[Body]) -> dict[str, str]:
        """Return the live branch with the versions since: what the store must hold."""
        held = self.world.side(tip)
        paths = dict[str, str]()
        every = {each["id"]: each for each in newer}
        for each in self.run(self.versions()):
            if each["id"] in every and paths.get(each["memory_id"]) in held:
                held.pop(paths[each["memory_id"]], None)
            paths[each["memory_id"]] = each["path"]
            if each["id"] in every and each["operation"] == "deleted":
                held.pop(each["path"], None)
            elif each["id"] in every:
                held[each["path"]] = each["content"]
        return held

    async def versions(self) -> list[Body]:
        return [each async for each in self.world.live.versions({})][::-1]

    def settle(self) -> None:
        """Sync and merge until nobody has anything to do: then both sides agree, and nothing was lost."""
        for _ in range(6):
            outcome = self.run(self.world.sync())
            proposal = self.world.proposal()
            if proposal is None:
                break
            self.world.merge(proposal.commit)
        else:
            raise AssertionError(f"it never rests: {outcome.comparison.decisions}")
        self.agree()
        again = self.run(self.world.sync())
        assert (again.taken_in, again.written) == ((), ())
        self.nothing_is_lost()

    def agree(self) -> None:
        assert self.run(self.world.holds()) == self.world.main() == self.world.recorded()

    def nothing_is_lost(self) -> None:
        """Every text that was ever live is in a commit of the live branch, in the order it was written."""
        tip = self.world.repository.head(layout.live_branch(STORE))
        commits = self.world.repository.log([tip], first_parent=True) if tip else []
        by_version = {version: each.sha for each in commits for version in each.values("Agentops-Version")}
        for each in self.run(self.versions()):
            assert each["id"] in by_version
            if each["content"] is not None:
                held = self.world.side(by_version[each["id"]])
                assert held.get(each["path"]) == each["content"]


def edited(text: str, how: str, line: str) -> str:
    match how:
        case "append":
            return text + line
        case "prepend":
            return line + text
        case "drop":
            return "".join(text.splitlines(keepends=True)[1:]) or line
        case _:
            return line


@pytest.fixture(scope="module")
def fire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[type[Fire]]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        Fire.runner = runner
        Fire.ground = runner.run(stack.enter_async_context(ground(tmp_path_factory.mktemp("engine"))))
        yield Fire
        runner.run(stack.aclose())


def test_nothing_is_lost_whoever_writes_and_whenever_a_sync_dies(fire: type[Fire]) -> None:
    # Each step costs a few commits and requests: a few runs are what a suite can pay. `make crash` does more.
    budget = settings(max_examples=RUNS, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(fire, settings=budget)
