"""How many mutations the gates catch: for the tests on small stores, for the benchmark on all."""

from collections.abc import Iterator

from agentops.memory.gates.all import GATES
from agentops.memory.gates.judgement import judged
from agentops.memory.gates.port import Proposal

from . import mutations_form, mutations_text, mutations_truth
from .mutating import Mutation

ANY = "any"
GATE = {each.name: each for each in GATES}
MUTATIONS = [
    each
    for module in (mutations_text, mutations_truth, mutations_form)
    for each in vars(module).values()
    if isinstance(each, Mutation)
]


def caught(mutation: Mutation, base: Proposal) -> Iterator[bool]:
    """Yield for each bad proposal whether the gate that is named objects."""
    gates = GATES if mutation.gate == ANY else [GATE[mutation.gate]]
    return (bool(judged(bad, gates).objections) for bad in mutation.make(base))
