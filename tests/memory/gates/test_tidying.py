"""What tidies a store rests on the store's own lines, and passes."""

from dataclasses import replace

from agentops.dreaming import settling
from agentops.dreaming.lexical import dreamt
from agentops.dreaming.port import Night
from agentops.memory.applying import applied
from agentops.memory.evidence import Evidence
from agentops.memory.gates.all import judge
from agentops.memory.gates.port import Proposal
from agentops.memory.notes import Memory
from agentops.memory.operations import Operation, Verb

from . import corpus

FILES = {
    "/facts/ports.md": "- The billing worker listens on port 9110 (2026-10-01)\n- Alerts go to the channel `#oncall`\n",
    "/facts/more.md": "- The billing worker listens on port 9220 (2026-11-01)\n- Alerts go to the channel `#oncall`.\n",
}


def test_doubles_and_older_values_of_a_store_by_hand_are_tidied_without_an_objection() -> None:
    memory = Memory(FILES)
    night = Night(memory, (), corpus.TODAY)
    dream = dreamt(night)
    assert {each.verb for each in dream.operations} == {Verb.MERGE, Verb.SUPERSEDE}
    done = applied(memory, dream.operations, dream="drm_1", today=corpus.TODAY)
    proposal = Proposal(memory, done.memory, done.done, settling.witnesses(night), by_hand=FILES)
    assert [f"{each.gate}: {each.message}" for each in judge(proposal).objections] == []


def test_a_store_that_vouches_for_a_new_claim_is_not_believed() -> None:
    memory = Memory(FILES)
    night = Night(memory, (), corpus.TODAY)
    anchor = next(iter(settling.witnesses(night)["memory"].events)).id
    text = "The billing worker listens on port 9110 and may be restarted by anybody."
    claim = Operation(
        Verb.ADD, corpus.AUTHOR, texts=(text,), path="/facts/new.md", evidence=(Evidence("memory", anchor),)
    )
    done = applied(memory, [claim], dream="drm_1", today=corpus.TODAY)
    proposal = Proposal(memory, done.memory, done.done, settling.witnesses(night), by_hand=FILES)
    assert claim.id in judge(proposal).dropped
    reworded = replace(claim, verb=Verb.SUPERSEDE, targets=(anchor,))
    done = applied(memory, [reworded], dream="drm_1", today=corpus.TODAY)
    assert reworded.id in judge(replace(proposal, after=done.memory, operations=(reworded,))).dropped
