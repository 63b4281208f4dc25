"""How strict a gate is: as it was built, as a policy asks, and never below what is safe."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from agentops.memory.gates.port import Consequence, Objection, Policy


class Strictness(StrEnum):
    """What a policy may ask of a gate, from the mildest to the strictest."""

    OFF = "off"
    WARN = "warn"
    BLOCK = "block"


_ORDER = tuple(Strictness)

FLOORS: Mapping[str, Strictness] = {
    "secrets": Strictness.BLOCK,  # what is pushed once is known for good
    "invisible_characters": Strictness.BLOCK,  # nobody reviews what nobody sees
    "evidence_coverage": Strictness.BLOCK,  # a line without evidence cannot be taken back by its source
    "taint": Strictness.BLOCK,  # a stranger's words would gain trust with every dream
    "forgotten": Strictness.BLOCK,  # somebody was promised that it does not come back
    "size_budget": Strictness.BLOCK,  # the service refuses what is larger; growth has a number of its own
    "schema_and_links": Strictness.BLOCK,  # what cannot be read again cannot be revised
    "smuggled_instructions": Strictness.WARN,  # a reviewer may know better, and must be told
}
"""The mildest that each of these gates can be made; the others can be switched off."""


def strictness(policy: Policy, gate: str) -> Strictness | None:
    """Return how strict the gate is by the policy, not below its floor; None: as it was built."""
    asked = policy.strictness.get(gate)
    if asked is None:
        return None
    return FLOORS[gate] if is_below(Strictness(asked), gate) else Strictness(asked)


def is_below(asked: Strictness, gate: str) -> bool:
    """Tell whether a gate would be milder than is safe."""
    return gate in FLOORS and _ORDER.index(asked) < _ORDER.index(FLOORS[gate])


def weighed(objection: Objection, asked: Strictness | None) -> Objection:
    """Return the objection with the consequence that the policy gives it."""
    if asked is Strictness.WARN:
        return replace(objection, consequence=Consequence.WARN)
    if asked is Strictness.BLOCK and objection.consequence is Consequence.WARN:
        return replace(objection, consequence=Consequence.BLOCK)
    return objection
