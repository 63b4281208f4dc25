"""What the gates say together: objections in a stable order, what is dropped, and one mark for each gate."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from agentops.base.giving_up import go_on
from agentops.memory.gates.port import Consequence, Gate, Objection, Proposal
from agentops.memory.gates.strictness import Strictness, strictness, weighed

_UNSPEAKABLE = frozenset({"secrets", "personal_data", "forgotten", "invisible_characters"})
"""Gates whose findings are made worse by repeating them."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What one gate says of the whole: for a commit status, and for the table in a pull request."""

    gate: str
    mark: str
    """`pass`, `warn`, `block`, or `off` where a policy switched it off."""

    words: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the gates say of a proposal."""

    objections: tuple[Objection, ...]
    marks: tuple[Mark, ...]

    @property
    def is_blocked(self) -> bool:
        """Tell whether the proposal may not be merged."""
        return any(each.consequence is Consequence.BLOCK for each in self.objections)

    @property
    def unspeakable(self) -> frozenset[str]:
        """Return the ids of the operations whose words may be shown nowhere, not among those set apart either."""
        return frozenset(each.operation for each in self.objections if each.operation and each.gate in _UNSPEAKABLE)

    @property
    def dropped(self) -> frozenset[str]:
        """Return the ids of the operations that the proposal must do without."""
        return frozenset(each.operation for each in self.objections if each.consequence is Consequence.QUARANTINE)


def judged(proposal: Proposal, gates: Iterable[Gate]) -> Judgement:
    """Return what the gates say, each as strict as the proposal's policy has it."""
    objections: list[Objection] = []
    marks: list[Mark] = []
    for gate in gates:
        go_on()
        asked = strictness(proposal.policy, gate.name)
        if asked is Strictness.OFF:
            marks.append(Mark(gate.name, "off", "switched off by the policy"))
            continue
        found = sorted({_shown(weighed(each, asked)) for each in gate.judge(proposal)}, key=_place)
        marks.append(_mark(gate.name, found))
        objections += found
    return Judgement(tuple(objections), tuple(marks))


def _shown(objection: Objection) -> Objection:
    """Return the objection with a message of one line that can be shown: names of files are anybody's text."""
    if objection.message.isprintable():
        return objection
    return replace(objection, message="".join(each if each.isprintable() else "�" for each in objection.message))


def _mark(gate: str, found: list[Objection]) -> Mark:
    counts = {each: sum(one.consequence is each for one in found) for each in Consequence}
    words = ", ".join(f"{count} {_DID[each]}" for each, count in counts.items() if count)
    if counts[Consequence.BLOCK]:
        return Mark(gate, "block", words)
    return Mark(gate, "warn" if found else "pass", words)


_DID = {Consequence.BLOCK: "to mend", Consequence.QUARANTINE: "set apart", Consequence.WARN: "to look at"}


def _place(objection: Objection) -> tuple[str, int, str, str, str]:
    return (objection.path, objection.line, objection.operation, objection.message, objection.consequence)
