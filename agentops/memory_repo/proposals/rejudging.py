"""Gates asked again about a proposal that is not what they saw: less is proposed, or something else stands beneath it.

Those that hold claims against sessions are not asked: the sessions are not here any more, and a claim that stayed cites
what it cited. What they said stands.
"""

from dataclasses import replace

from agentops.memory.gates.all import GATES
from agentops.memory.gates.judgement import judged
from agentops.memory.gates.port import Policy, Proposal
from agentops.memory.notes import Memory
from agentops.memory_repo.proposals.letter import Letter

_ASK_SESSIONS = frozenset(
    {"capabilities", "evidence_coverage", "literals", "meaning_kept", "smuggled_instructions", "taint"}
)
_OTHERS = tuple(each for each in GATES if each.name not in _ASK_SESSIONS)


def rejudged(letter: Letter, memories: tuple[Memory, Memory, Memory], policy: Policy) -> Letter:
    """Return the letter with what the gates say now; `memories`: reviewed, that with live edits, and afterwards."""
    reviewed, base, after = memories
    operations = tuple(each.operation for each in letter.lessons)
    found = judged(Proposal(reviewed, after, operations, {}, policy, by_hand=base.files), _OTHERS)
    now = {each.gate: each for each in found.marks}
    left = {each.id for each in operations}
    kept = tuple(
        each for each in letter.objections if each.gate not in now and (not each.operation or each.operation in left)
    )
    marks = tuple(now.get(each.gate, each) for each in letter.gates)
    return replace(letter, gates=marks, objections=(*kept, *found.objections))
