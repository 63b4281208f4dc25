"""Tests of agents played with the old memory, the new one and none, in real engines with a scripted model."""

import asyncio
from pathlib import Path

import pytest

from agentops.cli.dreams.replay import Behaviour, Rehearsal, Rehearsed, replayed
from agentops.cli.testing import reading
from agentops.cli.testing.stage import stage
from agentops.manifests.load import load
from agentops.memory.gates.port import Consequence
from agentops.memory.notes import Memory
from agentops.memory_repo.proposals.letter import Letter

AGENT = """\
apiVersion: agentops/v1
kind: Project
metadata: {name: ports}
spec: {}
---
apiVersion: agentops/v1
kind: Environment
metadata: {name: plain}
spec: {config: {type: cloud}}
---
apiVersion: agentops/v1
kind: Agent
metadata: {name: clerk}
spec: {model: model-a, tools: [{type: agent_toolset_20260401}]}
"""
TEST = """\
name: the port is known
agent: clerk
task: Which port has ledger-api?
model:
  turns:
    - call: [{tool: bash, input: {command: 'cat /mnt/memory/lessons/facts/ports.md 2>&1'}}]
    - when: {tool_result: '8431'}
      say: It is 8431.
    - say: Nobody told me.
expect: {says: ['8431']}
"""
OLD = Memory({"/facts/ports.md": "- `stock` listens on port 9102. ^aaaa\n", "/archive/facts.md": "- 8431 ^bbbb\n"})
NEW = Memory({"/facts/ports.md": "- `ledger-api` listens on port 8431. ^cccc\n"})


@pytest.mark.flow
def test_what_a_memory_changes_is_told_test_by_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("agents.d").mkdir()
    Path("agents.d/all.yaml").write_text(AGENT, "utf-8")
    Path("agents.d/ports.test.yaml").write_text(TEST, "utf-8")
    better = asyncio.run(_played())
    assert better.words.startswith("tests passed: 1 of 1 with the new memory, 0 with the old, 0 with none;")
    assert better.objections() == ()


def test_a_test_that_fails_with_the_new_memory_blocks() -> None:
    behaviour = Behaviour(
        (Rehearsed("one", old=True, new=False, none=False), Rehearsed("two", old=False, new=True, none=True))
    )
    assert [each.consequence for each in behaviour.objections()] == [Consequence.BLOCK]
    assert behaviour.objections()[0].message == "the test one passes with the old memory and fails with the new"
    assert (behaviour.against_old.words, behaviour.against_none.p) == ("1 better, 1 worse, 0 alike, p = 1", 1.0)
    assert Behaviour(()).words == "no tests to replay"


async def _played() -> Behaviour:
    tree = load(Path())
    found = reading.cases([Path("agents.d/ports.test.yaml")], tree)
    assert not (tree.report + found.report).has_errors, tree.report + found.report
    case = found.cases[0]
    async with stage(tree, {case.agent, case.environment}, has_walls=True) as scene:
        return await replayed(scene, [case], "lessons", (OLD, NEW))


@pytest.mark.flow
def test_a_dream_that_is_asked_to_posts_what_its_memory_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("agents.d").mkdir()
    Path("agents.d/all.yaml").write_text(AGENT, "utf-8")
    Path("agents.d/ports.test.yaml").write_text(TEST, "utf-8")
    better = asyncio.run(Rehearsal(load(Path())).judged(Letter("lessons", None), (OLD, NEW)))
    worse = asyncio.run(Rehearsal(load(Path())).judged(Letter("lessons", None), (NEW, OLD)))

    assert [(each.gate, each.mark) for each in better.gates] == [("replay", "pass")]
    assert "1 of 1 with the new memory, 0 with the old" in better.gates[0].words
    assert worse.is_blocked
    assert "passes with the old memory and fails with the new" in worse.objections[0].message
