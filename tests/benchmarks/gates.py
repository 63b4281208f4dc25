"""What gates catch and what they cost: mutated dreams by gate, false alarms on clean notes, microseconds a line."""

from collections import Counter
from collections.abc import Iterator
from time import process_time

from agentops.memory.gates.all import GATES, judge
from agentops.memory.gates.judgement import judged
from agentops.memory.gates.port import Gate, Proposal
from agentops.memory.notes import Memory
from tests.memory.gates import corpus
from tests.memory.gates.mutating import bases
from tests.memory.gates.scoring import ANY, MUTATIONS, caught

_RUNS = 5


def lines() -> Iterator[str]:
    """Yield the lines of the report."""
    yield "Gates: mutated dreams that the named gate catches, over real sessions and four stores"
    scores: Counter[str] = Counter()
    tries: Counter[str] = Counter()
    for mutation in MUTATIONS:
        results = [each for base in bases().values() for each in caught(mutation, base)]
        scores[mutation.gate] += sum(results)
        tries[mutation.gate] += len(results)
        least = "" if mutation.least == 1 else f"   at least {100 * mutation.least:.0f} % are asked for"
        yield f"  {mutation.gate:<24}{mutation.name:<44}{sum(results):>5} of {len(results)}{least}"
    yield ""
    for gate in (*(each.name for each in GATES), ANY):
        yield f"  {gate:<24}{100 * scores[gate] / tries[gate]:6.1f} %   {scores[gate]:,} of {tries[gate]:,}"
    yield ""
    yield from _alarms()
    yield ""
    yield from _costs()


def _alarms() -> Iterator[str]:
    found = [each for proposal in _clean() for each in judge(proposal).objections]
    notes = sum(len(proposal.operations) for proposal in _clean())
    free = sum(bool(line.strip()) for text in corpus.by_hand().values() for line in text.split("\n"))
    share = 100 * len(found) / (notes + free)
    yield f"  false alarms on the clean corpus: {len(found)} on {notes} notes and {free} lines by hand ({share:.1f} %)"
    yield from (f"    {each.gate}, {each.consequence}: {each.path}, line {each.line}" for each in found)


def _costs() -> Iterator[str]:
    count = sum(text.count("\n") for proposal in _clean() for text in proposal.after.files.values())
    yield f"  CPU microseconds a line, {count} lines, the best of {_RUNS} runs"
    for gate in GATES:
        yield f"    {gate.name:<24}{_cost([gate]) / count:8.1f}"
    yield f"    {'all':<24}{_cost(GATES) / count:8.1f}"


def _cost(gates: "tuple[Gate, ...] | list[Gate]") -> float:
    """Return what the gates take for the clean corpus. Units: CPU microseconds."""
    took = []
    for _ in range(_RUNS):
        begun = process_time()
        for proposal in _clean():
            judged(proposal, gates)
        took.append(process_time() - begun)
    return 1e6 * min(took)


def _clean() -> list[Proposal]:
    if not _CLEAN:
        files = corpus.by_hand()
        _CLEAN.extend(corpus.store(name).proposal() for name in corpus.STORES)
        _CLEAN.append(Proposal(Memory(), Memory(files), (), by_hand=files))
    return _CLEAN


_CLEAN: list[Proposal] = []
