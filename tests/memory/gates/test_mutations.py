"""Good proposals made bad: the gate that is named must catch each, and the good ones pass."""

from collections import Counter
from collections.abc import Iterator

import pytest

from agentops.memory.gates.all import GATES
from agentops.memory.gates.judgement import judged
from agentops.memory.gates.port import Proposal

from . import mutations_form, mutations_text, mutations_truth
from .mutating import Mutation, bases

GATE = {each.name: each for each in GATES}
MUTATIONS = [
    each
    for module in (mutations_text, mutations_truth, mutations_form)
    for each in vars(module).values()
    if isinstance(each, Mutation)
]


def caught(mutation: Mutation, base: Proposal) -> Iterator[tuple[int, bool]]:
    for number, bad in enumerate(mutation.make(base)):
        yield number, bool(judged(bad, [GATE[mutation.gate]]).objections)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda each: each.name)
def test_every_mutation_is_caught_by_its_gate(mutation: Mutation) -> None:
    results = [(name, *each) for name, base in bases().items() for each in caught(mutation, base)]
    score = sum(is_caught for *_, is_caught in results)
    print(f"\n{mutation.gate:<24}{mutation.name:<44}{score:>5} of {len(results)}")
    assert results
    assert [(name, number) for name, number, is_caught in results if not is_caught] == []


@pytest.mark.parametrize("name", ["tau-bench", "coding", "incidents", "support", "booking"])
def test_what_is_mutated_was_good(name: str) -> None:
    objections = judged(bases()[name], GATES).objections
    assert Counter(each.gate for each in objections if each.gate not in {"lint", "personal_data"}) == Counter()
