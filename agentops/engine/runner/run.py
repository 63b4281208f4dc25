"""One session while it has something to do: happenings in, decisions committed, effects performed.

Nothing here is remembered that the log does not hold: whoever is killed is followed by another who folds it again.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial

from agentops.base.clock import timestamp
from agentops.base.errors import StorageError
from agentops.engine.core.conversation import Ask, Reply
from agentops.engine.core.json import Json, parsed, written
from agentops.engine.core.runs import messages
from agentops.engine.core.runs.decide import Decision, decide
from agentops.engine.core.runs.draft import snapshot
from agentops.engine.core.runs.effects import AskModel, Cancel, Effect, RunTool, Summarise, Wait
from agentops.engine.core.runs.evolve import fold
from agentops.engine.core.runs.happenings import (
    Due,
    Happening,
    Preview,
    Ran,
    Replied,
    RequestFailed,
    Resumed,
    Sent,
    Summarised,
    Troubled,
)
from agentops.engine.core.runs.state import Call, Entry, Phase, State
from agentops.engine.core.sessions import watchers_topic
from agentops.engine.core.work import OF_WORKERS, Work, queued
from agentops.engine.models.port import ContextTooLong, ModelError, Piece, TextPiece
from agentops.engine.operations import session_runs, work
from agentops.engine.operations.session_runs import Loaded, Standing, Superseded, Writing, Written
from agentops.engine.previews import Part
from agentops.engine.runner.workshop import Equipment, Workshop
from agentops.engine.store.runners import Place
from agentops.engine.threads import in_thread
from agentops.engine.tools.port import Invocation, Offer, Outcome, Toolbox, ToolsUnavailable, text

_log = logging.getLogger("agentops.engine")

_PAUSES_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Between attempts to write what came of a step: it would have to be done again, or be told as unknown."""

_LONG = 200
"""Entries of a log that are folded at once."""

_Performed = Callable[[], Coroutine[None, None, Happening]]

_BROKEN = "Something went wrong inside the server while this was done; the server's log says what."


