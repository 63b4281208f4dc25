"""From what a dreamer proposes to what may be proposed: applied by code, judged by gates, without what they drop."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain

from agentops.base.canonical import digest
from agentops.base.giving_up import go_on
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


class By(StrEnum):
    """Who set an operation apart."""

    DREAMER = "dreamer"
    """Its evidence does not bear it."""

    GATES = "gates"
    MEMORY = "memory"
    """The memory is not as it assumes."""


@dataclass(frozen=True, slots=True)
class Apart:
    """An operation that is not proposed."""

    id: str
    """What it was proposed as: the words of one that must not be shown are others now."""

    operation: Operation
    """As it may be shown, with the reason why it is set apart."""

    by: By


@dataclass(frozen=True, slots=True)
class Settled:
    """A dream after code and gates looked at it."""

    dream: Dream
    """With the operations that are left, and all that are set apart among the quarantined."""

    after: Memory
    judgement: Judgement
    apart: tuple[Apart, ...]


def settled(night: Night, dream: Dream, ground: Ground) -> Settled:
    """Return the dream with only what can be applied and no gate drops."""
    left, unspeakable = dream.operations, frozenset[str]()
    why: dict[str, tuple[By, str]] = {}
    for _ in range(_ROUNDS):
        go_on()
        done, judgement = _tried(night, left, ground)
        unspeakable |= judgement.unspeakable
        reasons = _reasons(done, judgement)
        why |= reasons
        left = tuple(each for each in left if each.id not in reasons)
        if not reasons:
            break
    else:
        why |= {each.id: (By.GATES, _GIVEN_UP) for each in left}
        left = ()
        done, judgement = _tried(night, left, ground)
    apart = tuple(_apart(dream, why, night.memory, unspeakable))
    words = f"{dream.words}; {len(why)} of them set apart by the gates" if why else dream.words
    rest = replace(dream, operations=left, quarantined=tuple(each.operation for each in apart), words=words)
    return Settled(rest, done.memory, judgement, apart)


def _apart(
    dream: Dream, why: Mapping[str, tuple[By, str]], memory: Memory, unspeakable: frozenset[str]
) -> Iterator[Apart]:
    """Yield what is set apart, as it may be shown: what the dreamer doubted, then what gates and memory refused."""
    for each in dream.quarantined:
        yield Apart(each.id, _shown(each, memory, unspeakable), By.DREAMER)
    for each in dream.operations:
        if each.id in why:
            by, reason = why[each.id]
            yield Apart(each.id, _shown(replace(each, reason=reason), memory, unspeakable), by)


def remembered(after: Memory, night: Night, dream: Dream) -> Memory:
    """Return the memory with the sessions that were read, and copies of them, in its ledger: none is read again."""
    known = {**after.ledger.dreamt, **sessions_read(night, dream)}
    return replace(after, ledger=replace(after.ledger, dreamt=known))


def sessions_read(night: Night, dream: Dream) -> Mapping[str, str]:
    """Return the sessions that a dream has read, each with the digest of its content."""
    there = dreamt(night.transcripts)
    if dream.read is None:
        return there
    contents = {there[each] for each in dream.read if each in there}
    return {session: content for session, content in there.items() if content in contents}


def dream_id(base: str, night: Night, engine: str, model: str = "") -> str:
    """Return the name of a dream: the same memory (a digest of it), sessions and settings give the same one."""
    read = sorted(dreamt(night.transcripts).items())
    said = [base, read, engine, model, night.instructions, night.today.isoformat()]
    return f"dream-{digest(said)[:12]}"


def witnesses(night: Night) -> Mapping[str, Transcript]:
    """Return everything that an operation may cite, by session: what was read, and the lines of the store itself."""
    read = {each.session: each for each in night.transcripts}
    return {**read, tidying.STORE: tidying.as_transcript(night.memory)}


def proposal(night: Night, after: Memory, operations: tuple[Operation, ...], ground: Ground) -> Proposal:
    """Return a change as gates see it."""
    cited = witnesses(night)
    return Proposal(ground.reviewed, after, operations, cited, ground.policy, by_hand=night.memory.files)


def _tried(night: Night, operations: tuple[Operation, ...], ground: Ground) -> tuple[Applied, Judgement]:
    done = applied(night.memory, operations, dream=ground.dream_id, today=night.today)
    return done, judge(proposal(night, done.memory, done.done, ground), ground.more)


def _reasons(done: Applied, judgement: Judgement) -> Mapping[str, tuple[By, str]]:
    """Return why operations cannot stay, by their ids: a gate that only warns leaves them."""
    objections = [each for each in judgement.objections if each.operation and each.consequence is not Consequence.WARN]
    fit = {each.id for each in done.done}
    # The first gate that objects has the word: they stand in the order of what is worst.
    told = {
        each.operation: (By.GATES, f"{each.gate}: {each.message}")
        for each in reversed(objections)
        if each.operation in fit
    }
    return told | {each.id: (By.MEMORY, why) for each, why in done.unfit}


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
