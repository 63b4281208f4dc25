"""One session while it has something to do: happenings in, decisions committed, effects performed.

Nothing here is remembered that the log does not hold: whoever is killed is followed by another who folds it again.
"""

import asyncio
import logging
from dataclasses import replace
from typing import Final

from agentops.base.clock import timestamp
from agentops.base.errors import StorageError
from agentops.base.threads import in_thread
from agentops.engine.core.entries import Entry
from agentops.engine.core.evaluations import Evaluation, rubric_digest, rubric_title
from agentops.engine.core.happenings import TOPIC, Home
from agentops.engine.core.json import parsed
from agentops.engine.core.runs.decide import Decision, Heard, decide
from agentops.engine.core.runs.effects import Cancel, OfProgram, Task
from agentops.engine.core.runs.fold import fold
from agentops.engine.core.runs.happenings import Evaluated, OfRun, Resumed, Sent
from agentops.engine.core.runs.session_state import SessionState
from agentops.engine.core.runs.state import Phase
from agentops.engine.core.session_happenings import told
from agentops.engine.core.sessions import watchers_topic
from agentops.engine.core.work import OF_WORKERS, Work, queued
from agentops.engine.operations import session_runs, work
from agentops.engine.operations.happenings import Report
from agentops.engine.operations.session_runs import Loaded, Standing, Superseded, Writing, Written
from agentops.engine.previews import Part
from agentops.engine.runner.deeds import Deeds
from agentops.engine.runner.equipments import Equipments
from agentops.engine.runner.inbox import Inbox
from agentops.engine.runner.plans import Plans
from agentops.engine.runner.standing import Standings
from agentops.engine.runner.workshop import Workshop
from agentops.engine.store.runners import Place

_log = logging.getLogger("agentops.engine")

