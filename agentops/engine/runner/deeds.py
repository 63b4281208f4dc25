"""What a run does for its threads: each deed ends in a happening, or ends the run, which is then taken up again."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial

from agentops.engine.core.conversation import Ask, Reply
from agentops.engine.core.json import written
from agentops.engine.core.runs import messages, prices
from agentops.engine.core.runs.decide import Heard
from agentops.engine.core.runs.effects import AskModel, Cancel, Effect, Evaluate, RunTool, Summarise, Task, Wait
from agentops.engine.core.runs.happenings import (
    Due,
    Evaluated,
    Evaluating,
    Happening,
    Ran,
    Replied,
    RequestFailed,
    Summarised,
    Troubled,
)
from agentops.engine.core.runs.session_state import SessionState, Thread
from agentops.engine.core.runs.state import Call, Phase
from agentops.engine.grading.port import Assignment, Grade
from agentops.engine.models.port import ContextTooLong, ModelError
from agentops.engine.runner.equipments import Equipments
from agentops.engine.runner.listener import Listener, Show
from agentops.engine.runner.workshop import Workshop
from agentops.engine.store.runners import Place
from agentops.engine.tools.port import Invocation, Offer, Outcome, Toolbox, ToolsUnavailable, text

_log = logging.getLogger("agentops.engine")

_BROKEN = "Something went wrong inside the server while this was done; the server's log says what."

_Done = Coroutine[None, None, Happening]


class Deeds:
    """Everything that is under way for the threads of one session."""

    def __init__(
        self,
        place: Place,
        workshop: Workshop,
        equipments: Equipments,
        hear: Callable[[Heard], None],
        show: Show,
        fail: Callable[[BaseException], None],
    ) -> None:
        """Begin with nothing; `hear` is told what came of a deed, `fail` of one that nothing came of."""
        self._place = place
        self._shop = workshop
        self._equipments = equipments
        self._hear = hear
        self._show = show
        self._fail = fail
        self._tasks: dict[asyncio.Task[None], str | None] = {}
        self._tools_at_work: set[asyncio.Task[None]] = set()
        self._opening = asyncio.Lock()
        self._toolbox: Toolbox | None = None
        self.at_end: Callable[[], None] = lambda: None
        """Called when something has ended: whoever leaves waits for the last tool, also one that told nothing."""

    @property
    def is_under_way(self) -> bool:
        """Tell whether anything is."""
        # A task that has ended may still be there: its callback comes later than what it told.
        return any(not each.done() for each in self._tasks)

    @property
    def has_tools_at_work(self) -> bool:
        """Tell whether a tool runs."""
        return bool(self._tools_at_work)

    def leave(self) -> None:
        """Stop all but the tools that run."""
        for task in self._tasks.keys() - self._tools_at_work:
            task.cancel()

    def lose(self) -> None:
        """Stop everything at once."""
        for task in self._tasks:
            task.cancel()

    async def perform(self, task: Task, session: SessionState) -> None:
        """Begin what is to be done for a thread, or end what is under way for it."""
        if isinstance(task.effect, Cancel):
            await self.cancel(task.thread_id)
            return
        thread = session.threads[task.thread_id]
        begun = self._start(task.thread_id, self._deed(task.thread_id, thread, task.effect, session))
        if isinstance(task.effect, RunTool):
            self._tools_at_work.add(begun)

    def _deed(self, thread_id: str | None, thread: Thread, effect: Effect, session: SessionState) -> _Done:
        match effect:
            case AskModel():
                return self._ask(thread_id, thread)
            case RunTool(call):
                return self._run_tool(thread_id, thread, call)
            case Summarise():
                return self._summarise(thread_id, thread)
            case Wait(seconds):
                return self._wait(seconds)
            case Evaluate(start_id):
                return self._evaluate(start_id, session)
            case _:
                raise AssertionError(effect)

    def _start(self, thread_id: str | None, deed: _Done) -> asyncio.Task[None]:
        task = asyncio.ensure_future(self._report(thread_id, deed))
        self._tasks[task] = thread_id
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        self._tools_at_work.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)
        self.at_end()

    async def _report(self, thread_id: str | None, deed: _Done) -> None:
        self._hear(Heard(await deed, thread_id))

    async def cancel(self, thread_id: str | None) -> None:
        """Stop all that is under way for a thread."""
        await _stopped([task for task, of in self._tasks.items() if of == thread_id])

    async def let_go(self, phase: Phase) -> None:
        """End what still runs; the tools of a session that rests wait for its next turn."""
        await _stopped(list(self._tasks))
        toolbox, self._toolbox = self._toolbox, None
        if toolbox is None:
            return
        if phase is Phase.IDLE:
            await self._shop.warm.put(self._place, toolbox, self._shop.clock.now())
        else:
            await toolbox.close()

    async def _ask(self, thread_id: str | None, thread: Thread) -> Happening:
        await self._ask_servers(thread_id, thread)
        listener = Listener(self._shop.ids, partial(self._show, thread_id))
        try:
            reply = await self._shop.model.ask(self._request(thread_id, thread), listener.hear)
        except ModelError as error:
            return _failure(error)
        except Exception:  # noqa: BLE001 - whatever it was, the session has to hear of it
            _log.exception("a model request broke: session=%s", self._place.session_id)
            return RequestFailed("unknown_error", _BROKEN)
        return Replied(reply, listener.preview())

    async def _ask_servers(self, thread_id: str | None, thread: Thread) -> None:
        """Have the servers of the agent asked for their tools, once a turn; it goes on without those that fail."""
        equipment = self._equipments.of(thread_id, thread.agent)
        if not equipment.has_servers or self._equipments.has_asked(thread_id):
            return
        try:
            toolbox = await self._tools()
            offer = await toolbox.offer(self._equipments.agent(thread.agent), equipment.setting.thread_id)
        except Exception:  # noqa: BLE001 - the model can be asked without them
            _log.exception("the servers of an agent could not be asked: session=%s", self._place.session_id)
            offer = Offer()
        self._equipments.offered(thread_id, offer)
        for each in offer.troubles:
            self._hear(Heard(Troubled(each), thread_id))

    async def _summarise(self, thread_id: str | None, thread: Thread) -> Happening:
        wanted = {
            "role": "user",
            "content": [{"type": "text", "text": messages.to_summarise(thread.state.conversation)}],
        }
        ask = self._request(thread_id, thread)
        ask = replace(ask, messages=(written(wanted).encode(),), system="", tools=b"[]")
        try:
            reply = await self._shop.model.ask(ask, lambda _piece: None)
        except ModelError as error:
            return replace(_failure(error), is_too_long=False)
        except Exception:  # noqa: BLE001 - whatever it was, the session has to hear of it
            _log.exception("a summary broke: session=%s", self._place.session_id)
            return RequestFailed("unknown_error", _BROKEN)
        summary = _text(reply).strip()
        if not summary:
            return RequestFailed("unknown_error", "The model summed the conversation up in no words.", may_pass=True)
        return Summarised(summary, reply.usage)

    async def _run_tool(self, thread_id: str | None, thread: Thread, call: Call) -> Happening:
        own_id = self._equipments.setting(thread_id, thread.agent).thread_id
        try:
            toolbox = await self._tools()
            server = call.mcp_server_name
            outcome = await toolbox.run(Invocation(call.id, call.name, call.input, server, own_id, thread.agent))
        except ToolsUnavailable as error:
            outcome = text(f"The tool could not run: {error}", is_error=True)
        except Exception:  # noqa: BLE001 - whatever it was, the model has to hear of it
            _log.exception("a tool broke: session=%s tool=%s", self._place.session_id, call.name)
            outcome = Outcome(text(_BROKEN).content, is_error=True)
        for each in outcome.troubles:
            self._hear(Heard(Troubled(each), thread_id))
        return Ran(call.id, outcome.content, outcome.is_error)

    async def _wait(self, seconds: float) -> Happening:
        await self._shop.sleep(seconds)
        return Due()

    async def _evaluate(self, start_id: str, session: SessionState) -> Happening:
        """Have the work evaluated by a grader that knows nothing of how it came about."""
        assignment = self._assignment(session)
        beating = asyncio.ensure_future(self._beat(start_id))
        try:
            grade = await self._shop.grader.grade(assignment, await self._tools())
        except (ModelError, ToolsUnavailable) as error:
            return Evaluated(start_id, "failed", f"The outcome could not be evaluated: {error}")
        except Exception:  # noqa: BLE001 - whatever it was, the session has to hear of it
            _log.exception("an evaluation broke: session=%s", self._place.session_id)
            return Evaluated(start_id, "failed", f"The outcome could not be evaluated. {_BROKEN}")
        finally:
            beating.cancel()
        return _evaluated(start_id, grade)

    async def _beat(self, start_id: str) -> None:
        while True:
            await self._shop.beat(self._shop.heartbeat_s)
            self._hear(Heard(Evaluating(start_id)))

    def _assignment(self, session: SessionState) -> Assignment:
        outcome = session.outcome
        if outcome is None:
            raise AssertionError("there is nothing to evaluate")
        agent = self._equipments.agent(None)
        return Assignment(
            self._place.session_id, outcome.id, outcome.iteration, outcome.description, outcome.rubric, agent["model"]
        )

    async def _tools(self) -> Toolbox:
        if self._toolbox is not None:
            return self._toolbox
        async with self._opening:
            if self._toolbox is None:
                loaded = self._equipments.loaded
                warm = self._shop.warm.take(self._place)
                self._toolbox = warm or await self._shop.outfitter.toolbox(
                    self._place, loaded.session, loaded.resources
                )
            return self._toolbox

    def _request(self, thread_id: str | None, thread: Thread) -> Ask:
        equipment = self._equipments.of(thread_id, thread.agent)
        return Ask(
            model=equipment.model,
            system=equipment.system,
            tools=equipment.tools,
            messages=thread.state.conversation,
            session_id=self._place.session_id,
            thread_id=equipment.setting.thread_id,
            agent_name=equipment.setting.agent_name,
        )


async def _stopped(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _failure(error: ModelError) -> RequestFailed:
    is_too_long = isinstance(error, ContextTooLong)
    return RequestFailed(error.kind, error.message, error.may_pass, error.retry_after_s, is_too_long)


def _evaluated(start_id: str, grade: Grade) -> Evaluated:
    cents = prices.costs(grade.model)(grade.usage, 0, 0) or 0
    found = grade.verdict
    return Evaluated(start_id, found.result, found.explanation, grade.usage, cents, found)


def _text(reply: Reply) -> str:
    return "\n".join(each["text"] for each in reply.content if each["type"] == "text")
