"""Against the engine: whatever people, agents and bad luck do between two applies, in whatever order they do it.

After every apply the next plan is empty, or says what a person has to decide. Nothing of anybody else's changes,
nothing is there twice, and nobody's edit is overwritten that the plan had not shown.
"""

import asyncio
from collections.abc import Coroutine, Mapping
from contextlib import AsyncExitStack, nullcontext, suppress
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from anthropic import BadRequestError
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from agentops.base.errors import TargetError
from agentops.base.names import Address, Kind
from agentops.reconcile import codes
from agentops.reconcile.lease import is_lock
from agentops.reconcile.marks import RESERVED
from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.plan import Plan
from agentops.reconcile.removal import RemovalRules
from agentops.reconcile.resource import Desired, Resource

from .given import OWNER, a_store, an_agent, an_environment, desired
from .ground import Ground, opened, told
from .strategies import projects
from .test_exactly_once import is_write, losing
from .unshown import photographed, unshown

OTHERS = (an_agent("ada", name="theirs"), an_environment("home", name="theirs"), a_store("notes", name="theirs"))
"""What another project has under the same names."""

_EDITED = {ObjectKind.AGENT: "agents", ObjectKind.ENVIRONMENT: "environments", ObjectKind.MEMORY_STORE: "memory_stores"}
_TEXTS = st.sampled_from(["", "one", "two", "a\nb\n"])
_WAYS = st.fixed_dictionaries({"arrives": st.booleans(), "dies": st.booleans()})