_PAUSES_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Between attempts to write what came of a step: it would have to be done again, or be told as unknown."""

_LONG = 100
"""Entries of a log that are folded at once."""

_AT_ONCE: Final = 4
"""Happenings of a team that are decided and committed together: enough to share a write, few enough that the first
threads have asked their model again while the last ones are still read. Measured with 25 threads at once, 3 to 12."""

_ROUNDS: Final = 2
"""Rounds of the event loop in which replies that have arrived are read, before what is there is decided."""


class Run:
    """One session in the hands of this process."""

    def __init__(self, place: Place, workshop: Workshop) -> None:
        """Name the session; `work` takes it up."""
        self.place = place
        self._shop = workshop
        self._inbox = Inbox()
        self._equipments = Equipments(workshop.outfitter, place)
        self._deeds = Deeds(place, workshop, self._equipments, self._hear, self._show, self._fail)
        self._plans = Plans(workshop.programs, workshop.clock, self._hear)
        self.is_claimed = False
        """Whether the session is known to be this process's."""

        self._is_leaving = False
        self._is_lost = False
        self._failure: BaseException | None = None
        """Why a deed came to nothing: whoever takes the session up again begins it anew."""

        self._unheeded: tuple[Entry, ...] = ()
        """What was written from outside, is known to be there, and has not been taken yet."""

        self._stirred = asyncio.Event()
        self._has_news = False
        """Whether something may have come in from outside that nobody has looked at."""

        self._standings: Standings
        self._session = SessionState()
        self._seq = 0

    def leave(self) -> None:
        """Take nothing new up, and go as soon as the tools that run have ended: another process goes on."""
        self._is_leaving = True
        self._deeds.at_end = self._stirred.set
        self._deeds.leave()
        self._plans.leave()
        self._stirred.set()

    def lose(self) -> None:
        """Stop at once: another process has the session."""
        self._is_lost = True
        self._deeds.lose()
        self._plans.leave()
        self._stirred.set()

    def stir(self) -> None:
        """Have it look whether something came in."""
        self._has_news = True
        self._stirred.set()

    @property
    def is_stirred(self) -> bool:
        """Tell whether something may have come in that it has not looked at."""
        return self._has_news

    async def work(self) -> None:
        """Run the session until it rests, then give it back.

        Raises:
            Superseded: another process has it.
        """
        async with self._shop.entrance:
            loaded = await self._shop.database.read(lambda tx: session_runs.load(tx, self.place))
            if loaded is None or self._is_leaving:
                return
            await self._begin(loaded)
        try:
            await self._take(Heard(Resumed()))
            while not self._has_left and not await self._is_over():
                await self._step()
        finally:
            await self._plans.let_go()
            await self._deeds.let_go(self._session.phase)

    async def _begin(self, loaded: Loaded) -> None:
        await self._equipments.furnish(loaded)
        entries, setting = await self._with_files(loaded.entries), self._equipments.setting
        # A short log takes a millisecond or two; during a long one others have their turn.
        is_long = len(entries) > _LONG
        self._session = await in_thread(fold, entries, setting) if is_long else fold(entries, setting)
        self._seq = loaded.seq
        self._standings = Standings(loaded.session)
        self._standings.take(self._session)

    async def _with_files(self, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        """Return the log with the files that results name, where no model has read them yet."""
        asked = [
            number
            for number, each in enumerate(entries)
            if each.type == "span.model_request_start" and each.thread_id is None
        ]
        begun = asked[-1] if asked else 0
        return (*entries[:begun], *[await self._shop.outfitter.attached(self.place, each) for each in entries[begun:]])

    @property
    def _has_left(self) -> bool:
        return self._is_leaving and not self._deeds.has_tools_at_work and not self._inbox

    async def _is_over(self) -> bool:
        """Tell whether the session rests and was given back."""
        is_active = self._session.phase not in (Phase.IDLE, Phase.TERMINATED)
        if is_active or self._deeds.is_under_way or self._inbox or self._unheeded:
            return False
        # Who wakes it from here on may find it gone; `is_stirred` tells.
        self._has_news = False
        seq, place, runner_id = self._seq, self.place, self._shop.runner_id
        is_given_back = await self._shop.database.append(lambda tx: session_runs.release(tx, place, runner_id, seq))
        if not is_given_back:
            self.stir()
        return is_given_back

    async def _step(self) -> None:
        """Take what is there, or wait for something to happen."""
        if self._is_lost:
            raise Superseded
        if self._failure is not None:
            raise self._failure
        if self._unheeded:
            found, self._unheeded = self._unheeded, ()
            await self._heed(found)
        elif self._has_news:
            # What was sent before a reply came is heeded before it.
            self._has_news = False
            await self._look()
        elif self._inbox:
            await self._gather()
            await self._take(*self._inbox.take(_AT_ONCE))
        else:
            await self._stirred.wait()
            self._stirred.clear()

    async def _gather(self) -> None:
        """Let others come in that are about to: what a team does at one moment costs one commit."""
        if len(self._session.threads) > 1:
            for _ in range(_ROUNDS):
                await asyncio.sleep(0)

    async def _look(self) -> None:
        seq = self._seq
        found = await self._shop.database.read(lambda tx: session_runs.news(tx, self.place, seq))
        self._seq, self._unheeded = found.seq, found.others

    async def _heed(self, found: tuple[Entry, ...]) -> None:
        """Take what was written from outside."""
        if any(each.type == "session.updated" for each in found):
            loaded = await self._shop.database.read(lambda tx: session_runs.load(tx, self.place))
            if loaded is not None:
                await self._equipments.furnish(loaded)
        attached = [await self._shop.outfitter.attached(self.place, each) for each in found]
        await self._take(Heard(Sent(tuple(attached))))

    def _hear(self, heard: Heard) -> None:
        self._inbox.put(heard)
        self._stirred.set()

    def _fail(self, error: BaseException) -> None:
        self._failure = error
        self._stirred.set()

    async def _take(self, *heard: Heard) -> None:
        """Decide, commit, and only then act."""
        if isinstance(heard[0].happening, Resumed):
            await self._attach()
        waited = frozenset(each.id for thread in self._session.threads.values() for each in thread.state.queue)
        if isinstance(sent := heard[0].happening, Sent):
            waited |= {each.id for each in sent.entries}
        at = timestamp(self._shop.clock.now())
        decision = decide(self._session, heard, self._equipments.setting, self._shop.ids, at)
        if decision.entries:
            found = await self._commit(decision, waited, self._evaluation(heard))
            self._unheeded += found.others
        self._session = decision.session
        self._forget_offers()
        # Who leaves commits what came of its tools; what follows from that is done by the next.
        for task in decision.tasks if not self._is_leaving else ():
            await self._perform(task)

    async def _perform(self, task: Task) -> None:
        if isinstance(task.effect, OfProgram):
            self._plans.perform(task.effect, self._session)
        else:
            await self._deeds.perform(task, self._session)
            self._drop_stopped(task)

    async def _attach(self) -> None:
        """Read the files into what waits since before the session was taken up."""
        primary = self._session.threads[None]
        queue = [await self._shop.outfitter.attached(self.place, each) for each in primary.state.queue]
        state = replace(primary.state, queue=tuple(queue))
        self._session = self._session.with_thread(None, replace(primary, state=state))

    async def _commit(self, decision: Decision, waited: frozenset[str], evaluation: Evaluation | None) -> Written:
        setting = self._equipments.setting
        report = self._report(decision)
        standing = self._standings.of_session(decision.session, setting)
        rows = self._standings.of_threads(decision.session, setting)
        item = self._work(standing) if standing is not None else None
        found = await self._written(
            Writing(decision.entries, waited, self._seq, standing, rows, evaluation, item, report)
        )
        self._seq = found.seq
        self._shop.committed(self.place, decision.entries)
        topics = [watchers_topic(self.place.session_id)]
        topics += [work.topic(item.environment_id)] if item is not None else []
        topics += [TOPIC] if found.is_told else []
        self._shop.news.tell(topics)
        return found

    def _report(self, decision: Decision) -> Report | None:
        """Return what webhooks have to tell of a decision; of most there is nothing."""
        is_budget_told = self._standings.has_told(self._equipments.setting(None, None).budget)
        happenings = told(self.place.session_id, decision.entries, is_budget_told=is_budget_told)
        home = Home(self._shop.organization, self.place.workspace)
        return Report(home, self._shop.ids, happenings, decision.session.last_at) if happenings else None

    def _work(self, standing: Standing) -> Work | None:
        """Return an item for the workers that carry out the session's tools, where it waits for them."""
        session = self._equipments.loaded.session
        is_served = any(each in OF_WORKERS for each in standing.progress["waits_for"].values())
        if not is_served or parsed(session.config)["type"] != "self_hosted":
            return None
        at = timestamp(self._shop.clock.now())
        return queued(self._shop.ids.new("work"), session.environment_id, session.id, at)

    async def _written(self, writing: Writing) -> Written:
        """Write, with patience: a database that does not answer for a while may be there again soon."""
        place, runner_id = self.place, self._shop.runner_id
        for pause_s in _PAUSES_S:
            try:
                return await self._shop.database.append(lambda tx: session_runs.write(tx, place, runner_id, writing))
            except StorageError as error:
                _log.warning("a session waits for the database: session=%s: %s", place.session_id, error.message)
            await self._shop.sleep(pause_s)
        return await self._shop.database.append(lambda tx: session_runs.write(tx, place, runner_id, writing))

    def _evaluation(self, heard: tuple[Heard, ...]) -> Evaluation | None:
        """Return what is kept of an evaluation that has come to its end."""
        found = next((each.happening for each in heard if isinstance(each.happening, Evaluated)), None)
        outcome, session = self._session.outcome, self._equipments.loaded.session
        if found is None or outcome is None or outcome.start_id != found.start_id:
            return None
        agent, is_last = parsed(session.agent), outcome.iteration + 1 >= outcome.max_iterations
        now, verdict = timestamp(self._shop.clock.now()), found.verdict
        return Evaluation(
            session_id=session.id,
            outcome_id=outcome.id,
            iteration=outcome.iteration,
            rubric_digest=rubric_digest(outcome.rubric),
            rubric_title=rubric_title(outcome.rubric),
            agent_id=agent["id"],
            agent_version=agent["version"],
            model=agent["model"]["id"],
            result="max_iterations_reached" if found.result == "needs_revision" and is_last else found.result,
            score=verdict.score if verdict else None,
            findings=verdict.findings if verdict else (),
            usage=found.usage,
            started_at=outcome.started_at,
            ended_at=now,
        )

    def _forget_offers(self) -> None:
        """Have the servers of threads that rest asked again in their next turn."""
        for key, thread in self._session.threads.items():
            if thread.state.phase is Phase.IDLE:
                self._equipments.forget_offer(key)

    def _drop_stopped(self, task: Task) -> None:
        """Forget what a thread came to at the last moment before it was stopped."""
        if isinstance(task.effect, Cancel):
            self._inbox.drop(lambda each: each.thread_id == task.thread_id and not isinstance(each.happening, OfRun))

    def _show(self, thread_id: str | None, part: Part) -> None:
        """Let watchers see a part of a reply, behind all that was logged before it."""
        placed = replace(part, after=self._seq, thread_id=thread_id)
        self._shop.previews.show(self.place.session_id, watchers_topic(self.place.session_id), placed)
