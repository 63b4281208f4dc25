"""A bullet that nobody took out stays, and one that somebody took out goes: whoever adds, merges and squashes when."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from agentops.memory_repo.git import Repository
from tests.memory_repo.world import STORE, Ground, World, ground

PATH = "/a.md"
HEAD = "# Notes\n\n"
AT_THE_END = [True, False]


class Bullets(RuleBasedStateMachine):
    """One file with bullets that are all different; agents and people add to it, people take out of main."""

    ground: Ground
    runner: asyncio.Runner

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        repository = Repository.create(Path(self._folder.name, "memory.git"))
        self.world = World(self.ground, repository, self.run(self.ground.store()))
        self.world.person(PATH, HEAD)
        self.run(self.world.sync())
        self.count = 0
        self.told = set[str]()
        """Every bullet that an agent wrote live, or that main had at a sync, and that nobody took out."""

    def teardown(self) -> None:
        try:
            self.it_syncs()
        finally:
            self.world.repository.close()
            self._folder.cleanup()

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    def main(self) -> str:
        return self.world.main()[PATH]

    def added(self, text: str, who: str, *, is_last: bool) -> str:
        self.count += 1
        bullet = f"- {who} {self.count}\n"
        self.told.add(bullet)
        return text + bullet if is_last else HEAD + bullet + text.removeprefix(HEAD)

    @rule(is_last=st.sampled_from(AT_THE_END))
    def an_agent_adds(self, is_last: bool) -> None:
        held = self.run(self.world.holds())[PATH]
        self.run(self.world.agent(PATH, self.added(held, "agent", is_last=is_last)))

    @rule(is_last=st.sampled_from(AT_THE_END))
    def a_person_adds(self, is_last: bool) -> None:
        self.world.person(PATH, self.added(self.main(), "person", is_last=is_last))

    @precondition(lambda self: self.main() != HEAD)
    @rule(data=st.data())
    def a_person_takes_one_out(self, data: st.DataObject) -> None:
        bullet = data.draw(st.sampled_from(bullets(self.main())))
        self.world.person(PATH, self.main().replace(bullet, ""))
        self.told.discard(bullet)

    @rule(squash=st.booleans())
    def the_proposal_is_merged(self, squash: bool) -> None:
        proposal = self.world.proposal()
        if proposal is None:
            return
        if proposal.conflicts:  # a person settles it in the branch: all that is there to see and that nobody took out
            seen = {*bullets(self.main()), *bullets(self.world.side(proposal.commit)[PATH])}
            settled = HEAD + "".join(sorted(self.told & seen))
            self.world.repository.update_ref("settling", proposal.commit, self.world.repository.head("settling"))
            head = self.world.commit({f"stores/{STORE}{PATH}": settled}, "Settle", "settling")
            self.world.merge(head)
        else:
            self.world.merge(proposal.commit, squash=squash)

    @rule()
    def it_syncs(self) -> None:
        outcome = self.run(self.world.sync())
        live = self.run(self.world.holds())[PATH]
        if outcome.comparison.conflicts:
            assert {each for each in self.told if "agent" in each} <= set(bullets(live))
        else:
            assert set(bullets(live)) == self.told
        assert len(bullets(live)) == len(set(bullets(live))), "a bullet stands there twice"


def bullets(text: str) -> list[str]:
    return [each for each in text.splitlines(keepends=True) if each.startswith("- ")]


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[type[Bullets]]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        Bullets.runner = runner
        Bullets.ground = runner.run(stack.enter_async_context(ground(tmp_path_factory.mktemp("engine"))))
        yield Bullets
        runner.run(stack.aclose())


def test_every_bullet_that_nobody_took_out_stays(machine: type[Bullets]) -> None:
    budget = settings(max_examples=6, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine, settings=budget)
