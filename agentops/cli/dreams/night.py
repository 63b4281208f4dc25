"""One dream, from a schedule's wish to the store's pull request."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from agentops.base.canonical import digest
from agentops.base.threads import in_thread
from agentops.cli.dreams.replay import Rehearsal
from agentops.cli.dreams.wish import Wish
from agentops.dreaming import collecting, settling
from agentops.dreaming.port import Dream, Night
from agentops.memory import ledger_text
from agentops.memory.files import notes_of
from agentops.memory.gates.port import Policy
from agentops.memory.gates.questions import Questions, questions_of
from agentops.memory.gates.replay import Replay
from agentops.memory.notes import Memory
from agentops.memory.transcripts import Transcript
from agentops.memory_repo.forges.port import Forge, PullRequest
from agentops.memory_repo.git import Repository
from agentops.memory_repo.layout import proposal_branch
from agentops.memory_repo.live import LiveStore
from agentops.memory_repo.proposals.committing import committed, generation_at, memory_at
from agentops.memory_repo.proposals.letter import Letter, lessons
from agentops.memory_repo.proposals.publishing import Outcome, Proposed, Published, published
from agentops.memory_repo.proposals.rejecting import turned_down
from agentops.memory_repo.syncing.acting import sync
from agentops.memory_repo.syncing.proposing import prepared
from agentops.memory_repo.syncing.subject import Subject


@dataclass(frozen=True, slots=True)
class Bed:
    """What a dream lies on: the repository and its forge, the live store, and the policy of the gates."""

    repository: Repository
    forge: Forge
    live: LiveStore
    subject: Subject
    policy: Policy


@dataclass(frozen=True, slots=True)
class Base:
    """What a dream starts from: main, with what agents wrote live."""

    commit: str
    at: datetime
    """When the commit was made."""

    main: str
    memory: Memory
    reviewed: Memory
    live: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    generation: int = 1
    turned_down: frozenset[str] = frozenset()
    """What people turned down in a proposal that is not merged: known to the memory too."""

    questions: Questions = field(default_factory=Questions)
    """The store's golden questions: what it answered before, it must answer afterwards."""

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


async def based(bed: Bed, *, takes_in: bool = True) -> Base:
    """Return what a dream starts from; the repository takes in what the live store learnt, unless told not to."""
    if takes_in:
        await sync(bed.repository, bed.live, bed.subject, writes=False)
    # A trial asks no forge: it knows what was reviewed, and no box that is unticked.
    request = await bed.forge.latest(proposal_branch(bed.subject.store)) if takes_in else None
    base = await in_thread(_base, bed.repository, bed.subject)
    return await in_thread(_heeding, bed, base, request)


def _heeding(bed: Bed, base: Base, request: PullRequest | None) -> Base:
    """Return the base with what people turned down in the proposal that this dream replaces."""
    subject, ledger = bed.subject, base.memory.ledger
    names = turned_down(bed.repository, subject.store, request, main=subject.branch) - ledger.rejected
    memory = replace(base.memory, ledger=replace(ledger, rejected=ledger.rejected | names))
    return replace(base, memory=memory, turned_down=names)


def _base(repository: Repository, subject: Subject) -> Base:
    main, store = repository.head(subject.branch), subject.store
    assert main is not None
    found = prepared(repository, subject)
    reviewed = memory_at(repository, main, store)
    base = Base(
        commit=main,
        at=repository.show(main).at,
        main=main,
        memory=reviewed,
        reviewed=reviewed,
        generation=generation_at(repository, main, store) + 1,
        questions=questions_of(repository.tree(main, f"evals/{store}")),
    )
    if found is None:
        return base
    return replace(
        base,
        commit=found.commit,
        at=repository.show(found.commit).at,
        memory=memory_at(repository, found.commit, store),
        live=tuple(each.subject for each in found.edits),
        conflicts=found.conflicts,
    )


def _day(transcripts: tuple[Transcript, ...], base: Base) -> date:
    """Return the day of the newest event, or of what the dream starts from: the same night on whatever day it is."""
    seen = (event.at.date() for each in transcripts for event in each.events if event.at)
    return max(seen, default=base.at.date())


def unread(memory: Memory, transcripts: tuple[Transcript, ...]) -> int:
    """Return how many of the sessions no dream of the memory's ledger has read."""
    known = memory.ledger.dreamt
    return sum(known.get(session) != content for session, content in collecting.dreamt(transcripts).items())


