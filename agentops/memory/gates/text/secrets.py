"""Keys, passwords and tokens: what is pushed once is known for good."""

from collections.abc import Iterator

from agentops.memory.gates.port import Consequence, Objection, Proposal
from agentops.memory.gates.text.pieces import found
from agentops.memory.scanning import secrets


class Secrets:
    """Finds secrets in all that is new; never shows one."""

    name = "secrets"

    def judge(self, proposal: Proposal) -> Iterator[Objection]:
        """Yield an objection for each secret."""
        for each in found(proposal, secrets.find):
            message = (
                f"{each.where} holds what looks like a secret ({each.what}): take it out, name the place where it is "
                "kept instead, and replace it where it is used"
            )
            yield Objection(self.name, Consequence.BLOCK, message, each.path, each.line, each.operation)
