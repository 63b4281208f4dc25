"""Notes that say almost the same: they cost every reader twice, and drift apart."""

from collections.abc import Iterator

from agentops.memory.comparing.bm25 import Index
from agentops.memory.comparing.conflict import conflict
from agentops.memory.comparing.tfidf import Space
from agentops.memory.files import notes_of
from agentops.memory.gates import changes
from agentops.memory.gates.port import Consequence, Objection, Proposal
from agentops.memory.gates.wording import quoted

LEAST = 0.75
"""How alike two notes are that should be one."""

_NEIGHBOURS = 4


class Duplicates:
    """Finds new notes beside older ones that say the same."""

    name = "duplicates"

    def judge(self, proposal: Proposal) -> Iterator[Objection]:
        """Yield a warning for each new note that is almost an older one."""
        new = list(changes.claims(proposal))
        if not new:
            return
        texts = [note.text for note in notes_of(changes.judged(proposal.after))]
        index = Index(texts)
        for claim in new:
            others = [texts[place] for place, _ in index.best(claim.text, _NEIGHBOURS) if texts[place] != claim.text]
            space = Space((claim.text, *others))
            for at, other in enumerate(others, 1):
                if space.likeness(0, at) >= LEAST and conflict(claim.text, other) is None:
                    message = f"{quoted(claim.text)} says almost what {quoted(other)} says: merge them"
                    operation = claim.operation.id if claim.operation else ""
                    yield Objection(self.name, Consequence.WARN, message, claim.path, claim.line, operation)
                    break
