"""What gates must let pass: stores of hand-written notes, and files that people and agents wrote freely."""

import pytest

from agentops.memory.gates.all import judge
from agentops.memory.gates.port import Proposal
from agentops.memory.notes import Memory

from . import corpus

MOST_FALSE = 0.01


def test_the_corpus_is_large_and_every_note_of_it_is_applied() -> None:
    counts = {name: len(corpus.store(name).operations) for name in corpus.STORES}
    assert sum(counts.values()) >= 150
    for name in corpus.STORES:
        assert len(corpus.store(name).proposal().after.ledger.records) == counts[name]


@pytest.mark.parametrize("name", corpus.STORES)
def test_a_clean_store_is_not_blocked(name: str) -> None:
    judgement = judge(corpus.store(name).proposal())
    assert not judgement.is_blocked
    dropped = [each for each in judgement.objections if each.operation in judgement.dropped]
    assert [each.message for each in dropped if each.gate != "lint"] == []


def test_false_alarms_are_rare() -> None:
    alarms = []
    notes = 0
    for name in corpus.STORES:
        proposal = corpus.store(name).proposal()
        notes += len(proposal.operations)
        alarms += judge(proposal).objections
    files = corpus.by_hand()
    by_hand = Proposal(Memory(), Memory(files), (), by_hand=files)
    lines = sum(bool(line.strip()) for text in files.values() for line in text.split("\n"))
    alarms += judge(by_hand).objections
    print(f"\nclean corpus: {len(alarms)} false alarms on {notes} notes and {lines} lines by hand")
    for each in alarms:
        print(f"  {each.gate}: {each.message}")
    assert len(alarms) <= MOST_FALSE * (notes + lines)
