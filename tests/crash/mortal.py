"""A client in this process that meets an accident at one of its requests: it dies there, or the connection does."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from agentops import embedded
from agentops.base.ids import RandomIds
from agentops.manifests.load import load
from agentops.reconcile.apply import Applier
from agentops.reconcile.bodies import Stamp
from agentops.reconcile.delivery import Delivery
from agentops.reconcile.lowering import lower
from agentops.reconcile.objects import OBJECTS
from agentops.reconcile.observed import World, known, observe
from agentops.reconcile.plan import Plan
from agentops.reconcile.planner import PlanOptions, plan
from agentops.reconcile.removal import RemovalRules
from agentops.reconcile.resource import Desired
from agentops.targets.endpoint import Endpoint
from agentops.targets.live import LiveTarget

from .proxy import Moment
from .scenario import COLLECTIONS

OPTIONS = PlanOptions(removal=RemovalRules(prune=True, skips_grace=True))
T = TypeVar("T")


class Killed(BaseException):
    """What no `except Exception` catches: the process is gone."""


@dataclass(frozen=True, slots=True)
class Accident:
    """What happens at the n-th request."""

    request: int
    moment: Moment
    error: BaseException


SAFE = Accident(0, Moment.BEFORE, Killed())


class Road(httpx2.ASGITransport):
    """Carries requests to an engine until the client dies; nothing is carried after that."""

    def __init__(self, app: Any, accident: Accident) -> None:
        super().__init__(app=app)
        self.has_happened = False
        self._accident = accident
        self._number = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self._number += 1
        number = self._number
        self._pass(number, Moment.BEFORE)
        response = await super().handle_async_request(request)
        self._pass(number, Moment.AFTER)
        return response

    def _pass(self, number: int, moment: Moment) -> None:
        happens = (number, moment) == (self._accident.request, self._accident.moment)
        is_dead = self.has_happened and isinstance(self._accident.error, Killed)
        self.has_happened = self.has_happened or happens
        if happens or is_dead:
            raise self._accident.error


@dataclass(frozen=True, slots=True)
class Client:
    """A tree, and the folder of the embedded engine that it is applied to."""

    home: Path
    tree: Path

    def apply(self, accident: Accident = SAFE) -> bool:
        """Apply the tree; tell whether the accident happened on the way."""

        async def act(target: LiveTarget, road: Road) -> bool:
            desired, world, made = await _planned(target, self.tree)
            applier = Applier(target, Delivery(target, _at_once), Stamp(desired.owner, "", "test"), RandomIds())
            outcome = await applier.run(made, known(world, desired.owner))
            assert road.has_happened or outcome.is_complete, outcome
            return road.has_happened

        try:
            return asyncio.run(self._with_target(act, accident))
        except type(accident.error):
            return True

    def left(self) -> tuple[Plan, Mapping[str, Any]]:
        """Return what is left to do, and every live object by its collection."""

        async def act(target: LiveTarget, _road: Road) -> tuple[Plan, Mapping[str, Any]]:
            kinds = {rule.collection: kind for kind, rule in OBJECTS.items() if rule.collection in COLLECTIONS}
            objects = {collection: await target.list(kind) for collection, kind in kinds.items()}
            return (await _planned(target, self.tree))[2], objects

        return asyncio.run(self._with_target(act))

    async def _with_target(self, act: Callable[[LiveTarget, Road], Awaitable[T]], accident: Accident = SAFE) -> T:
        """Open the engine anew each time: when the client dies, the engine inside it dies too."""
        async with embedded.engine(self.home) as engine:
            road = Road(engine.app, accident)
            async with LiveTarget(Endpoint("embedded", embedded.URL, engine.credential), road) as target:
                return await act(target, road)


async def _planned(target: LiveTarget, tree: Path) -> tuple[Desired, World, Plan]:
    desired, report = lower(load(tree))
    world = await observe(target, desired)
    made = plan(desired, world, target.label, OPTIONS)
    assert not (report + made.report).has_errors, made.report
    return desired, world, made


async def _at_once(_pause_s: float) -> None:
    """Do not wait."""
