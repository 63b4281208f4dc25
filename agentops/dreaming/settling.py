"""From what a dreamer proposes to what may be proposed: applied by code, judged by gates, without what they drop."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain

from agentops.base.canonical import digest
from agentops.dreaming import tidying
from agentops.dreaming.collecting import dreamt
from agentops.dreaming.port import Dream, Night
from agentops.memory.applying import Applied, applied
from agentops.memory.forgetting import is_forgotten
from agentops.memory.gates.all import judge
from agentops.memory.gates.judgement import Judgement
from agentops.memory.gates.port import Consequence, Gate, Policy, Proposal
from agentops.memory.notes import Memory
from agentops.memory.operations import UNCHECKED, Operation
from agentops.memory.scanning import personal, secrets, unseen
from agentops.memory.transcripts import Transcript

_ROUNDS = 5
"""Without what the gates drop, another operation can be without a target, and the whole smaller. In practice it comes
to rest at once; what still changes after this many rounds is given up."""

_LONGEST_SHOWN = 1000
"""Units: characters of an operation that is set apart; four claims' worth."""

_NOT_SHOWN = "[not shown: it is too long, or holds what must not be shown]"
_GIVEN_UP = "given up with the whole: without what the gates dropped they went on to drop more"


@dataclass(frozen=True, slots=True)
class Ground:
    """What a change is judged against."""

    reviewed: Memory
    """What people merged. What agents wrote since is in the night's memory: judged, but in no need of evidence."""

    dream_id: str
    policy: Policy
    more: tuple[Gate, ...] = ()
    """Gates beside the usual ones: a replay of the store's golden questions."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A dream after code and gates looked at it."""

    dream: Dream
    """With the operations that are left; those that were dropped are among the quarantined, each with the reason."""

    after: Memory
    """The memory with them, and with the sessions that were read in its ledger."""

    judgement: Judgement


def settled(night: Night, dream: Dream, ground: Ground) -> Settled:
    """Return the dream with only what can be applied and no gate drops."""
    proposed, unspeakable = len(dream.operations), frozenset[str]()
    for _ in range(_ROUNDS):
        done, judgement = _tried(night, dream, ground)
        reasons = _reasons(done, judgement)
        if not reasons:
            break
        unspeakable |= judgement.unspeakable
        dream = _without(dream, reasons)
    else:
        dream = _without(
            dream, {each.id: "given up: without what the gates drop, they drop more" for each in done.done}
        )
        done, judgement = _tried(night, dream, ground)
    if dropped := proposed - len(dream.operations):
        dream = replace(dream, words=f"{dream.words}; {dropped} of them set apart by the gates")
    apart = tuple(_shown(each, night.memory, unspeakable) for each in dream.quarantined)
    dream = replace(dream, quarantined=apart)
    known = {**done.memory.ledger.dreamt, **dreamt(night.transcripts)}
    after = replace(done.memory, ledger=replace(done.memory.ledger, dreamt=known))
    return Settled(dream, after, judgement)


def dream_id(base: str, night: Night, engine: str, model: str = "") -> str:
    """Return the name of a dream: the same memory (a digest of it), sessions and settings give the same one."""
    read = sorted(dreamt(night.transcripts).items())
    said = [base, read, engine, model, night.instructions, night.today.isoformat()]
    return f"dream-{digest(said)[:12]}"


def witnesses(night: Night) -> Mapping[str, Transcript]:
    """Return everything that an operation may cite, by session: what was read, and the lines of the store itself."""
    read = {each.session: each for each in night.transcripts}
    return {**read, tidying.STORE: tidying.as_transcript(night.memory)}


def _tried(night: Night, dream: Dream, ground: Ground) -> tuple[Applied, Judgement]:
    done = applied(night.memory, dream.operations, dream=ground.dream_id, today=night.today)
    proposal = Proposal(
        ground.reviewed, done.memory, done.done, witnesses(night), ground.policy, by_hand=night.memory.files
    )
    return done, judge(proposal, ground.more)


def _reasons(done: Applied, judgement: Judgement) -> Mapping[str, str]:
    """Return why operations cannot stay, by their ids: a gate that only warns leaves them."""
    objections = [each for each in judgement.objections if each.operation and each.consequence is not Consequence.WARN]
    fit = {each.id for each in done.done}
    # The first gate that objects has the word: they stand in the order of what is worst.
    told = {each.operation: f"{each.gate}: {each.message}" for each in reversed(objections) if each.operation in fit}
    return told | {each.id: why for each, why in done.unfit}


def _without(dream: Dream, reasons: Mapping[str, str]) -> Dream:
    apart = tuple(replace(each, reason=reasons[each.id]) for each in dream.operations if each.id in reasons)
    kept = tuple(each for each in dream.operations if each.id not in reasons)
    return replace(dream, operations=kept, quarantined=(*dream.quarantined, *apart))


def _shown(operation: Operation, memory: Memory, unspeakable: frozenset[str]) -> Operation:
    """Return an operation that is set apart as a person may see it: the gates judge only what is proposed."""
    said = (*operation.texts, operation.path, operation.about, operation.scope, operation.verdict.quote)
    is_long = max(map(len, said)) > _LONGEST_SHOWN
    if not is_long and operation.id not in unspeakable and not any(_is_secret(each, memory) for each in said):
        return operation
    reason = operation.reason if not is_long and not _is_secret(operation.reason, memory) else "it is no claim"
    return replace(operation, texts=(_NOT_SHOWN,), path="", about="", scope="", verdict=UNCHECKED, reason=reason)


def _is_secret(text: str, memory: Memory) -> bool:
    scanned = chain.from_iterable(find(text) for find in (secrets.find, personal.find, unseen.find))
    return next(scanned, None) is not None or is_forgotten(memory.ledger, text)
