"""Run a plan: steps in parallel as far as their references allow, each verified, and an honest account at the end."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from agentops.base.errors import AgentopsError, TargetError, TargetRejected
from agentops.base.ids import IdSource
from agentops.base.names import Address
from agentops.reconcile import bodies
from agentops.reconcile.along import Along
from agentops.reconcile.bodies import Stamp
from agentops.reconcile.delivery import Delivery
from agentops.reconcile.marks import Marks, read
from agentops.reconcile.memory_writes import MemoryWriter
from agentops.reconcile.objects import OBJECTS
from agentops.reconcile.observed import Live
from agentops.reconcile.parting import Partings
from agentops.reconcile.plan import CREATES, PARTINGS, REMOVALS, Action, Plan, Step
from agentops.reconcile.resource import Resource
from agentops.reconcile.settling import check_alone, check_removable, is_as_planned, reconsidered, reread
from agentops.reconcile.target import Body, Target, Verb, Write
from agentops.reconcile.values import Known
from agentops.reconcile.verdicts import SEED


class State(StrEnum):
    """How far a step came."""

    STARTED = "started"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Progress:
    """One step that moved on."""

    step: Step
    state: State
    detail: str = ""
    """What the step made (`version 4`), or why it failed or was skipped."""

    hint: str = ""
    """The way out, or what is left to do."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an apply did: the last state of every step, in the order of the plan."""

    results: tuple[Progress, ...]

    def count(self, state: State) -> int:
        """Return how many steps ended so."""
        return sum(each.state is state for each in self.results)

    @property
    def is_complete(self) -> bool:
        """Tell whether every step was done."""
        return self.count(State.DONE) == len(self.results)


Tasks = Sequence["asyncio.Task[Progress]"]
Wanted = Mapping[str, Any]
Written = tuple[Step, Write, Body]
"""The step as it was done in the end, what was sent, and what the server answered."""


