"""Against the engine, in any order: names that change, graces that run, plans that are kept, runs that meet.

What `test_any_order` does and checks, and beside it all that makes an object leave, come back, or go by another name.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import click
import httpx2
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from agentops.base.names import Address
from agentops.cli.context import Choice
from agentops.cli.leasing import leased
from agentops.cli.planning import Planned
from agentops.manifests.load import load
from agentops.reconcile.identities import Identities
from agentops.reconcile.lease import is_lock
from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.options import Forgetting
from agentops.reconcile.plan import Plan
from agentops.reconcile.planner import PlanOptions, plan
from agentops.reconcile.resource import Desired, Resource
from agentops.reconcile.saving.description import key_of, manifest_digest, of_same, steps
from agentops.reconcile.saving.moves import Comparison, Now, compared
from agentops.reconcile.saving.shape import SavedStep
from agentops.targets.endpoint import Endpoint
from agentops.targets.live import LiveTarget

from .declaring import manifest
from .given import (
    OWNER,
    a_credential,
    a_deployment,
    a_schedule,
    a_seed,
    a_skill,
    a_store,
    a_team,
    a_vault,
    a_webhook,
    an_agent,
    an_environment,
    desired,
    pinned,
)
from .ground import URL, told
from .test_any_order import _WAYS, OTHERS, AnyOrder, _told_of, orders
from .test_exactly_once import is_write, losing
from .unshown import photographed, unshown

GRACE = timedelta(days=7)
GIFT = an_environment("gift")
EVERYTHING = (
    an_agent("scribe", system="one"),
    an_agent("loner", system="two"),
    a_team("crew", ["scribe"]),
    an_environment(description="one"),
    an_environment("attic"),
    a_store("lessons", {"/a.md": a_seed("A")}),
    a_vault(),
    a_credential(),
    a_skill(),
    a_webhook(),
    a_schedule(),
    a_deployment(agent=pinned("loner")),
    a_deployment("nightly", agent=pinned("Team/crew")),
)


class AnyLife(AnyOrder):
    """Everything that may become of an object."""

    bound: ClassVar[int] = 400

    def __init__(self) -> None:
        super().__init__()
        self.before: dict[Address, Address] = {}
        """The name that each thing had, by the one that it has."""

        self.removed: tuple[Resource, ...] = ()
        self.saved: tuple[Plan, tuple[SavedStep, ...], dict[str, Any]] | None = None
        self.folder = self.stack.enter_context(_folder())

    @property
    def wanted(self) -> Desired:
        """Return all that the tree says; the loader lets nobody say that what is declared goes by another name."""
        made = desired(*self.declared)
        before = {new: old for new, old in self.before.items() if old not in made.by_address}
        return replace(made, grace=GRACE, identities=Identities(before))

    @initialize()
    def begins(self) -> None:  # type: ignore[override]  # a rule of its own, instead of the one that draws a project
        self.run(self.ground.of("github.com/others/agents").settle(*OTHERS))
        self.theirs = self.run(self._of_others())
        self.declared = EVERYTHING
        self.run(self._settled(prune=False))

    somebody_rewrites_the_tree = None  # type: ignore[assignment]  # what is live would hardly ever live on

    # --- what people write ------------------------------------------------------------------------------------------

    @precondition(lambda self: self._unnamed())
    @rule(data=st.data())
    def somebody_renames_and_says_so(self, data: st.DataObject) -> None:
        at = self._drawn(data)
        old = self.declared[at].address
        new = Address(old.kind, old.name + "-x")
        if old.part or new in {each.address for each in self.declared}:
            return
        if not any(each.parent == old for each in self.declared):
            self.before[new] = old
            self._declare(at, replace(self.declared[at], address=new))

    @precondition(lambda self: self._unnamed())
    @rule(data=st.data())
    def somebody_removes_a_manifest(self, data: st.DataObject) -> None:
        at = self._drawn(data)
        gone = self.declared[at]
        if not any(each.parent == gone.address for each in self.declared):
            self.removed = (*self.removed, gone)
            self.declared = (*self.declared[:at], *self.declared[at + 1 :])

    @precondition(lambda self: self.removed)
    @rule()
    def somebody_declares_it_again(self) -> None:
        *rest, back = self.removed
        self.removed = tuple(rest)
        there = {each.address for each in self.declared}
        if back.address not in there and {*back.names()} <= there:
            self.declared = (*self.declared, back)

    @rule(days=st.integers(1, 9))
    def time_passes(self, days: int) -> None:
        self.ground.engine._clock.move_on(timedelta(days=days))  # type: ignore[attr-defined]  # a clock of the test

    @rule(data=st.data(), pauses=st.booleans())
    def somebody_pauses_or_unpauses(self, data: st.DataObject, pauses: bool) -> None:
        found = [each for each in self._ours(ObjectKind.DEPLOYMENT) if (each["status"] == "active") is pauses]
        if found:
            deployments = self.ground.sdk.beta.deployments
            chosen = data.draw(st.integers(0, len(found) - 1))
            self.run((deployments.pause if pauses else deployments.unpause)(found[chosen]["id"]))

    def _unnamed(self) -> list[int]:
        named = {each for resource in self.declared for each in (*resource.names(), resource.parent)}
        return [at for at, each in enumerate(self.declared) if each.address not in named]

    def _drawn(self, data: st.DataObject) -> int:
        return data.draw(st.sampled_from(self._unnamed()))

    # --- what we do about it ----------------------------------------------------------------------------------------

    @rule()
    def we_prune_with_a_grace(self) -> None:
        self.at_once = False
        self.run(self._settled(prune=True))

    @rule(n=st.integers(1, 12), way=_WAYS)
    def we_prune_and_a_request_goes_wrong(self, n: int, way: dict[str, bool]) -> None:
        self.at_once = False
        ground = self.ground.through(losing(n, is_lost=is_write, **way))
        self.run(self._applied(ground, prune=True, allows_failure=True))

    @rule(data=st.data())
    def we_forget_what_is_declared_no_more(self, data: st.DataObject) -> None:
        made, _ = self.run(self.ground.planned_for(self.wanted))
        names = sorted(each.identity for each in made.orphans)
        if names and not made.report.has_errors:
            chosen = Address.parse(data.draw(st.sampled_from(names)))
            assert chosen
            self.run(self._forgotten(chosen))

    async def _forgotten(self, chosen: Address) -> None:
        made, world = await self.ground.planned_for(self.wanted, forget=Forgetting(frozenset({chosen})))
        assert not made.report.has_errors, made.report
        before = await photographed(self.ground)
        outcome = await self.ground.carry_out(made, world)
        assert outcome.is_complete, told(outcome)
        after = await photographed(self.ground)
        assert not (surprises := list(unshown(before, made, after))), (surprises, _told_of(made))
        for step in made.steps:
            assert step.live
            assert not [key for key in after.objects[step.live.id][1]["metadata"] if key.startswith("agentops_")]

    @precondition(lambda self: GIFT.address not in {each.address for each in self.declared})
    @rule()
    def we_take_over_what_another_project_has(self) -> None:
        self.run(self._taken_over())

    async def _taken_over(self) -> None:
        giver = self.ground.of("github.com/giver/agents")
        assert (await giver.apply(GIFT, create_new=frozenset({GIFT.address}))).is_complete
        self.theirs = await self._of_others()
        [given] = [each for each, body in self.theirs.items() if body["metadata"]["agentops_owner"] == giver.owner]
        self.declared = (*self.declared, GIFT)
        options = {**await self._decided(prune=False), "take_over": frozenset({given})}
        made, world = await self.ground.planned_for(self.wanted, **options)
        if made.report.has_errors:  # there is one already, retired perhaps
            return
        assert [each.live.id for each in made.steps if each.live and each.former_owner] == [given], _told_of(made)
        before = await photographed(self.ground)
        outcome = await self.ground.carry_out(made, world)
        assert outcome.is_complete, told(outcome)
        surprises = list(unshown(before, made, await photographed(self.ground)))
        assert not surprises, (surprises, _told_of(made))
        del self.theirs[given]

    @rule()
    def somebody_saves_a_plan(self) -> None:
        options = self.run(self._decided(prune=not self.at_once))
        made, world = self.run(self.ground.planned_for(self.wanted, **options))
        if not made.report.has_errors:
            self.saved = made, steps(made, world), options

    @precondition(lambda self: self.saved)
    @rule(takes_part=st.booleans())
    def we_apply_what_was_saved(self, takes_part: bool) -> None:
        self.run(self._applied_saved(takes_part=takes_part))

    async def _applied_saved(self, *, takes_part: bool) -> None:
        """Do as `apply FILE` does: what is carried out was approved, step by step, or nothing is."""
        assert self.saved
        approved, approved_steps, options = self.saved
        made, world = await self.ground.planned_for(self.wanted, **options)
        now = await self._now(made, world)
        found = compared(approved_steps, now)
        if found.moved or (made.id != approved.id and not found.done):
            assert found.moved, "stale, and nobody is told why"
            if not takes_part:
                return
            made = self._narrowed(world, found, options)
        if made.report.has_errors:
            return
        keys = {(each.address, each.action) for each in approved_steps}
        assert {(str(each.address), each.action.value) for each in made.steps} <= keys
        before = await photographed(self.ground)
        outcome = await self.ground.carry_out(made, world)
        assert outcome.is_complete, told(outcome)
        surprises = list(unshown(before, made, await photographed(self.ground)))
        surprises += list(unshown(before, approved, await photographed(self.ground)))
        assert not surprises, (surprises, _told_of(made), _told_of(approved))

    async def _now(self, made: Plan, world: Any) -> Now:
        owned = world.owned(OWNER)
        lives = {identity: found[0].id for identity, found in owned.items()}
        there = {each.id for each in world.lives}
        assert self.saved
        gone = {each.live_id: "removed" for each in self.saved[1] if each.live_id not in there}
        manifests = {str(each.address): manifest_digest(each) for each in self.wanted.resources}
        return Now(steps(made, world), manifests, lives, gone)

    def _narrowed(self, world: Any, found: Comparison, options: Mapping[str, Any]) -> Plan:
        out = {address for each in found.moved if (address := Address.parse(each.address))}
        allowed = PlanOptions(**options)
        allowed = replace(allowed, overwrite=allowed.overwrite | out)
        full = plan(self.wanted, world, self.ground.target.label, allowed)
        kept, _ = of_same(full, found.same)
        assert {key_of(each) for each in kept} <= found.same
        return replace(full, steps=kept)

    @rule(first=st.integers(0, 3), waits=st.booleans())
    def two_apply_at_once(self, first: int, waits: bool) -> None:
        self.run(self._two(first=first, waits=waits))

    async def _two(self, *, first: int, waits: bool) -> None:
        """Both plan, then both want to write: one comes first, the other one stops, or waits and plans again."""
        options = await self._decided(prune=False)
        before = await photographed(self.ground)
        made, _ = await self.ground.planned_for(self.wanted, **options)
        if made.report.has_errors or made.is_empty:
            return
        with click.Context(click.Command("apply")) as context:
            if waits:
                context.meta["agentops.lock"] = {"wait_s": 3600}
            runs = [self._one(options, begins_after=each) for each in (0, first)]
            ends = await asyncio.gather(*runs, return_exceptions=True)
        for each in ends:
            if isinstance(each, BaseException) and type(each).__name__ not in {"TargetLocked", "StalePlan"}:
                raise each
        assert any(not isinstance(each, BaseException) for each in ends), ends
        if waits:
            assert not any(type(each).__name__ == "TargetLocked" for each in ends), ends
        surprises = list(unshown(before, made, await photographed(self.ground)))
        assert not surprises, (surprises, _told_of(made))
        again, _ = await self.ground.planned_for(self.wanted)
        assert again.report.has_errors or again.is_empty, _told_of(again)
        assert not (leases := await self._leases()), leases

    async def _one(self, options: Mapping[str, Any], *, begins_after: int) -> None:
        endpoint = Endpoint("engine", URL, self.ground.engine.credential)
        way = httpx2.ASGITransport(app=self.ground.engine.app)
        async with LiveTarget(endpoint, way, sleep=_in_turn, clock=self.ground.engine._clock) as target:
            ground = replace(self.ground, target=target)
            tree = load(self.folder)

            async def again() -> Planned:
                made, world = await ground.planned_for(self.wanted, **options)
                return Planned(tree, self.wanted, world, made, target, Choice("", "a test"), again)

            planned = await again()
            for _ in range(begins_after):
                await target.list(next(iter(OBJECTS)))
            if planned.plan.is_empty:
                return
            async with leased(planned) as hold:
                outcome = await ground.carry_out(hold.planned.plan, hold.planned.world)
                assert outcome.is_complete, told(outcome)

    async def _leases(self) -> list[Any]:
        stores = (await self.ground.everything(archived=False))["memory_stores"]
        return [
            each for store in stores if is_lock(store) for each in await self.ground.target.list_memories(store["id"])
        ]


async def _in_turn(_seconds: float) -> None:
    await asyncio.sleep(0)


@contextmanager
def _folder() -> Iterator[Path]:
    """Open a folder with the Project of the tree, and nothing else."""
    with TemporaryDirectory() as name:
        (Path(name) / "project.yaml").write_text(manifest("Project", "shop", "{}"))
        yield Path(name)


class FewLives(AnyLife):
    """As many as a change can wait for."""


FewLives.TestCase.settings = orders(3, 8)
TestFewLives = FewLives.TestCase


class ManyLives(AnyLife):
    """As many as find what nobody thought of."""


ManyLives.TestCase.settings = orders(100, 20)
TestManyLives = pytest.mark.long(pytest.mark.timeout(1800)(ManyLives.TestCase))
