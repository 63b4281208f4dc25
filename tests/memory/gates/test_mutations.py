"""Good proposals made bad: the gate that is named must catch each, and the good ones pass."""

import tracemalloc
from time import process_time

import pytest

from agentops.memory.gates.all import GATES, judge
from agentops.memory.gates.judgement import judged
from agentops.memory.gates.port import Consequence

from . import corpus, mutations_form
from .mutating import Mutation, bases, small
from .scoring import ANY, GATE, MUTATIONS, caught

_CERTAIN = [each for each in MUTATIONS if each.least == 1]
_MEASURED = [each for each in MUTATIONS if each.least < 1]
_RESTING = [each for each in _CERTAIN if each.gate in {"taint", "literals"}]


@pytest.mark.parametrize(("number", "mutation"), list(enumerate(_CERTAIN)), ids=[each.name for each in _CERTAIN])
def test_every_mutation_is_caught_by_its_gate(number: int, mutation: Mutation) -> None:
    """Each on a small store; `make bench ARGS=gates` does all of them on all stores, and on real sessions."""
    results = list(caught(mutation, small(corpus.STORES[number % len(corpus.STORES)])))
    print(f"\n{mutation.gate:<24}{mutation.name:<44}{sum(results):>5} of {len(results)}")
    assert results
    assert [at for at, is_caught in enumerate(results) if not is_caught] == []


@pytest.mark.parametrize("mutation", _RESTING, ids=[each.name for each in _RESTING])
def test_what_rests_on_real_sessions_is_held_against_them(mutation: Mutation) -> None:
    assert all(caught(mutation, bases()["tau-bench"]))


@pytest.mark.parametrize("mutation", _MEASURED, ids=[each.name for each in _MEASURED])
def test_what_wording_alone_cannot_tell_is_measured(mutation: Mutation) -> None:
    given = [small("coding")] if mutation.gate == ANY else bases().values()
    results = [each for base in given for each in caught(mutation, base)]
    print(f"\n{mutation.gate:<24}{mutation.name:<44}{sum(results):>5} of {len(results)}")
    assert sum(results) >= mutation.least * len(results)


@pytest.mark.parametrize("name", ["tau-bench", *corpus.STORES])
def test_what_is_mutated_was_good(name: str) -> None:
    objections = judge(bases()[name]).objections
    assert [each.message for each in objections if each.gate not in {"lint", "personal_data"}] == []


def test_no_objection_shows_a_secret_or_what_nobody_sees() -> None:
    from .mutations_text import SECRETS, UNSEEN, planted_secrets, unseen_text

    for mutation, hidden in ((planted_secrets, SECRETS), (unseen_text, UNSEEN)):
        for number, bad in enumerate(mutation.make(small("coding"))):
            if number % 16 == 0:
                said = " ".join(each.message + each.path for each in judge(bad).objections)
                values = [each.rsplit(" ", 1)[-1] if mutation is planted_secrets else each for each in hidden.values()]
                assert not any(value in said for value in values if len(value) > 7), said


def test_a_note_of_ten_megabytes_costs_little_and_is_told_once_by_each_gate() -> None:
    for bad in list(mutations_form.sizes_beyond_limits.make(small("coding")))[:3]:
        tracemalloc.start()
        begun = process_time()
        objections = judge(bad).objections
        took, (_, peak) = process_time() - begun, tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert any(each.gate == "size_budget" and each.consequence is not Consequence.WARN for each in objections)
        assert len(objections) < 20
        assert peak < 64 * 1024 * 1024
        print(f"\n10 MB: {took:.2f} CPU-s, {peak / 1e6:.0f} MB")


def test_the_order_of_gates_and_operations_changes_nothing() -> None:
    good = small("booking")
    bad = next(iter(mutations_form.a_third_of_it_gone.make(good)))
    assert judge(bad) == judge(bad)
    forwards, backwards = judged(bad, GATES), judged(bad, tuple(reversed(GATES)))
    assert set(forwards.objections) == set(backwards.objections)
    assert {each.name for each in GATES} == set(GATE)