class Applier:
    """Runs one plan against one target."""

    def __init__(
        self,
        target: Target,
        delivery: Delivery,
        stamp: Stamp,
        nonces: IdSource,
        tell: Callable[[Progress], None] = lambda _progress: None,
        *,
        parallel: int = 8,
    ) -> None:
        """Take the target, what delivers, what marks say, and whom to tell of progress."""
        self._target = target
        self._delivery = delivery
        self._stamp = stamp
        self._nonces = nonces
        self._tell = tell
        self._slots = asyncio.Semaphore(parallel)
        self._stopped = ""
        self._known: dict[Address, Known] = {}
        self._memories = MemoryWriter(target, delivery)
        self._along = Along(target)
        self._partings = Partings(target, delivery, nonces, stamp.tool)

    def stop(self, why: str = "interrupted") -> None:
        """Start no further step; those under way are finished."""
        self._stopped = self._stopped or why

    async def run(self, plan: Plan, lives: Mapping[Address, Known]) -> Outcome:
        """Do every step of the plan that can be done; `lives` are the objects that stay as they are.

        Independent branches go on after a failure. Removals come last, one by one: nothing may name what goes. Those
        that make room for a sibling come first.
        """
        self._known = dict(lives)
        tasks: dict[Address, asyncio.Task[Progress]] = {}
        rooms = defaultdict[tuple[str, str], list[asyncio.Task[Progress]]](list)
        for step in plan.steps:
            if step.makes_room:
                # It starts when this function first waits, and finds every task in `tasks` by then.
                rooms[step.holder].append(asyncio.create_task(self._make_room(step, tasks)))
        for step in plan.steps:
            if step.action not in {*REMOVALS, *PARTINGS}:
                before = [tasks[need] for need in step.needs]
                room = rooms[step.holder] if step.action in CREATES else []
                tasks[step.address] = asyncio.create_task(self._run_after(step, before, room))
        results = await asyncio.gather(*tasks.values())
        emptied = [result for room in rooms.values() for result in await asyncio.gather(*room)]
        results += [each for each in emptied if each.step.action in REMOVALS]
        all_done = all(each.state is State.DONE for each in results)
        for step in plan.steps:
            if step.action in {*REMOVALS, *PARTINGS} and not step.makes_room:
                obstacle = None if all_done else _skipped(step, "an earlier step failed")
                deed = self._remove if step.action in REMOVALS else self._partings.part
                results.append(self._told(obstacle or await self._start(step, deed)))
        return Outcome(tuple(results))

    async def _run_after(self, step: Step, before: Tasks, room: Tasks) -> Progress:
        """Do a step that brings something, when all is there that it needs."""
        obstacle = await _obstacle(step, before)
        for made in await asyncio.gather(*room):
            if made.step is step and made.state is not State.DONE:
                obstacle = made
        if obstacle:
            return self._told(obstacle)
        if step.makes_room:  # It is under way: what it replaces is gone.
            return self._told(await self._try(step, self._bring))
        return self._told(await self._start(step, self._bring))

    async def _make_room(self, step: Step, tasks: Mapping[Address, "asyncio.Task[Progress]"]) -> Progress:
        """Take away what there can be only one of: the first half of a replacement, which is told with the second."""
        result = await _obstacle(step, [tasks[need] for need in step.needs])
        result = result or await self._start(step, self._remove)
        return self._told(result) if step.action in REMOVALS else result

    async def _start(self, step: Step, deed: Callable[[Step], Awaitable[str]]) -> Progress:
        async with self._slots:
            if self._stopped:
                return _skipped(step, self._stopped)
            self._tell(Progress(step, State.STARTED))
            return await self._try(step, deed)

    async def _try(self, step: Step, deed: Callable[[Step], Awaitable[str]]) -> Progress:
        advice = OBJECTS[step.object].advice.format(address=step.address) if step.action in CREATES else ""
        try:
            return Progress(step, State.DONE, await deed(step), advice)
        except AgentopsError as error:
            return Progress(step, State.FAILED, error.message, error.hint)

    def _told(self, progress: Progress) -> Progress:
        self._tell(progress)
        return progress

    async def _bring(self, step: Step) -> str:
        """Create or update the object, its memories, and its marks."""
        if step.resource is None:
            raise ValueError("a step that brings something needs a resource")
        wanted = bodies.wanted_fields(step.resource, self._known.get)
        step, write, answer = await (self._create if step.action in CREATES else self._update)(step, wanted)
        answer = await self._correct_marks(step, write, answer)
        if step.live and step.live.marks and step.live.marks.paused:
            answer = await self._partings.unpause(step, answer)
        version = answer.get("version")
        self._known[step.address] = Known(answer["id"], answer.get(OBJECTS[step.object].pinned_by))
        return f"version {version}" if isinstance(version, int) else str(answer["id"])

    async def _create(self, step: Step, wanted: Wanted) -> Written:
        if step.resource is None:
            raise ValueError("a step that brings something needs a resource")
        write = bodies.create(step, wanted, self._stamp, self._nonces.new("nonce"))
        write = replace(write, parent=self._holder(step.resource))
        answer = await self._delivery.deliver(write)
        _verify(step, wanted, answer)
        await self._memories.write(step, str(answer["id"]))
        return step, write, answer

    async def _update(self, step: Step, wanted: Wanted) -> Written:
        """Update the object as the plan saw it, or as it is now if what was shown still is all that changes.

        Only where versions are counted does the target itself refuse a write that comes too late; elsewhere the object
        is looked at just before.
        """
        if step.live and step.live.version is None:
            step = await self._settled(step, wanted)
        if step.live:
            await self._memories.write(step, step.live.id)
        try:
            return await self._send_update(step, wanted)
        except TargetRejected:  # for its version, or because it was archived
            settled = await self._settled(step, wanted)
            if settled is step:
                raise
        return await self._send_update(settled, wanted)

    async def _send_update(self, step: Step, wanted: Wanted) -> Written:
        write = bodies.update(step, wanted, self._stamp, self._nonces.new("nonce"))
        answer = await self._delivery.deliver(write)
        _verify(step, wanted, answer)
        return step, write, answer

    async def _settled(self, step: Step, wanted: Wanted) -> Step:
        """Return the step for the object as it is now; the very same one when nobody wrote the object."""
        if step.live is None:
            raise ValueError("an update needs a live object")
        live = await reread(self._target, step.live)
        return step if is_as_planned(step.live, live) else reconsidered(step, live, wanted)

    def _holder(self, resource: Resource) -> str:
        """Return the id of the object that holds the resource's, which is there by now."""
        return str(self._known[resource.parent].id) if resource.parent else ""

    async def _correct_marks(self, step: Step, write: Write, answer: Body) -> Body:
        """Stamp again where the answer is not the one that the marks foresaw.

        Objects with versions are left alone when only an echo is off: their version tells drift exactly, and another
        write would make another version of every agent on every apply.
        """
        sent = read(write.body["metadata"])
        if sent is None:
            raise ValueError("every write bears marks")
        marks = bodies.echoed(step, sent, answer)
        marks = self._with_seed(step, marks)
        is_versioned = OBJECTS[step.object].is_versioned
        if marks.version == sent.version if is_versioned else marks == sent:
            return answer
        return await self._delivery.deliver(replace(bodies.restamp(step, answer, marks), parent=write.parent))

    def _with_seed(self, step: Step, marks: Marks) -> Marks:
        seed = next((each for each in step.judged if each.name == SEED), None)
        return bodies.with_seed(marks, seed.sent_hash) if seed else marks

    async def _remove(self, step: Step) -> str:
        if step.live is None:
            raise ValueError("a removal needs a live object")
        verb = Verb.DELETE if step.action is Action.DELETE else Verb.ARCHIVE
        try:
            # By itself: what this look refuses is not archived either.
            if await self._is_archived(step, step.live) and verb is Verb.ARCHIVE:
                return "archived already"
        except TargetRejected as error:
            if error.status == 404:
                return "gone already"
            raise
        try:
            await self._delivery.deliver(Write(verb, step.object, step.live.id, parent=step.live.parent))
        except TargetRejected as error:
            if error.status == 404:
                return "gone already"
            if verb is Verb.ARCHIVE or not OBJECTS[step.object].can_archive:
                raise
            await self._delivery.deliver(Write(Verb.ARCHIVE, step.object, step.live.id, parent=step.live.parent))
            return "archived: the target does not delete it while something refers to it"
        return "deleted" if verb is Verb.DELETE else "archived"

    async def _is_archived(self, step: Step, planned: Live) -> bool:
        """Look at what is to go, for no request that removes something takes a precondition, and tell if it went."""
        live = await reread(self._target, planned)
        if live.body.get("archived_at"):
            return True
        if not is_as_planned(planned, live):
            check_removable(step, planned, live)
        check_alone(step, await self._along.of(live))
        return False


def _skipped(step: Step, why: str) -> Progress:
    return Progress(step, State.SKIPPED, why)


async def _obstacle(step: Step, before: Tasks) -> Progress | None:
    """Return the step as skipped, when something that it needs was not done."""
    for result in await asyncio.gather(*before):
        if result.state is not State.DONE:
            return _skipped(step, f"needs {result.step.address}, which was not applied")
    return None


def _verify(step: Step, wanted: Mapping[str, Any], answer: Body) -> None:
    """Compare the answer with the promise.

    Raises:
        TargetError: the target took the request and stored something else.
    """
    sent = {name: value for name, value in wanted.items() if step.action in CREATES or name in _sent(step)}
    different = bodies.mismatches(sent, step, answer)
    if different:
        names = ", ".join(f"`{each}`" for each in different)
        raise TargetError(
            f"{step.address} was written, but the target answered another value for {names}",
            hint="look at it with `agentops plan`; if it comes back, report it to the operator of the target",
        )


def _sent(step: Step) -> set[str]:
    return {each.field for each in step.changes}
