"""One dream, from a schedule's wish to the store's pull request."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from agentops.base.canonical import digest
from agentops.base.threads import in_thread
from agentops.cli.dreams.wish import Wish
from agentops.dreaming import collecting, settling
from agentops.dreaming.port import Dream, Dreamer, Night
from agentops.memory import ledger_text
from agentops.memory.files import notes_of
from agentops.memory.gates.port import Policy
from agentops.memory.notes import Memory
from agentops.memory.transcripts import Transcript
from agentops.memory_repo.forges.port import Forge, PullRequest
from agentops.memory_repo.git import Repository
from agentops.memory_repo.live import LiveStore
from agentops.memory_repo.proposals.committing import committed, generation_at, memory_at
from agentops.memory_repo.proposals.letter import Letter, lessons
from agentops.memory_repo.proposals.publishing import Outcome, Proposed, Published, published
from agentops.memory_repo.syncing.acting import sync
from agentops.memory_repo.syncing.proposing import prepared
from agentops.memory_repo.syncing.subject import Subject

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Bed:
    """What a dream lies on: the repository and its forge, the live store, and the policy of the gates."""

    repository: Repository
    forge: Forge
    live: LiveStore
    subject: Subject
    policy: Policy
    tell: Tell
    """Where progress is told, a sentence at a time."""


@dataclass(frozen=True, slots=True)
class Base:
    """What a dream starts from: main, with what agents wrote live."""

    commit: str
    main: str
    memory: Memory
    reviewed: Memory
    live: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    generation: int = 1

    def dreamable(self) -> Memory:
        """Return the memory without files that hold conflict markers: nothing is learnt from half a file."""
        files = {path: text for path, text in self.memory.files.items() if path not in self.conflicts}
        return replace(self.memory, files=files)

    def whole(self, after: Memory) -> Memory:
        """Return the memory after the dream with the files that it was not shown."""
        kept = {path: self.memory.files[path] for path in self.conflicts if path in self.memory.files}
        return replace(after, files={**after.files, **kept})


@dataclass(frozen=True, slots=True)
class Morning:
    """What a night came to."""

    letter: Letter
    published: Published
    merged: PullRequest | None = None


async def based(bed: Bed) -> Base:
    """Bring the repository in step with what the live store learnt, and return what a dream starts from."""
    await sync(bed.repository, bed.live, bed.subject, writes=False)
    return await in_thread(_base, bed.repository, bed.subject)


def _base(repository: Repository, subject: Subject) -> Base:
    main, store = repository.head(subject.branch), subject.store
    assert main is not None
    found = prepared(repository, subject)
    reviewed = memory_at(repository, main, store)
    generation = generation_at(repository, main, store) + 1
    if found is None:
        return Base(main, main, reviewed, reviewed, generation=generation)
    memory, edits = memory_at(repository, found.commit, store), tuple(each.subject for each in found.edits)
    return Base(found.commit, main, memory, reviewed, edits, found.conflicts, generation)


def night(wish: Wish, base: Base, transcripts: tuple[Transcript, ...]) -> Night:
    """Return what is read."""
    return Night(base.dreamable(), transcripts, _day(transcripts, base), wish.instructions, wish.budget)


def _day(transcripts: tuple[Transcript, ...], base: Base) -> date:
    """Return the day of the newest event, or of the newest note: the same sessions give the same dream on any day."""
    seen = [event.at.date() for each in transcripts for event in each.events if event.at]
    known = [each.last_seen for each in base.memory.ledger.records.values() if each.last_seen]
    return max([*seen, *known], default=date(1970, 1, 1))


def unread(base: Base, transcripts: tuple[Transcript, ...]) -> int:
    """Return how many of the sessions no merged dream has read."""
    known = base.memory.ledger.dreamt
    return sum(known.get(session) != content for session, content in collecting.dreamt(transcripts).items())


async def dreamt(bed: Bed, wish: Wish, base: Base, reading: Night, dreamer: Dreamer, slot: str) -> Morning:
    """Dream, settle, commit and publish."""
    dream = await dreamer.dream(reading)
    return await proposed(bed, wish, base, reading, dream, slot)


async def proposed(bed: Bed, wish: Wish, base: Base, reading: Night, dream: Dream, slot: str) -> Morning:
    """Bring what a dream proposes to the store's pull request."""
    name = settling.dream_id(_digest(base.memory), reading, wish.engine, wish.model)
    ground = settling.Ground(base.reviewed, name, bed.policy)
    settled = await in_thread(settling.settled, reading, dream, ground)
    letter = _letter(wish, base, reading, settled, name, slot)
    if not letter.lessons and not letter.live:
        return Morning(letter, Published(Outcome.NOTHING))
    head = base.commit
    if letter.lessons:
        after = base.whole(settled.after)
        at = _moment(bed.repository, base)
        head = await in_thread(committed, bed.repository, base.commit, after, letter, at)
    offer = Proposed(letter, head, base.main, bed.subject.branch)
    return Morning(letter, await published(bed.repository, bed.forge, offer))


def _letter(wish: Wish, base: Base, reading: Night, settled: settling.Settled, name: str, slot: str) -> Letter:
    dream, transcripts = settled.dream, settling.witnesses(reading)
    texts = {each.anchor: each.text for each in notes_of(base.memory)}
    reworded = {anchor: record.reworded for anchor, record in base.memory.ledger.records.items()}
    return Letter(
        store=wish.store,
        dream=dream,
        dream_id=name,
        day=reading.today,
        schedule=wish.schedule,
        slot=slot,
        generation=base.generation,
        sessions=len(reading.transcripts),
        lessons=lessons(dream.operations, texts, transcripts, reworded),
        quarantined=lessons(dream.quarantined, texts, transcripts),
        live=base.live,
        gates=settled.judgement.marks,
        objections=settled.judgement.objections,
        conflicts=base.conflicts,
    )


def _digest(memory: Memory) -> str:
    return digest([dict(memory.files), dict(ledger_text.written(memory.ledger))])


def _moment(repository: Repository, base: Base) -> datetime:
    """Return when a dream's commit was made: when what it stands on was, so that the same dream is the same commit."""
    return repository.show(base.commit).at