class Run:
    """One session in the hands of this process."""

    def __init__(self, place: Place, workshop: Workshop) -> None:
        """Name the session; `work` takes it up."""
        self.place = place
        self._shop = workshop
        self._inbox: deque[Happening] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._tools_at_work: set[asyncio.Task[None]] = set()
        self.is_claimed = False
        """Whether the session is known to be this process's."""

        self._is_leaving = False
        self._is_lost = False
        self._unheeded: tuple[Entry, ...] = ()
        """What was written from outside, is known to be there, and has not been taken yet."""

        self._opening = asyncio.Lock()
        self._stirred = asyncio.Event()
        self._toolbox: Toolbox | None = None
        self._offer: Offer | None = None
        """What the agent's servers offer in this turn; None until they were asked."""

        self._notes = ""
        self._loaded: Loaded
        self._equipment: Equipment
        self._state: State
        self._seq = 0
        self._status = ""
        self._progress: Json = {}

    def leave(self) -> None:
        """Take nothing new up, and go as soon as the tools that run have ended: another process goes on."""
        self._is_leaving = True
        for task in self._tasks - self._tools_at_work:
            task.cancel()
        self._stirred.set()

    def lose(self) -> None:
        """Stop at once: another process has the session."""
        self._is_lost = True
        for task in self._tasks:
            task.cancel()
        self._stirred.set()

    def stir(self) -> None:
        """Have it look whether something came in."""
        self._stirred.set()

    @property
    def is_stirred(self) -> bool:
        """Tell whether something may have come in that it has not looked at."""
        return self._stirred.is_set()

    async def work(self) -> None:
        """Run the session until it rests, then give it back.

        Raises:
            Superseded: another process has it.
        """
        loaded = await self._shop.database.read(lambda tx: session_runs.load(tx, self.place))
        if loaded is None or self._is_leaving:
            return
        await self._begin(loaded)
        try:
            await self._take(Resumed())
            while not self._has_left and not await self._is_over():
                await self._step()
        finally:
            await self._let_go()

    async def _begin(self, loaded: Loaded) -> None:
        await self._furnish(loaded)
        entries, setting = await self._with_files(loaded.entries), self._equipment.setting
        # A short log takes a millisecond or two; during a long one others have their turn.
        is_long = len(entries) > _LONG
        self._state = await in_thread(fold, entries, setting) if is_long else fold(entries, setting)
        self._seq = loaded.seq
        self._status = loaded.session.status
        self._progress = parsed(loaded.session.progress)

    async def _with_files(self, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        """Return the log with the files that results name, where no model has read them yet."""
        asked = [number for number, each in enumerate(entries) if each.type == "span.model_request_start"]
        begun = asked[-1] if asked else 0
        return (*entries[:begun], *[await self._shop.outfitter.attached(self.place, each) for each in entries[begun:]])

    async def _furnish(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self._notes = await self._shop.outfitter.notes(self.place, loaded.session, loaded.resources)
        self._equip()

    def _equip(self) -> None:
        self._equipment = self._shop.outfitter.equipment(self._loaded.session, self._notes, self._offer or Offer())

    @property
    def _has_left(self) -> bool:
        return self._is_leaving and not self._tools_at_work and not self._inbox

    async def _is_over(self) -> bool:
        """Tell whether the session rests and was given back."""
        # A task that has ended may still be in the set: its callback comes later than what it left in the inbox.
        is_at_work = any(not each.done() for each in self._tasks)
        is_active = self._state.phase not in (Phase.IDLE, Phase.TERMINATED)
        if is_active or is_at_work or self._inbox or self._unheeded:
            return False
        # Who wakes it from here on may find it gone; `is_stirred` tells.
        self._stirred.clear()
        seq, place, runner_id = self._seq, self.place, self._shop.runner_id
        is_given_back = await self._shop.database.append(lambda tx: session_runs.release(tx, place, runner_id, seq))
        if not is_given_back:
            self._stirred.set()
        return is_given_back

    async def _step(self) -> None:
        """Take what is there, or wait for something to happen."""
        if self._is_lost:
            raise Superseded
        if self._unheeded:
            found, self._unheeded = self._unheeded, ()
            await self._heed(found)
        elif self._inbox:
            await self._take(self._inbox.popleft())
        else:
            await self._stirred.wait()
            self._stirred.clear()
            if not self._inbox:
                await self._look()

    async def _look(self) -> None:
        seq = self._seq
        found = await self._shop.database.read(lambda tx: session_runs.news(tx, self.place, seq))
        self._seq, self._unheeded = found.seq, found.others

    async def _heed(self, found: tuple[Entry, ...]) -> None:
        """Take what was written from outside."""
        if any(each.type == "session.updated" for each in found):
            loaded = await self._shop.database.read(lambda tx: session_runs.load(tx, self.place))
            if loaded is not None:
                self._offer = self._offer if loaded.session.agent == self._loaded.session.agent else None
                await self._furnish(loaded)
        attached = [await self._shop.outfitter.attached(self.place, each) for each in found]
        await self._take(Sent(tuple(attached)))

    async def _take(self, happening: Happening) -> None:
        """Decide, commit, and only then act."""
        if isinstance(happening, Resumed):
            queue = [await self._shop.outfitter.attached(self.place, each) for each in self._state.queue]
            self._state = replace(self._state, queue=tuple(queue))
        waited = frozenset(each.id for each in self._state.queue)
        if isinstance(happening, Sent):
            waited |= {each.id for each in happening.entries}
        at = timestamp(self._shop.clock.now())
        decision = decide(self._state, happening, self._equipment.setting, self._shop.ids, at)
        if decision.entries:
            found = await self._commit(decision, waited)
            self._unheeded += found.others
        self._state = decision.state
        if self._state.phase is Phase.IDLE:
            self._offer = None
        # Who leaves commits what came of its tools; what follows from that is done by the next.
        for effect in decision.effects if not self._is_leaving else ():
            await self._perform(effect)

    async def _commit(self, decision: Decision, waited: frozenset[str]) -> Written:
        standing = self._changed(decision.state)
        item = self._work(standing) if standing is not None else None
        found = await self._written(Writing(decision.entries, waited, self._seq, standing, item))
        self._seq = found.seq
        topics = [watchers_topic(self.place.session_id)]
        self._shop.news.tell([*topics, work.topic(item.environment_id)] if item is not None else topics)
        return found

    def _work(self, standing: Standing) -> Work | None:
        """Return an item for the workers that carry out the session's tools, where it waits for them."""
        session = self._loaded.session
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

    def _changed(self, state: State) -> Standing | None:
        """Return how the session stands, where anybody outside can tell the difference; None where nobody can.

        Most steps of a turn change nothing of it, and the row that holds it is long: it holds the whole agent too.
        """
        stands = {
            "stop": state.rests_for,
            "waits_for": {each.id: each.awaits for each in state.waits_for},
        }
        if self._status == state.phase and stands.items() <= self._progress.items():
            return None
        usage = snapshot(state, self._equipment.setting)
        self._status = state.phase
        self._progress = {**self._progress, **stands, "usage": usage, "active_seconds": usage["active_seconds"]}
        return Standing(self._status, self._progress, state.last_at)

    async def _perform(self, effect: Effect) -> None:
        match effect:
            case AskModel():
                self._start(self._ask)
            case RunTool(call):
                self._tools_at_work.add(self._start(partial(self._run_tool, call)))
            case Summarise():
                self._start(self._summarise)
            case Wait(seconds):
                self._start(partial(self._wait, seconds))
            case Cancel():
                await self._cancel()

    def _start(self, work: _Performed) -> asyncio.Task[None]:
        task = asyncio.ensure_future(self._report(work))
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._tools_at_work.discard(task)
        if self._is_leaving:
            self._stirred.set()

    async def _report(self, work: _Performed) -> None:
        self._inbox.append(await work())
        self._stirred.set()

    async def _cancel(self) -> None:
        """Stop everything; what came to its end at the last moment is not heard of."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._inbox.clear()

    async def _let_go(self) -> None:
        """End what still runs; the tools of a session that rests wait for its next turn."""
        await self._cancel()
        toolbox, self._toolbox = self._toolbox, None
        if toolbox is None:
            return
        if self._state.phase is Phase.IDLE:
            await self._shop.warm.put(self.place, toolbox, self._shop.clock.now())
        else:
            await toolbox.close()

    # --- effects: each ends in a happening, whatever goes wrong ---------------------------------------------------

    async def _ask(self) -> Happening:
        await self._ask_servers()
        listener = _Listener(self)
        try:
            reply = await self._shop.model.ask(self._request(self._state.conversation), listener.hear)
        except ModelError as error:
            return _failure(error)
        except Exception:  # noqa: BLE001 - whatever it was, the session has to hear of it
            _log.exception("a model request broke: session=%s", self.place.session_id)
            return RequestFailed("unknown_error", _BROKEN)
        return Replied(reply, listener.preview())

    async def _ask_servers(self) -> None:
        """Have the servers of the agent asked for their tools, once a turn; it goes on without those that fail."""
        if self._offer is not None or not self._equipment.has_servers:
            return
        try:
            toolbox = await self._tools()
            self._offer = await toolbox.offer(parsed(self._loaded.session.agent))
        except Exception:  # noqa: BLE001 - the model can be asked without them
            _log.exception("the servers of an agent could not be asked: session=%s", self.place.session_id)
            self._offer = Offer()
        self._equip()
        self._inbox.extend(map(Troubled, self._offer.troubles))
        self._stirred.set()

    async def _summarise(self) -> Happening:
        wanted = {
            "role": "user",
            "content": [{"type": "text", "text": messages.to_summarise(self._state.conversation)}],
        }
        ask = replace(self._request((written(wanted).encode(),)), system="", tools=b"[]")
        try:
            reply = await self._shop.model.ask(ask, lambda _piece: None)
        except ModelError as error:
            failure = _failure(error)
            return replace(failure, is_too_long=False)
        except Exception:  # noqa: BLE001 - whatever it was, the session has to hear of it
            _log.exception("a summary broke: session=%s", self.place.session_id)
            return RequestFailed("unknown_error", _BROKEN)
        summary = _text(reply).strip()
        if not summary:
            return RequestFailed("unknown_error", "The model summed the conversation up in no words.", may_pass=True)
        return Summarised(summary, reply.usage)

    async def _run_tool(self, call: Call) -> Happening:
        try:
            toolbox = await self._tools()
            outcome = await toolbox.run(self._invocation(call))
        except ToolsUnavailable as error:
            outcome = text(f"The tool could not run: {error}", is_error=True)
        except Exception:  # noqa: BLE001 - whatever it was, the model has to hear of it
            _log.exception("a tool broke: session=%s tool=%s", self.place.session_id, call.name)
            outcome = Outcome(text(_BROKEN).content, is_error=True)
        self._inbox.extend(map(Troubled, outcome.troubles))
        return Ran(call.id, outcome.content, outcome.is_error)

    async def _wait(self, seconds: float) -> Happening:
        await self._shop.sleep(seconds)
        return Due()

    def _invocation(self, call: Call) -> Invocation:
        thread_id = self._equipment.setting.thread_id
        return Invocation(call.id, call.name, call.input, call.mcp_server_name, thread_id)

    async def _tools(self) -> Toolbox:
        async with self._opening:
            if self._toolbox is None:
                session, resources = self._loaded.session, self._loaded.resources
                warm = self._shop.warm.take(self.place)
                self._toolbox = warm or await self._shop.outfitter.toolbox(self.place, session, resources)
            return self._toolbox

    def _request(self, conversation: tuple[bytes, ...]) -> Ask:
        setting = self._equipment.setting
        return Ask(
            model=self._equipment.model,
            system=self._equipment.system,
            tools=self._equipment.tools,
            messages=conversation,
            session_id=self.place.session_id,
            thread_id=setting.thread_id,
            agent_name=setting.agent_name,
        )

    def show(self, part: Part) -> None:
        """Let watchers see a part of a reply, behind all that was logged before it."""
        placed = replace(part, after=self._seq)
        self._shop.previews.show(self.place.session_id, watchers_topic(self.place.session_id), placed)

    def new_event_id(self) -> str:
        """Return an id for an event that begins to show."""
        return self._shop.ids.new("sevt")


class _Listener:
    """Hears a reply as it comes, and gives what is shown of it the ids that its events will have."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._message_id: str | None = None
        self._thinking_ids: list[str] = []
        self._blocks: dict[int, int] = {}
        """Which text of the message a block of the reply is."""

    def hear(self, piece: Piece) -> None:
        if not isinstance(piece, TextPiece):
            self._thinking_ids.append(self._run.new_event_id())
            self._run.show(Part(self._thinking_ids[-1], "agent.thinking"))
            return
        if self._message_id is None:
            self._message_id = self._run.new_event_id()
            self._run.show(Part(self._message_id, "agent.message"))
        index = self._blocks.setdefault(piece.index, len(self._blocks))
        self._run.show(Part(self._message_id, "agent.message", piece.text, index))

    def preview(self) -> Preview:
        return Preview(self._message_id, tuple(self._thinking_ids))


def _failure(error: ModelError) -> RequestFailed:
    is_too_long = isinstance(error, ContextTooLong)
    return RequestFailed(error.kind, error.message, error.may_pass, error.retry_after_s, is_too_long)


def _text(reply: Reply) -> str:
    return "\n".join(each["text"] for each in reply.content if each["type"] == "text")
