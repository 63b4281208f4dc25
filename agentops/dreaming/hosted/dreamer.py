"""The dreamer that lets a dream run elsewhere and believes nothing of it: what it wrote is inferred and backed."""

from collections.abc import Container, Mapping
from dataclasses import replace

from agentops.base.errors import DreamFailed
from agentops.base.wording import counted
from agentops.dreaming import collecting, tidying, verifying
from agentops.dreaming.hosted.backing import Backing
from agentops.dreaming.hosted.inferring import inferred
from agentops.dreaming.hosted.instructing import instructions
from agentops.dreaming.hosted.port import Elsewhere, Told, Wanted
from agentops.dreaming.port import Dream, Night, Stage
from agentops.dreaming.redacting import redacted
from agentops.dreaming.wording import order
from agentops.memory.files import notes_of
from agentops.memory.forgetting import is_forgotten
from agentops.memory.notes import Memory
from agentops.memory.operations import Author, Operation
from agentops.memory.rejecting import is_among
from agentops.memory.transcripts import Transcript

ENGINE = "hosted"
_ITS_OWN = "managed-agents"
"""The source of sessions that a target has: of logs from elsewhere it knows nothing."""

MOST_SESSIONS = 100
"""Source: SDK 2.11.0 `types/beta/beta_dream_sessions_input_param.py`."""


class HostedDreamer:
    """Proposes what a dream that ran elsewhere did to a copy of the store."""

    def __init__(self, elsewhere: Elsewhere) -> None:
        """Take what runs it."""
        self._elsewhere = elsewhere

    async def dream(self, night: Night) -> Dream:
        """Return what the dream did and the transcripts bear.

        Raises:
            DreamFailed: a budget was given, which nobody can keep, or the dream did not come to its end.
        """
        if night.budget.tokens is not None or night.budget.dollars is not None:
            raise DreamFailed(
                "A dream that runs elsewhere cannot be held to a budget: nothing stops it at a price.",
                hint="Leave the budget out, read fewer sessions, or dream with `engine: messages`.",
            )
        reading = collecting.collected(night)
        there = [each.session for each in reading.transcripts if each.source == _ITS_OWN]
        if not there:
            why = "no session of the target is read" if reading.transcripts else "no session was not dreamt before"
            return Dream((), words=f"Nothing to learn: {why}.", read=frozenset())
        read = sorted(there)[-MOST_SESSIONS:]
        told = await self._elsewhere.dreamt(Wanted(tuple(read), instructions(night.instructions)))
        transcripts = {each: redacted(reading.by_session[each]) for each in read}
        return replace(proposed(night.memory, told, transcripts), spent=told.spent, read=frozenset(read))


def proposed(memory: Memory, told: Told, transcripts: Mapping[str, Transcript]) -> Dream:
    """Return what a difference between two stores proposes for ours."""
    author = Author(ENGINE, told.model)
    source = Memory(told.before, memory.ledger)
    made = inferred(source, told.after, Backing(transcripts.values()), author)
    witnesses = {**transcripts, tidying.STORE: tidying.as_transcript(source)}
    held, unheld = verifying.verified(_once(made.operations), source, witnesses)
    here = {each.anchor for each in notes_of(memory)}
    why = {each.id: _doubt(each, memory, here) for each in held}
    kept = tuple(sorted((each for each in held if not why[each.id]), key=_place))
    out = [replace(each, reason=why[each.id]) for each in held if why[each.id]]
    apart = tuple(_once([*made.apart, *unheld, *out]))
    return Dream(
        kept,
        apart,
        (
            Stage("collect", "lexical"),
            Stage("map", ENGINE),
            Stage("reduce", ENGINE, "inferred from the difference of two stores"),
            Stage("verify", "lexical", f"{counted(len(apart), 'line')} set apart" if apart else ""),
        ),
        candidates=len(kept) + len(apart),
        words=_words(len(transcripts), len(kept), len(apart)),
    )


def _doubt(operation: Operation, memory: Memory, here: Container[str]) -> str:
    """Return why an operation that its evidence bears is set apart; empty when nothing speaks against it."""
    if any(each not in here for each in operation.targets):
        return "the note is in the live store alone: `agentops memory pull` brings it here"
    if what := order(operation.texts):
        return f"it tells its reader what to do ({what})"
    if is_among(operation, memory.ledger.rejected):
        return "a person turned it down before"
    return "it was forgotten for good" if any(is_forgotten(memory.ledger, each) for each in operation.texts) else ""


def _once(operations: list[Operation]) -> list[Operation]:
    return list({each.id: each for each in reversed(operations)}.values())[::-1]


def _place(operation: Operation) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    return operation.path, operation.verb, operation.targets, operation.texts


def _words(sessions: int, kept: int, apart: int) -> str:
    if not kept and not apart:
        return f"Nothing to learn: the dream read {sessions} sessions and left the store as it was."
    return f"{sessions} sessions read elsewhere: {kept} operations, {apart} lines set apart that nothing backs."
