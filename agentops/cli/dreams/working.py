"""`agentops dream run`: which dreams are begun, by whom they are dreamt, and what became of each."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime

from agentops.base.clock import Clock
from agentops.base.errors import AgentopsError
from agentops.base.threads import in_thread
from agentops.base.wording import counted
from agentops.cli.dreams import claims, night, reading, slots
from agentops.cli.dreams.dreamers import Dreamers
from agentops.cli.dreams.night import Attempt, Bed, Morning
from agentops.cli.dreams.replay import Rehearsal
from agentops.cli.dreams.wish import Wish
from agentops.cli.memory.ground import Ground
from agentops.cli.memory.policy import policy_of
from agentops.cli.sessions import finding
from agentops.memory_repo.layout import proposal_branch
from agentops.memory_repo.proposals.committing import memory_at
from agentops.memory_repo.proposals.publishing import Outcome, Published

Tell = Callable[[str], None]
"""Where progress is told, a sentence at a time."""


@dataclass(frozen=True, slots=True)
class Order:
    """What one call of the command wants beside the schedules."""

    logs: tuple[reading.Source, ...] = ()
    session_ids: tuple[str, ...] = ()
    only_logs: bool = False
    is_trial: bool = False
    """Nothing is written anywhere: what would be proposed is shown."""

    replays: bool = False
    """Whether the project's tests are played with the memory before and after."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one dream."""

    wish: Wish
    slot: datetime | None
    morning: Morning | None
    words: str
    """Why there is no morning, or what it brought."""

    skipped: Mapping[str, int]
    failure: AgentopsError | None = None


class Worker:
    """Dreams one schedule after the other."""

    def __init__(self, ground: Ground, order: Order, clock: Clock, tell: Tell) -> None:
        """Take what is open, what is wanted, the clock and where progress is told."""
        self._ground = ground
        self._order = order
        self._clock = clock
        self._tell = tell
        self._dreamers = Dreamers(ground)

    async def due(self, wishes: Iterable[Wish]) -> list[Result]:
        """Dream what is due: a slot that nobody dreamt, or enough new sessions. A failure stops no other."""
        results = []
        for wish in wishes:
            try:
                found = await self._due(wish)
            except AgentopsError as error:
                found = Result(wish, None, None, error.message, {}, error)
            if found is not None:
                results.append(found)
        return results

    async def now(self, wish: Wish) -> Result:
        """Dream a schedule, due or not.

        Raises:
            AgentopsError: it did not come to its end.
        """
        return await self._dreamt(wish, None)

    async def _due(self, wish: Wish) -> Result | None:
        moment, repository = self._clock.now(), self._ground.repository
        slot = wish.rhythm.latest(moment)
        if slot is not None and claims.is_open(claims.last(repository, wish.schedule), slot, moment):
            claim = await in_thread(claims.begun, repository, wish.schedule, slot, moment)
            return await self._claimed(wish, claim) if claim else None
        return await self._with_enough_new(wish, wish.after_sessions) if wish.after_sessions is not None else None

    async def _claimed(self, wish: Wish, claim: claims.Claim) -> Result | None:
        repository = self._ground.repository
        try:
            result = await self._dreamt(wish, claim.slot)
        except BaseException:
            await in_thread(claims.given_back, repository, wish.schedule, claim)
            raise
        await in_thread(claims.done, repository, wish.schedule, claim, self._clock.now())
        return result

    async def _dreamt(self, wish: Wish, slot: datetime | None) -> Result:
        """Dream, if there is enough to read."""
        attempt, heap = await self._attempt(wish, slot)
        fresh = night.unread(attempt.base.memory, heap.transcripts)
        if fresh < wish.least:
            return Result(wish, slot, None, _waiting(wish.least, fresh, len(heap.transcripts)), heap.skipped)
        return await self._slept(attempt, heap, slot)

    async def _with_enough_new(self, wish: Wish, enough: int) -> Result | None:
        """Dream once that many sessions came which neither a merged dream has read nor the one that is proposed."""
        attempt, heap = await self._attempt(wish, None)
        repository, head = self._ground.repository, self._ground.repository.head(proposal_branch(wish.store))
        known = await in_thread(memory_at, repository, head, wish.store) if head else attempt.base.memory
        if night.unread(known, heap.transcripts) < enough:
            return None
        return await self._slept(attempt, heap, None)

    async def _attempt(self, wish: Wish, slot: datetime | None) -> tuple[Attempt, reading.Heap]:
        self._dreamers.check(wish)
        bed = await self._bed(wish)
        base = await night.based(bed, takes_in=not self._order.is_trial)
        heap = await self._heap(wish)
        rehearsal = Rehearsal(self._ground.declared.tree) if self._order.replays else None
        spelled = slots.spelled(slot) if slot else ""
        return Attempt(bed, wish, base, heap.transcripts, spelled, rehearsal), heap

    async def _slept(self, attempt: Attempt, heap: reading.Heap, slot: datetime | None) -> Result:
        wish, fresh = attempt.wish, night.unread(attempt.base.memory, heap.transcripts)
        self._tell(f"{wish.schedule or wish.store}: {counted(len(heap.transcripts), 'session')} to read, {fresh} new")
        async with AsyncExitStack() as stack:
            dreamer = await self._dreamers.of(wish, stack)
            dream = await dreamer.dream(attempt.night())
        if self._order.is_trial:
            _, letter = await attempt.settled(dream)
            morning = Morning(letter, Published(Outcome.NOTHING))
        else:
            morning = await attempt.proposed(dream)
        return Result(wish, slot, morning, morning.letter.words, heap.skipped)

    async def _bed(self, wish: Wish) -> Bed:
        ground = self._ground
        [subject] = ground.subjects([wish.store])
        policy = await in_thread(policy_of, ground.repository, subject.branch, wish.store, wish.gates)
        return Bed(ground.repository, await ground.forge(), await ground.live(wish.store), subject, policy)

    async def _heap(self, wish: Wish) -> reading.Heap:
        logs = reading.logs(self._order.logs)
        if self._order.only_logs:
            return reading.together(logs)
        scope = finding.Scope.of(self._ground.declared.tree, self._ground.target.label)
        own = await reading.sessions(self._ground.target, wish, scope, self._order.session_ids)
        return reading.together(own, logs)


def _waiting(least: int, fresh: int, read: int) -> str:
    if not read:
        return "nothing to read: no session was found, and no log given"
    if least == 1:
        return "nothing new to read: every session was dreamt before"
    return f"waits for {counted(least, 'new session')}, and there {'is' if fresh == 1 else 'are'} {fresh or 'none'}"