@dataclass(frozen=True, slots=True)
class Attempt:
    """One dream of a store: what is wished, what it starts from, and what it reads."""

    bed: Bed
    wish: Wish
    base: Base
    transcripts: tuple[Transcript, ...]
    slot: str = ""
    rehearsal: Rehearsal | None = None
    """Plays the project's tests with the memory before and after; None where nobody asked for it."""

    def night(self) -> Night:
        """Return what is read."""
        today = _day(self.transcripts, self.base)
        return Night(self.base.dreamable(), self.transcripts, today, self.wish.instructions, self.wish.budget)

    async def settled(self, dream: Dream) -> tuple[settling.Settled, Letter]:
        """Return what is left of a dream after code and gates looked at it, and what a proposal says about it."""
        settled, letter = await in_thread(self._settled, dream)
        if self.rehearsal is not None and letter.lessons:
            letter = await self.rehearsal.judged(letter, (self.base.reviewed, settled.after))
        return settled, letter

    async def proposed(self, dream: Dream) -> Morning:
        """Bring what a dream proposes to the store's pull request."""
        settled, letter = await self.settled(dream)
        if not letter.lessons and not letter.live:
            return Morning(letter, Published(Outcome.NOTHING))
        head = await in_thread(self._committed, settled, letter)
        bed = self.bed
        offer = Proposed(letter, head, self.base.main, bed.subject.branch)
        found = await published(bed.repository, bed.forge, offer)
        return Morning(letter, found, await self._merged(found, letter, head))

    async def _merged(self, found: Published, letter: Letter, head: str) -> PullRequest | None:
        """Merge what needs no person: a schedule says so, and every gate passed."""
        request = found.request
        is_offered = found.outcome in {Outcome.OPENED, Outcome.UPDATED, Outcome.UNCHANGED}
        if not self.wish.merges_itself or request is None or not is_offered:
            return None
        if letter.conflicts or any(each.mark not in {"pass", "off"} for each in letter.gates):
            return None
        if not await in_thread(_is_same, self.bed.repository, head, request.head):
            return None  # a person was faster: what is merged without review is what the gates saw
        return await self.bed.forge.merge(request.number, head=request.head)

    def _settled(self, dream: Dream) -> tuple[settling.Settled, Letter]:
        reading, wish = self.night(), self.wish
        name = settling.dream_id(_digest(self.base.memory), reading, wish.engine, wish.model)
        asked = self.base.questions.questions
        more = (Replay(asked, today=reading.today),) if asked else ()
        settled = settling.settled(reading, dream, settling.Ground(self.base.reviewed, name, self.bed.policy, more))
        return settled, self._letter(reading, settled, name)

    def _committed(self, settled: settling.Settled, letter: Letter) -> str:
        """Return the commit. It was made when what it stands on was, so that the same dream is the same commit."""
        repository, base = self.bed.repository, self.base
        if not letter.lessons and not base.turned_down:
            return base.commit
        after = settling.remembered(base.whole(settled.after), self.night(), settled.dream)
        return committed(repository, base.commit, after, letter, base.at)

    def _letter(self, reading: Night, settled: settling.Settled, name: str) -> Letter:
        dream, base, witnesses = settled.dream, self.base, settling.witnesses(reading)
        texts = {each.anchor: each.text for each in notes_of(base.memory)}
        reworded = {anchor: record.reworded for anchor, record in base.memory.ledger.records.items()}
        return Letter(
            store=self.wish.store,
            dream=dream,
            dream_id=name,
            day=reading.today,
            schedule=self.wish.schedule,
            slot=self.slot,
            generation=base.generation,
            sessions=len(settling.sessions_read(reading, dream)),
            lessons=lessons(dream.operations, texts, witnesses, reworded),
            quarantined=lessons(dream.quarantined, texts, witnesses),
            live=base.live,
            gates=settled.judgement.marks,
            objections=settled.judgement.objections,
            conflicts=base.conflicts,
        )


def _is_same(repository: Repository, head: str, other: str) -> bool:
    """Tell whether two commits hold the same files."""
    return head == other or (repository.has(other) and repository.subtree(head) == repository.subtree(other))


def _digest(memory: Memory) -> str:
    return digest([dict(memory.files), dict(ledger_text.written(memory.ledger))])
