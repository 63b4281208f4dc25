"""One dream in the hands of this process, from wherever another left it to its end."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

from agentops.base.clock import Clock, timestamp
from agentops.base.errors import StorageError
from agentops.base.ids import IdSource
from agentops.dreaming.port import Dream as Dreamt
from agentops.dreaming.port import Night
from agentops.engine.core import dreams as core
from agentops.engine.core.dreams import Bounds, Dream
from agentops.engine.core.json import Json, parsed
from agentops.engine.core.memories import Memory as Stored
from agentops.engine.dreams import learning, reading
from agentops.engine.dreams.apart import apart, computed
from agentops.engine.dreams.port import Dreamers, Meter
from agentops.engine.keyring import Keyring
from agentops.engine.news import News
from agentops.engine.operations import dream_runs
from agentops.engine.operations.call import Call, unheard
from agentops.engine.operations.dream_runs import Broken, Hands, Learnt, Moved, Superseded
from agentops.engine.store.dreams import Bed
from agentops.engine.store.port import Database, Transaction
from agentops.memory import ledger_text
from agentops.memory.transcripts import Transcript

_log = logging.getLogger("agentops.engine")

_THREADS = 4
"""Of one process; Python computes in one of them at a time."""

_ROUNDS = 5
"""How often what was learnt is applied to a store that others write to at the same time."""

T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Chamber:
    """What every dream of this process shares."""

    runner_id: str
    database: Database
    clock: Clock
    ids: IdSource
    keyring: Keyring
    organization: str
    news: News
    dreamers: Dreamers
    bounds: Bounds
    threads: Executor = field(default_factory=lambda: ThreadPoolExecutor(_THREADS, "dreams"))
    """Where dreams think, apart from the threads of requests; made at the first use."""


class DreamRun:
    """One dream while it is run here."""

    def __init__(self, bed: Bed, chamber: Chamber) -> None:
        """Name the dream; `work` takes it up."""
        self.bed = bed
        self._in = chamber
        self._hands = Hands(bed.dream_id, chamber.runner_id, chamber.bounds)
        self._meter = Meter()
        self._before: Json = core.NO_USAGE
        """What it had taken when it was taken up."""

        self.is_taken = False
        """Whether it is known to be this process's."""

        self.is_told = False
        """Whether it is told to stop: once is enough."""

    async def work(self) -> None:
        """Run the dream to its end, unless it is not to be had; a failure of its own is its end."""
        dream = await self._write(dream_runs.take)
        if dream is None:
            return
        self._before, self.is_taken = dream.usage, True
        try:
            await self._dreamt(dream)
        except Superseded:
            await self._let_go()
        except Broken as error:
            await self._fail(error.failure)
        except (StorageError, asyncio.CancelledError):
            await asyncio.shield(self._let_go())
            raise
        except Exception:  # noqa: BLE001 - it ends the dream, and the log has it
            _log.exception("a dream broke: dream=%s", self.bed.dream_id)
            await self._fail(core.internal("The server failed; its log says more. What was written so far stays."))

    async def check(self) -> bool:
        """Note what it took so far, and tell whether it is still to be run here."""
        try:
            await self._write(dream_runs.tell, self._usage)
        except Superseded:
            return False
        except Broken as error:
            await self._fail(error.failure)
            return False
        return True

    async def _dreamt(self, dream: Dream) -> None:
        """Do what is left to do.

        Raises:
            Superseded: it is not this process's any more.
            Broken: it cannot go on.
        """
        again = "Taken up again where the server was stopped. " if dream.output_id else ""
        await self._say(f"{again}Reading memory store {dream.store_id} and {_counted(dream)}.")
        dream = await self._write(dream_runs.clone)
        transcripts = await reading.transcripts(
            self._in.database, self._in.threads, self.bed.workspace, dream.session_ids
        )
        await self._say(_read(transcripts))
        proposed = await self._within_time(dream, transcripts)
        for stage in proposed.stages:
            if stage.note:
                await self._say(f"{stage.name.capitalize()}, {stage.engine}: {stage.note}")
        for _ in range(_ROUNDS):
            try:
                await self._finish(dream, proposed, transcripts)
            except Moved:
                continue
            return
        raise Broken(core.internal(f"Memory store {dream.output_id} kept changing while the dream wrote into it."))

    async def _within_time(self, dream: Dream, transcripts: tuple[Transcript, ...]) -> Dreamt:
        bounds = self._in.bounds
        left_s = core.remaining_s(dream, bounds, timestamp(self._in.clock.now()))
        try:
            async with asyncio.timeout(left_s):
                return await self._proposed(dream, transcripts)
        except TimeoutError:
            raise Broken(core.timeout(bounds)) from None

    async def _proposed(self, dream: Dream, transcripts: tuple[Transcript, ...]) -> Dreamt:
        wish = parsed(dream.request)
        chosen = self._in.dreamers.chosen(wish["model"]["id"], dream.session_id or "", self._meter)
        await self._say(chosen.words)
        stored, ledger = await self._stored(dream)
        night = Night(
            await computed(reading.memory, self._in.threads, stored, ledger),
            transcripts,
            _today(dream),
            instructions=wish["instructions"] or "",
        )
        return await apart(partial(chosen.dreamer.dream, night), self._in.threads)

    async def _finish(self, dream: Dream, proposed: Dreamt, transcripts: tuple[Transcript, ...]) -> None:
        """Apply what was proposed to the store as it is now, and write it if it is still so.

        Raises:
            Moved: it is not.
        """
        stored, ledger = await self._stored(dream)
        before = await computed(reading.memory, self._in.threads, stored, ledger)
        night = Night(before, transcripts, _today(dream))
        found = await computed(learning.outcome, self._in.threads, proposed, night, dream.id)
        written, removed = learning.changed(before, found.memory)
        words = _told(proposed, found, len(written) + len(removed))
        kept = ledger_text.written(found.memory.ledger)
        learnt = Learnt(reading.digests(stored), written, removed, kept, found.proposed, words)
        await self._write(dream_runs.finish, self._usage, learnt)

    async def _stored(self, dream: Dream) -> tuple[list[Stored], Mapping[str, str]]:
        """Return what the store holds that is written to, and its ledger: a new one is a copy that nobody else changes.

        Raises:
            Broken: it is too large.
        """
        store_id = dream.output_id or ""
        stored, ledger = await self._in.database.read(lambda tx: dream_runs.contents(self._call(tx), store_id))
        dream_runs.refuse_size(dream, self._in.bounds, sum(each.content_size_bytes for each in stored))
        return stored, ledger

    @property
    def _usage(self) -> Json:
        return core.total(self._before, self._meter.usage)

    async def _say(self, words: str) -> None:
        await self._write(dream_runs.tell, self._usage, words)

    async def _fail(self, failure: core.Failure) -> None:
        await self._write(dream_runs.fail, self._usage, failure)

    async def _let_go(self) -> None:
        try:
            await self._write(dream_runs.let_go, self._usage)
        except StorageError as error:
            _log.warning("others will find out that a dream is not run here: %s", error.message)

    async def _write(self, operation: Callable[Concatenate[Call, Hands, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what a step of the dream comes to, once it is on disk and those who watch are told."""
        topics: set[str] = set()
        found = await self._in.database.write(
            lambda tx: operation(self._call(tx, topics.add), self._hands, *args, **kwargs)
        )
        self._in.news.tell(topics)
        return found

    def _call(self, tx: Transaction, announce: Callable[[str], None] = unheard) -> Call:
        return Call(
            tx=tx,
            organization=self._in.organization,
            workspace=self.bed.workspace,
            api_key_id="",
            at=timestamp(self._in.clock.now()),
            ids=self._in.ids,
            keyring=self._in.keyring,
            announce=announce,
        )


def _today(dream: Dream) -> date:
    """Return the day that everything is counted from: the same however often the dream is taken up."""
    return datetime.fromisoformat(dream.created_at).date()


def _counted(dream: Dream) -> str:
    count = len(dream.session_ids)
    return "one session" if count == 1 else f"{count} sessions"


def _read(transcripts: tuple[Transcript, ...]) -> str:
    events = sum(len(each.events) for each in transcripts)
    return f"Sessions read: {len(transcripts)}, with {events} events; secrets and personal data are left out."


def _told(proposed: Dreamt, found: learning.Outcome, files: int) -> str:
    """Return what whoever watches is told at the end."""
    if found.objections:
        did = f"Nothing was written: {'; '.join(found.objections)}"
    elif not found.proposed:
        did = "" if proposed.words else "There was nothing to learn"
    else:
        apart_from = len(found.proposed) - found.applied
        did = f"Operations applied: {found.applied}, to {files} files; set apart: {apart_from}"
    return " ".join(f"{each[0].upper()}{each[1:].rstrip('.')}." for each in (proposed.words, did) if each)
