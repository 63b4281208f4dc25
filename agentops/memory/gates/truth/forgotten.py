"""What was forgotten for good does not come back, in the same words or in others."""

from collections.abc import Iterator

from agentops.memory.forgetting import is_forgotten
from agentops.memory.gates import changes
from agentops.memory.gates.changes import Claim
from agentops.memory.gates.port import Consequence, Objection, Proposal


class Forgotten:
    """Holds every new claim against the tombstones."""

    name = "forgotten"

    def judge(self, proposal: Proposal) -> Iterator[Objection]:
        """Yield an objection for each claim that says what was forgotten; it is not shown again."""
        stones = tuple({*proposal.before.ledger.tombstones, *proposal.after.ledger.tombstones})
        if lost := set(proposal.before.ledger.tombstones) - set(proposal.after.ledger.tombstones):
            message = f"{len(lost)} tombstones are gone from the ledger: put them back"
            yield Objection(self.name, Consequence.BLOCK, message)
        if not stones:
            return
        for claim in changes.claims(proposal):
            if is_forgotten(stones, claim.text):
                yield self._objection(claim)
        for operation in proposal.operations:
            for text in (*operation.texts, operation.reason, operation.verdict.quote):
                if text and changes.is_judged(text) and is_forgotten(stones, text):
                    message = f"operation {operation.id} says what was forgotten for good: it goes without"
                    yield Objection(self.name, Consequence.QUARANTINE, message, operation.path, operation=operation.id)
                    break

    def _objection(self, claim: Claim) -> Objection:
        message = f"{claim.path}, line {claim.line}, says what was forgotten for good: take it out"
        weight = Consequence.QUARANTINE if claim.operation else Consequence.BLOCK
        name = claim.operation.id if claim.operation else ""
        return Objection(self.name, weight, message, claim.path, claim.line, name)
