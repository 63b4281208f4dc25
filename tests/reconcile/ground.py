"""A real engine to plan against: its target, the official SDK on it, and everything that is on it."""

import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
from anthropic import AsyncAnthropic

from agentops.base.clock import timestamp
from agentops.base.ids import RandomIds
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.engine.store.choice import database
from agentops.reconcile.apply import Applier, Outcome, Progress
from agentops.reconcile.bodies import Stamp
from agentops.reconcile.delivery import Delivery
from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.observed import World, known, observe
from agentops.reconcile.plan import Plan
from agentops.reconcile.planner import PlanOptions, plan
from agentops.reconcile.resource import Desired, Resource
from agentops.reconcile.strangers import with_memories
from agentops.targets.endpoint import Endpoint
from agentops.targets.live import LiveTarget

from .given import OWNER, desired

URL = "http://engine.test"

Wrapper = Callable[[httpx2.AsyncBaseTransport], httpx2.AsyncBaseTransport]


class TickingClock:
    """A clock that moves a little whenever it is asked: no two writes are at the same time."""

    def __init__(self) -> None:
        self._at = datetime(2026, 11, 21, 8, tzinfo=UTC)

    def now(self) -> datetime:
        self._at += timedelta(milliseconds=1)
        return self._at

    def move_on(self, time: timedelta) -> None:
        """Let time pass in which nothing happens."""
        self._at += time


async def at_once(_seconds: float) -> None:
    """Wait not at all."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One engine, seen through one way to it."""

    engine: Engine
    target: LiveTarget
    sdk: AsyncAnthropic
    http: httpx2.AsyncClient
    """What the SDK is on: nothing misbehaves there."""

    owner: str = OWNER

    async def plan(self, *resources: Resource, **options: Any) -> Plan:
        return (await self.planned(*resources, **options))[0]

    async def planned(self, *resources: Resource, **options: Any) -> tuple[Plan, World]:
        """Return the plan with the world that it was made for."""
        return await self.planned_for(desired(*resources, owner=self.owner), **options)

    async def planned_for(self, wanted: Desired, **options: Any) -> tuple[Plan, World]:
        """Return the plan for all that a tree says, with the world that it was made for."""
        chosen = PlanOptions(**options)
        world = await observe(self.target, wanted, removes=chosen.removes)
        world = await with_memories(world, self.target, wanted, chosen)
        return plan(wanted, world, self.target.label, chosen), world

    async def apply(self, *resources: Resource, **options: Any) -> Outcome:
        """Plan and apply, whatever becomes of it."""
        return await self.carry_out(*await self.planned(*resources, **options))

    async def carry_out(
        self,
        made: Plan,
        world: World,
        tell: Callable[[Progress], None] = lambda _: None,
        stop_after: int | None = None,
    ) -> Outcome:
        """Apply a plan that may be old by now; stop after so many steps have started."""
        started = []

        def note(progress: Progress) -> None:
            tell(progress)
            if progress.state == "started":
                started.append(progress)
                if len(started) == stop_after:
                    applier.stop()

        stamp = Stamp(self.owner, "0123456789abcdef", "0.1.0")
        parallel = 8 if stop_after is None else 1
        applier = Applier(self.target, Delivery(self.target, at_once), stamp, RandomIds(), note, parallel=parallel)
        return await applier.run(made, known(world, self.owner))

    async def settle(self, *resources: Resource, **options: Any) -> Outcome:
        """Apply, and see that everything was done and nothing is left to do."""
        outcome = await self.apply(*resources, **options)
        assert outcome.is_complete, told(outcome)
        again = await self.plan(*resources)
        assert again.is_empty, [(str(each.address), each.action, each.changes, each.judged) for each in again.steps]
        return outcome

    async def holds_exactly(self, wanted: Iterable[Resource]) -> None:
        """See that each resource is there once, with its memories, and nothing else is."""
        wanted = tuple(wanted)
        everything = await self.everything(archived=False)
        assert {*by_identity(everything)} == {str(each.address) for each in wanted}
        assert sum(map(len, everything.values())) == len(wanted)
        for store in everything["memory_stores"]:
            found = {each["path"]: each["content_sha256"] for each in await self.target.list_memories(store["id"])}
            resource = next(each for each in wanted if str(each.address) == store["metadata"]["agentops_id"])
            assert found.items() >= {path: each.sha256 for path, each in resource.seeds.items()}.items()

    async def everything(self, archived: bool = True) -> dict[str, list[dict[str, Any]]]:
        """Return every object on the engine as it answers it, by its collection."""
        found: dict[ObjectKind, list[dict[str, Any]]] = {}
        for kind, rule in sorted(OBJECTS.items(), key=lambda each: each[1].parent is not None):
            parents = [each["id"] for each in found[rule.parent]] if rule.parent else [""]
            paths = [rule.collection.format(parent=each) for each in parents]
            found[kind] = [body for each in paths for body in await self._all(kind, each, archived=archived)]
        return {OBJECTS[kind].collection.replace("/{parent}", ""): bodies for kind, bodies in found.items()}

    async def _all(self, kind: ObjectKind, path: str, *, archived: bool) -> list[dict[str, Any]]:
        rule = OBJECTS[kind]
        if kind is ObjectKind.SKILL:  # whose answers say nothing of what is in them
            return [dict(each) for each in await self.target.list(kind) or ()]
        headers = {"x-api-key": self.engine.credential.reveal()}
        headers |= {"anthropic-beta": rule.betas} if rule.betas else {}
        query = {"limit": "100"} | ({"include_archived": json.dumps(archived)} if rule.can_archive else {})
        answer = await self.http.get(f"/v1/{path}", params=query, headers=headers)
        assert answer.is_success, answer.text
        page: dict[str, Any] = answer.json()
        assert not page["next_page"]
        found: list[dict[str, Any]] = page["data"]
        return found

    def through(self, wrapper: Wrapper) -> "Ground":
        """Return the same engine, seen through a transport that may misbehave."""
        transport = wrapper(httpx2.ASGITransport(app=self.engine.app))
        target = LiveTarget(Endpoint("engine", URL, self.engine.credential), transport, sleep=at_once)
        return Ground(self.engine, target, self.sdk, self.http, self.owner)

    def of(self, owner: str) -> "Ground":
        """Return the same engine as another project sees it."""
        return Ground(self.engine, self.target, self.sdk, self.http, owner)


