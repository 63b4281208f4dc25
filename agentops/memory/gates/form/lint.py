"""The wording of new claims: days that move, rules without backing, failures without a version, orders."""

from collections.abc import Iterator

from agentops.memory import layout
from agentops.memory.gates import changes
from agentops.memory.gates.changes import Claim
from agentops.memory.gates.port import Consequence, Objection, Proposal
from agentops.memory.linting import Flaw, flaws
from agentops.memory.notes import NoteKind, Trust
from agentops.memory.promotion import PERSON


class Lint:
    """Holds new claims against the rules of wording."""

    name = "lint"

    def judge(self, proposal: Proposal) -> Iterator[Objection]:
        """Yield an objection for each flaw; whoever writes by hand is only told."""
        for claim in changes.claims(proposal):
            if not layout.is_note_file(claim.path):
                continue
            for flaw in _flaws(claim, proposal):
                weight = Consequence.QUARANTINE if _is_dropped(claim, flaw) else Consequence.WARN
                name = claim.operation.id if claim.operation else ""
                message = f"{claim.path}, line {claim.line}: {flaw.message}"
                yield Objection(self.name, weight, message, claim.path, claim.line, name)


def _flaws(claim: Claim, proposal: Proposal) -> tuple[Flaw, ...]:
    record = proposal.after.ledger.records.get(claim.anchor)
    kind = layout.kind_at(claim.path) or NoteKind.FACT
    if record is None:
        return flaws(claim.text, kind, trust=Trust.STATED)
    return flaws(claim.text, kind, trust=record.trust, sessions=record.support.sessions)


def _is_dropped(claim: Claim, flaw: Flaw) -> bool:
    """Tell whether a flaw makes a claim wrong one day; an order in the wrong place is only in the wrong place."""
    if claim.operation is None or claim.operation.author.engine == PERSON:
        return False
    return flaw.rule != "instruction"
