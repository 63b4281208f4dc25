"""What each verb does to a draft: the text it writes, the record it keeps, and where the old text goes."""

from collections.abc import Callable

from agentops.memory.drafting import Draft
from agentops.memory.operations import Operation, Verb
from agentops.memory.verbs.keeping import add, dispute, move, noop, pin, reinforce, reword, unpin
from agentops.memory.verbs.leaving import forget, redact, retire
from agentops.memory.verbs.succeeding import merge, promote, split, supersede

VERBS: dict[Verb, Callable[[Draft, Operation], None]] = {
    Verb.REINFORCE: reinforce,
    Verb.REDACT: redact,
    Verb.FORGET: forget,
    Verb.REWORD: reword,
    Verb.MERGE: merge,
    Verb.SPLIT: split,
    Verb.SUPERSEDE: supersede,
    Verb.PROMOTE: promote,
    Verb.RETIRE: retire,
    Verb.MOVE: move,
    Verb.DISPUTE: dispute,
    Verb.PIN: pin,
    Verb.UNPIN: unpin,
    Verb.ADD: add,
    Verb.NOOP: noop,
}
"""In the order in which they are applied, whatever the order in which they were proposed."""
