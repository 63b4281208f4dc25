"""Characters that nobody sees: zero-width, tags, and those that turn the direction of a line."""

from collections.abc import Iterator

from agentops.memory.gates.port import Consequence, Objection, Proposal
from agentops.memory.gates.text.pieces import found
from agentops.memory.scanning import unseen


class InvisibleCharacters:
    """Finds what a reviewer cannot see and an agent reads."""

    name = "invisible_characters"

    def judge(self, proposal: Proposal) -> Iterator[Objection]:
        """Yield an objection for each run of unseen characters."""
        for each in found(proposal, unseen.find):
            message = f"{each.where} holds characters that nobody sees ({each.what}): type the line anew"
            yield Objection(self.name, Consequence.BLOCK, message, each.path, each.line, each.operation)