class AnyOrder(RuleBasedStateMachine):
    """A project, its engine, and everybody who changes either."""

    bound: ClassVar[int] = 400
    """More removals than any project here has objects."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.ground: Ground = self.run(self.stack.enter_async_context(opened()))
        self.declared: tuple[Resource, ...] = ()
        self.at_once = False
        """Whether what goes, goes without a grace."""

    @property
    def wanted(self) -> Desired:
        """Return all that the tree says."""
        return desired(*self.declared)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.runner.close()

    @initialize(first=projects())
    def begins(self, first: tuple[Resource, ...]) -> None:
        self.run(self.ground.of("github.com/others/agents").settle(*OTHERS))
        self.theirs = self.run(self._of_others())
        self.declared = first

    # --- what people write ------------------------------------------------------------------------------------------

    @rule(project=projects())
    def somebody_rewrites_the_tree(self, project: tuple[Resource, ...]) -> None:
        self.declared = project

    @precondition(lambda self: self.declared)
    @rule(data=st.data(), text=_TEXTS)
    def somebody_edits_a_manifest(self, data: st.DataObject, text: str) -> None:
        at = data.draw(st.integers(0, len(self.declared) - 1))
        chosen = self.declared[at]
        if chosen.object in _EDITED and (text or chosen.object is not ObjectKind.ENVIRONMENT):
            place = next(iter(chosen.fields.values())).place
            edited = replace(chosen.fields["name"], value=text, place=place)
            self._declare(at, replace(chosen, fields={**chosen.fields, "description": edited}))

    @precondition(lambda self: any(each.address.kind is Kind.ENVIRONMENT for each in self.declared))
    @rule()
    def somebody_renames_what_nothing_names(self) -> None:
        named = {each for resource in self.declared for each in resource.names()}
        for at, each in enumerate(self.declared):
            free = each.address not in named and each.address.kind is Kind.ENVIRONMENT
            if free:
                self._declare(at, replace(each, address=Address(Kind.ENVIRONMENT, each.address.name + "-2")))

    def _declare(self, at: int, resource: Resource) -> None:
        self.declared = (*self.declared[:at], resource, *self.declared[at + 1 :])

    # --- what people do behind our back -----------------------------------------------------------------------------

    @rule(data=st.data(), text=_TEXTS)
    def somebody_edits_a_live_object(self, data: st.DataObject, text: str) -> None:
        if chosen := self._chosen(data):
            kind, body = chosen
            self._edit(kind, body, description=text or "three")

    @rule(data=st.data(), key=st.sampled_from(["team", "tier"]), text=_TEXTS)
    def somebody_labels_a_live_object(self, data: st.DataObject, key: str, text: str) -> None:
        if chosen := self._chosen(data):
            kind, body = chosen
            pairs = [each for each in body["metadata"] if each not in RESERVED]
            if len(pairs) < 8:
                self._edit(kind, body, metadata={key: text or "x"})

    @rule(data=st.data())
    def somebody_strips_the_marks(self, data: st.DataObject) -> None:
        if chosen := self._chosen(data):
            kind, body = chosen
            self._edit(kind, body, metadata=dict.fromkeys(RESERVED & body["metadata"].keys()))

    @rule(data=st.data())
    def somebody_archives_a_live_object(self, data: st.DataObject) -> None:
        if chosen := self._chosen(data):
            kind, body = chosen
            self.run(getattr(self.ground.sdk.beta, _EDITED[kind]).archive(body["id"]))

    @rule(data=st.data())
    def somebody_copies_a_live_object(self, data: st.DataObject) -> None:
        """A console that duplicates takes the metadata along."""
        if (chosen := self._chosen(data)) and chosen[0] is not ObjectKind.AGENT:
            kind, body = chosen
            fields = {"name": body["name"], "metadata": body["metadata"]}
            self.run(getattr(self.ground.sdk.beta, _EDITED[kind]).create(**fields))

    @rule(data=st.data(), text=_TEXTS)
    def an_agent_writes_a_memory(self, data: st.DataObject, text: str) -> None:
        memories = [
            (store, each)
            for store in self._ours(ObjectKind.MEMORY_STORE)
            for each in self.run(self.ground.target.list_memories(store["id"]))
        ]
        if memories:
            store, memory = memories[data.draw(st.integers(0, len(memories) - 1))]
            updating = self.ground.sdk.beta.memory_stores.memories.update(
                memory["id"], memory_store_id=store["id"], content=text
            )
            self.run(updating)

    def _edit(self, kind: ObjectKind, body: Mapping[str, Any], **fields: Any) -> None:
        version = {"version": body["version"]} if kind is ObjectKind.AGENT else {}
        with suppress(BadRequestError):  # an agent whose team-mates are archived cannot be saved
            self.run(getattr(self.ground.sdk.beta, _EDITED[kind]).update(body["id"], **version, **fields))

    def _chosen(self, data: st.DataObject) -> tuple[ObjectKind, Mapping[str, Any]] | None:
        found = [(kind, body) for kind in _EDITED for body in self._ours(kind)]
        return found[data.draw(st.integers(0, len(found) - 1))] if found else None

    def _ours(self, kind: ObjectKind) -> list[Mapping[str, Any]]:
        bodies = self.run(self.ground.everything(archived=False))[OBJECTS[kind].collection]
        found = [
            each for each in bodies if each["metadata"].get("agentops_owner", OWNER) == OWNER and not is_lock(each)
        ]
        return sorted(found, key=lambda each: (each["name"], each["created_at"]))

    # --- what we do about it ----------------------------------------------------------------------------------------

    @rule(prune=st.booleans(), at_once=st.booleans())
    def we_apply(self, prune: bool, at_once: bool) -> None:
        self.at_once = at_once
        self.run(self._settled(prune=prune))

    @rule(n=st.integers(1, 12), way=_WAYS)
    def we_apply_and_a_request_goes_wrong(self, n: int, way: dict[str, bool]) -> None:
        self.run(self._applied(self.ground.through(losing(n, is_lost=is_write, **way)), allows_failure=True))

    @rule(after=st.integers(1, 4))
    def we_apply_and_are_interrupted(self, after: int) -> None:
        self.run(self._applied(self.ground, stop_after=after, allows_failure=True))

    @rule(data=st.data())
    def somebody_edits_while_we_apply(self, data: st.DataObject) -> None:
        """The plan cannot have shown it, so it has to survive."""
        if chosen := self._chosen(data):
            self.run(self._applied_beside(*chosen))

    async def _applied_beside(self, kind: ObjectKind, body: Mapping[str, Any]) -> None:
        options = await self._decided(prune=False)
        made, world = await self.ground.planned_for(self.wanted, **options)
        words = f"Written in a console between a plan and its apply, at {self.ground.engine._clock.now()}."
        with suppress(BadRequestError):
            edited = await getattr(self.ground.sdk.beta, _EDITED[kind]).update(body["id"], description=words)
            if not made.report.has_errors:
                await self.ground.carry_out(made, world)
            now = (await photographed(self.ground)).objects[edited.id][1]
            assert now["description"] == words, _told_of(made)

    async def _settled(self, *, prune: bool) -> None:
        """Apply, deciding what the plan asks a person to decide, until nothing is left or a person has to act."""
        for _ in range(4):
            made = await self._applied(self.ground, prune=prune)
            prune = prune and not made.report.has_errors  # what is protected, say, blocks all of a plan that prunes
        again = (await self.ground.planned_for(self.wanted))[0]
        assert again.report.has_errors or again.is_empty, _told_of(again)

    async def _applied(
        self, ground: Ground, *, prune: bool = False, stop_after: int | None = None, allows_failure: bool = False
    ) -> Plan:
        """Apply once, with what a person decides about the plan as it stands, and see that it did what it showed."""
        options = await self._decided(prune=prune)
        before = await photographed(self.ground)
        made, world = await self.ground.planned_for(self.wanted, **options)
        if not made.report.has_errors:
            with suppress(TargetError) if allows_failure else nullcontext():
                outcome = await ground.carry_out(made, world, stop_after=stop_after)
                assert allows_failure or outcome.is_complete, told(outcome)
        surprises = list(unshown(before, made, await photographed(self.ground)))
        assert not surprises, (surprises, _told_of(made))
        return made

    async def _decided(self, *, prune: bool) -> dict[str, Any]:
        """Return what somebody answers to the questions of a plan: they have been shown, so that is consent."""
        removal = RemovalRules(
            prune=prune and bool(self.declared),
            max_archive=self.bound,
            now=self.ground.engine._clock.now(),
            skips_grace=self.at_once,
        )
        chosen: dict[str, Any] = {"removal": removal}
        made = (await self.ground.planned_for(self.wanted, **chosen))[0]
        for code, answer in _ANSWERS.items():
            asked = [each for each in made.report.diagnostics if each.code is code]
            named = {
                each.address for each in self.declared if any(str(each.address) in found.message for found in asked)
            }
            if named:
                chosen[answer] = chosen.get(answer, frozenset()) | named
        if any(each.code is codes.TWO_CLAIMANTS for each in made.report.diagnostics):
            await self._without_copies()
        return chosen

    async def _without_copies(self) -> None:
        """Do as the message says: archive what is there twice, but for the oldest."""
        seen = set()
        for kind, resource in _EDITED.items():
            bodies = (await self.ground.everything(archived=False))[OBJECTS[kind].collection]
            for body in sorted(bodies, key=lambda each: each["created_at"]):
                identity = body["metadata"].get("agentops_id"), body["metadata"].get("agentops_owner")
                if None not in identity and identity in seen:
                    await getattr(self.ground.sdk.beta, resource).archive(body["id"])
                seen.add(identity)

    # --- what always holds ------------------------------------------------------------------------------------------

    @invariant()
    def nothing_of_anybody_elses_changed(self) -> None:
        if hasattr(self, "theirs"):
            assert self.run(self._of_others()) == self.theirs

    async def _of_others(self) -> dict[str, Any]:
        everything = await self.ground.of("github.com/others/agents").everything()
        return {
            body["id"]: body
            for bodies in everything.values()
            for body in bodies
            if body["metadata"].get("agentops_owner", OWNER) != OWNER
        }


_ANSWERS = {codes.CONFLICT: "overwrite", codes.MEMORY_CONFLICT: "overwrite", codes.LOOK_ALIKE: "create_new"}


def _told_of(made: Plan) -> list[tuple[str, str, list[str]]]:
    return [(str(each.address), each.action, [change.field for change in each.changes]) for each in made.steps]


def orders(count: int, steps: int) -> settings:
    return settings(
        max_examples=count, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )


class FewOrders(AnyOrder):
    """As many as a change can wait for."""


FewOrders.TestCase.settings = orders(4, 8)
TestFewOrders = FewOrders.TestCase


class ManyOrders(AnyOrder):
    """As many as find what nobody thought of."""


ManyOrders.TestCase.settings = orders(120, 20)
TestManyOrders = pytest.mark.long(pytest.mark.timeout(1800)(ManyOrders.TestCase))