_PREPARED: list[TemporaryDirectory[str]] = []
"""A folder with every table and nothing in them, made once: to copy it costs less than to bring one up to date."""


async def _tables() -> Path:
    if not _PREPARED:
        folder = TemporaryDirectory()
        tables = database(f"sqlite:///{folder.name}/engine.db")
        await tables.open(timestamp(TickingClock().now()))
        await tables.close()
        _PREPARED.append(folder)
    return Path(_PREPARED[0].name)


@asynccontextmanager
async def opened(beginning: Path | None = None) -> AsyncIterator[Ground]:
    """Open an engine of its own, on an empty database or on a copy of one that was closed."""
    with TemporaryDirectory() as folder:
        copytree(beginning or await _tables(), folder, dirs_exist_ok=True)
        settings = Settings(database=f"sqlite:///{folder}/engine.db", data=Path(folder))
        async with build(settings, clock=TickingClock(), ids=RandomIds()) as engine:
            endpoint = Endpoint("engine", URL, engine.credential)
            transport = httpx2.ASGITransport(app=engine.app)
            http = httpx2.AsyncClient(transport=transport, base_url=URL)
            async with http, LiveTarget(endpoint, transport) as target:
                sdk = AsyncAnthropic(api_key=endpoint.credential.reveal(), base_url=URL, http_client=http)
                yield Ground(engine, target, sdk, http)


def told(outcome: Outcome) -> list[tuple[str, str, str]]:
    """Return what became of each step: address, state, detail."""
    return [(str(each.step.address), each.state.value, each.detail) for each in outcome.results]


def by_identity(everything: dict[str, list[dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Return what bears marks by identity; nothing may be there twice."""
    found = [each for objects in everything.values() for each in objects if "agentops_id" in each["metadata"]]
    named = {each["metadata"]["agentops_id"]: each for each in found}
    assert len(named) == len(found), sorted(each["metadata"]["agentops_id"] for each in found)
    return named
