"""Sentences that command the next agent, brought in by what a session read.

The wordings are a tripwire; what carries the weight is who said it: an instruction of a tool's output is nobody's will.
"""

import re
from collections.abc import Iterator

from agentops.memory.comparing.containment import score
from agentops.memory.evidence import Origin
from agentops.memory.gates.port import Consequence, Objection, Proposal
from agentops.memory.gates.sources import Sources
from agentops.memory.gates.text.pieces import Found, found
from agentops.memory.gates.wording import named
from agentops.memory.operations import Operation
from agentops.memory.scanning import instructions

_SENTENCE = re.compile(r"[^.!?;\n]+")
_COMMANDING = re.compile(
    r"\W*(?:please\s+|now\s+|then\s+|also\s+|first\s+|agents?[:,]?\s+|assistants?[:,]?\s+)*(?:(?:you|agents?|assistants?)\s+)?"
    r"(?:must|should|shall|always|never|do not|don't|ensure|make sure|run|execute|install|download|fetch|visit|open|"
    r"click|call|send|forward|email|mail|post|upload|transfer|pay|refund|approve|grant|give|allow|use|add|set|delete|remove|"
    r"disable|enable|ignore|skip|trust|treat|reply|respond|answer|tell|contact|offer|book|cancel|change|replace|switch|accept|share|"
    r"paste|copy)\b",
    re.IGNORECASE,
)
_SAME = 0.8
"""The share of a sentence's telling words that makes it the one that was read."""


class SmuggledInstructions:
    """Finds commands in all that is new, and weighs them by who said them."""

    name = "smuggled_instructions"

    def judge(self, proposal: Proposal) -> Iterator[Objection]:
        """Yield an objection for each command that nobody the agent works for gave."""
        sources = Sources(proposal)
        operations = {each.id: each for each in proposal.operations}
        for each in found(proposal, instructions.find):
            message = (
                f"{each.where} reads as a command to whoever reads it ({each.what}): say what was observed and "
                "by whom, or leave it out"
            )
            weight = _weight(each, operations.get(each.operation), proposal, sources)
            yield Objection(self.name, weight, message, each.path, each.line, each.operation)
        for operation in proposal.operations:
            if not sources.is_answered_for(operation) and _repeats(operation, sources):
                message = (
                    f"{named(operation)} repeats an instruction that a session read and nobody gave it: say what was "
                    "observed, or cite who wants it"
                )
                yield Objection(self.name, Consequence.QUARANTINE, message, operation.path, operation=operation.id)


def _weight(hit: Found, operation: Operation | None, proposal: Proposal, sources: Sources) -> Consequence:
    if operation is None:
        return Consequence.WARN if hit.path in proposal.by_people else Consequence.BLOCK
    said = {each.origin for each in sources.events(operation.evidence)}
    is_wanted = said == {Origin.USER} or sources.is_answered_for(operation)
    return Consequence.WARN if is_wanted else Consequence.QUARANTINE


def _repeats(operation: Operation, sources: Sources) -> bool:
    """Tell whether a sentence of a claim is a command that stands in what was read, and that no person gave."""
    commands = [each[0] for text in operation.texts for each in _SENTENCE.finditer(text) if _COMMANDING.match(each[0])]
    if not commands:
        return False
    wanted = sources.user_said(operation)
    read = [
        sentence[0]
        for event in sources.read(operation)
        for sentence in _SENTENCE.finditer(event.text)
        if _COMMANDING.match(sentence[0])
    ]
    return any(
        score(command, wanted) < _SAME and any(score(command, sentence) >= _SAME for sentence in read)
        for command in commands
    )
