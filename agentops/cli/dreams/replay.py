"""The behavioural form of the replay gate: the project's tests with the old memory, the new one and none.

Each test runs in an engine of its own whose session may read a store with the memory's files. What a test's model
says is scripted or recorded and may wait for what it reads, so a difference is the memory's and not chance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agentops.cli.testing.stage import MountedMemory
from agentops.memory.gates.judgement import Mark
from agentops.memory.gates.paired import Paired
from agentops.memory.gates.port import Consequence, Objection
from agentops.memory.layout import is_archived
from agentops.memory_repo.proposals.letter import Letter

if TYPE_CHECKING:
    from agentops.cli.testing.reading import Case
    from agentops.cli.testing.stage import Stage
    from agentops.manifests.document import Tree
    from agentops.memory.notes import Memory

GATE = "replay"


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """How one test went with each memory."""

    test: str
    old: bool
    new: bool
    none: bool


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How all tests went, paired by test."""

    tests: tuple[Rehearsed, ...]

    @property
    def against_old(self) -> Paired:
        """Return the new memory against the old one."""
        return Paired.of((each.old, each.new) for each in self.tests)

    @property
    def against_none(self) -> Paired:
        """Return the new memory against none."""
        return Paired.of((each.none, each.new) for each in self.tests)

    @property
    def words(self) -> str:
        """Return in one line what changed, for a pull request."""
        if not self.tests:
            return "no tests to replay"
        rights = {arm: sum(getattr(each, arm) for each in self.tests) for arm in ("new", "old", "none")}
        return (
            f"tests passed: {rights['new']} of {len(self.tests)} with the new memory, {rights['old']} with the old, "
            f"{rights['none']} with none; against the old {self.against_old.words}; "
            f"against none {self.against_none.words}"
        )

    def objections(self) -> tuple[Objection, ...]:
        """Return one for each test that passed before and fails now."""
        return tuple(
            Objection(
                GATE, Consequence.BLOCK, f"the test {each.test} passes with the old memory and fails with the new"
            )
            for each in self.tests
            if each.old and not each.new
        )


async def replayed(stage: "Stage", cases: "Sequence[Case]", store: str, memories: "tuple[Memory, Memory]") -> Behaviour:
    """Return how the tests go with the old memory, with the new one and with none.

    Raises:
        AgentopsError: a session could not be begun.
    """
    old, new = (MountedMemory(store, shown(each.files)) for each in memories)
    arms = {"old": old, "new": new, "none": None}
    found = []
    for case in cases:
        passed = {arm: not (await stage.play(case, memory)).failures for arm, memory in arms.items()}
        found.append(Rehearsed(case.name, **passed))
    return Behaviour(tuple(found))


def shown(files: Mapping[str, str]) -> Mapping[str, str]:
    """Return what an agent is given of a store: all but the archive."""
    return {path: text for path, text in files.items() if not is_archived(path)}


class Rehearsal:
    """Plays a project's tests with the memory before and after a dream: a gate of its own, where it is asked for."""

    def __init__(self, tree: "Tree") -> None:
        """Take the manifests, beside which the tests are.

        Raises:
            UsageError: there are no tests.
        """
        from agentops.cli.testing import gathering

        self._tree = tree
        self._cases = gathering.cases((), tree)

    async def judged(self, letter: Letter, memories: "tuple[Memory, Memory]") -> Letter:
        """Return the letter with what the tests say of the old memory, the new one and none.

        Raises:
            UsageError: the tests run tools, and this machine has no sandbox.
        """
        from agentops.cli.testing import gathering
        from agentops.cli.testing.stage import stage

        await gathering.refuse_without_walls(self._cases)
        needed = {each for case in self._cases for each in (case.agent, case.environment)}
        async with stage(self._tree, needed, has_walls=True) as scene:
            found = await replayed(scene, self._cases, letter.store, memories)
        against = found.objections()
        mark = Mark(GATE, "block" if against else "pass", found.words)
        rest = tuple(each for each in letter.gates if each.gate != GATE)
        asked = next((each for each in letter.gates if each.gate == GATE), None)
        if asked is not None and asked.mark == "block":
            mark = Mark(GATE, "block", f"{asked.words}; {found.words}")
        return replace(letter, gates=(*rest, mark), objections=(*letter.objections, *against))
