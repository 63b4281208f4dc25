"""What gates say together: names, order, marks, what is dropped and what may not be shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from agentops.memory.gates.all import GATES
from agentops.memory.gates.judgement import Mark, judged
from agentops.memory.gates.port import Consequence, Objection, Policy, Proposal
from agentops.memory.gates.replay import Replay
from agentops.memory.notes import Memory
from agentops.wire.memory_policies import Gate

EMPTY = Proposal(Memory(), Memory(), ())


@dataclass(frozen=True)
class Saying:
    """A gate that says what it is told to."""

    name: str
    objections: tuple[Objection, ...]

    def judge(self, _proposal: Proposal) -> Iterator[Objection]:
        yield from self.objections


def _objection(weight: Consequence, gate: str = "lint", **where: object) -> Objection:
    return Objection(gate, weight, "it is so: change it", **where)


def test_policies_name_the_gates_that_there_are_in_their_order() -> None:
    assert get_args(Gate) == (*(each.name for each in GATES), Replay.name)


def test_a_mark_is_the_worst_of_what_a_gate_says_and_counts_it() -> None:
    said = {
        "lint": (),
        "secrets": (_objection(Consequence.BLOCK), _objection(Consequence.WARN), _objection(Consequence.BLOCK, line=2)),
        "taint": (_objection(Consequence.QUARANTINE, operation="a1"),),
    }
    judgement = judged(EMPTY, [Saying(name, objections) for name, objections in said.items()])
    assert judgement.marks == (
        Mark("lint", "pass"),
        Mark("secrets", "block", "2 to mend, 1 to look at"),
        Mark("taint", "warn", "1 set apart"),
    )
    assert judgement.is_blocked
    assert judgement.dropped == {"a1"}


def test_objections_are_said_once_and_in_the_order_of_their_places() -> None:
    here, there = (_objection(Consequence.WARN, path=path, line=3) for path in ("/b.md", "/a.md"))
    judgement = judged(EMPTY, [Saying("lint", (here, there, here))])
    assert judgement.objections == (there, here)
    assert not judgement.is_blocked


def test_what_may_not_be_repeated_is_named() -> None:
    found = (_objection(Consequence.BLOCK, "secrets", operation="a1"), _objection(Consequence.BLOCK, operation="b2"))
    assert judged(EMPTY, [Saying("secrets", found)]).unspeakable == {"a1"}


def test_a_name_of_a_file_cannot_break_a_line_of_the_report() -> None:
    odd = Objection("lint", Consequence.WARN, "/a\nb\u202e.md is odd: rename it")
    assert judged(EMPTY, [Saying("lint", (odd,))]).objections[0].message == "/a�b�.md is odd: rename it"


def test_a_policy_can_make_a_warning_block_and_a_block_a_warning_but_not_below_the_floor() -> None:
    gates = [Saying("lint", (_objection(Consequence.WARN),)), Saying("secrets", (_objection(Consequence.BLOCK),))]
    asked = Proposal(Memory(), Memory(), (), policy=Policy({"lint": "block", "secrets": "off"}))
    assert [each.mark for each in judged(asked, gates).marks] == ["block", "block"]
    asked = Proposal(Memory(), Memory(), (), policy=Policy({"lint": "off", "secrets": "warn"}))
    assert [each.mark for each in judged(asked, gates).marks] == ["off", "block"]
