"""The dreamer without a model: deterministic, offline, in seconds. The one that is always there."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from agentops.base.giving_up import go_on
from agentops.base.wording import counted
from agentops.dreaming import collecting, reducing, tidying, verifying
from agentops.dreaming.candidates import Candidate
from agentops.dreaming.collecting import Reading
from agentops.dreaming.distilling import errors, preferences, repeats, sequences, statements
from agentops.dreaming.port import Dream, Night, Stage
from agentops.dreaming.reducing import Reduced
from agentops.memory import decay
from agentops.memory.moves import moves
from agentops.memory.notes import NoteKind
from agentops.memory.operations import Author, Operation, Verb
from agentops.memory.transcripts import Transcript

ENGINE = "lexical"
AUTHOR = Author(ENGINE)

_WAYS: tuple[Callable[[Iterable[Transcript]], Iterator[Candidate]], ...] = (
    errors.candidates,
    sequences.candidates,
    repeats.candidates,
    preferences.candidates,
    statements.candidates,
)
"""The ways to learn without a model."""


class LexicalDreamer:
    """Counts, compares and cites; it says nothing but what it counted or what was said."""

    async def dream(self, night: Night) -> Dream:
        """Return what the transcripts teach."""
        return dreamt(night)


def dreamt(night: Night) -> Dream:
    """Return what the transcripts teach: one answer for one night, whatever the order of its transcripts.

    Raises:
        asyncio.CancelledError: it was given up.
    """
    reading = collecting.collected(night)
    found = distilled(reading.transcripts)
    became = reducing.reduced(found, night.memory, AUTHOR)
    tidied = tuple(tidying.operations(night.memory, AUTHOR, _targets(became.operations)))
    faded = _faded(night, _targets((*became.operations, *tidied)))
    witnesses = {**reading.by_session, tidying.STORE: tidying.as_transcript(night.memory)}
    kept, apart = verifying.verified((*became.operations, *tidied, *faded), night.memory, witnesses)
    return Dream(
        operations=kept,
        quarantined=(*apart, *became.apart),
        stages=_stages(reading, found, became, len(apart)),
        candidates=len(found),
        words=words(reading, found, became, kept) + (f", {len(apart)} set apart" if apart else ""),
    )


def _targets(operations: Iterable[Operation]) -> frozenset[str]:
    """Return the notes that operations are about."""
    return frozenset(name for each in operations for name in each.targets)


def _faded(night: Night, touched: frozenset[str]) -> Iterator[Operation]:
    """Yield what retires notes that nobody saw for long, and not tonight; each rests on what the note rested on."""
    records = night.memory.ledger.records
    for each in decay.due(night.memory, night.today):
        known = [records[name] for name in each.targets if name in records and name not in touched]
        if each.verb is Verb.RETIRE and known and known[0].evidence:
            yield replace(each, kind=known[0].kind, evidence=known[0].evidence, origin=known[0].origin)


def distilled(transcripts: Iterable[Transcript]) -> tuple[Candidate, ...]:
    """Return all that the ways to learn find."""
    read = tuple(transcripts)
    return tuple(chain.from_iterable(way(_one_by_one(read)) for way in _WAYS))


def _one_by_one(transcripts: Iterable[Transcript]) -> Iterator[Transcript]:
    for each in transcripts:
        go_on()
        yield each


def words(reading: Reading, found: Sequence[Candidate], became: Reduced, kept: Sequence[Operation]) -> str:
    """Return what was learnt, or precisely why nothing was."""
    if kept:
        verbs = [each.verb for each in kept]
        return f"{counted(len(reading.transcripts), 'session')} read: " + ", ".join(
            f"{verbs.count(verb)} to {verb}" for verb in sorted(set(verbs))
        )
    failed = sum(move.failed for each in reading.transcripts for move in moves(each))
    asked = sum(each.kind is NoteKind.PREFERENCE for each in found)
    facts = [
        f"{counted(len(reading.transcripts), 'session')} read",
        *([f"{reading.dreamt} dreamt before"] if reading.dreamt else []),
        *([f"{reading.doubles} twice the same"] if reading.doubles else []),
        counted(failed, "error"),
        counted(asked, "correction"),
        *_lost(became),
    ]
    return f"nothing to learn: {', '.join(facts)}"


def _lost(became: Reduced) -> Iterator[str]:
    """Yield what became of candidates that came to nothing."""
    for often, why in (
        (became.thin, "below support"),
        (became.known, "known already"),
        (became.outdated, "older than what is known"),
        (became.unwanted, "forgotten or turned down"),
        (len(became.apart), "undecided"),
    ):
        if often:
            yield f"{counted(often, 'candidate')} {why}"


def _stages(reading: Reading, found: Sequence[Candidate], became: Reduced, apart: int) -> tuple[Stage, ...]:
    """Return what each stage did."""
    return (
        Stage(
            "collect",
            ENGINE,
            f"{len(reading.transcripts)} read, {reading.dreamt} dreamt before, {reading.doubles} twice",
        ),
        Stage("distil", ENGINE, counted(len(found), "candidate")),
        Stage("cluster", ENGINE),
        Stage("reduce", ENGINE, ", ".join(_lost(became))),
        Stage("verify", ENGINE, f"{apart} set apart" if apart else ""),
    )
