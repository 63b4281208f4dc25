"""Desired and world → plan: pure, and the same for every order of files."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from agentops.base.diagnostics import Diagnostic, Report
from agentops.base.names import Address
from agentops.reconcile import codes
from agentops.reconcile.bodies import wanted_fields
from agentops.reconcile.brakes import Counted, held
from agentops.reconcile.cascade import Hanging, agent_id, hanging
from agentops.reconcile.changes import action_for, changes, irreplaceable, unfought
from agentops.reconcile.claiming import Claims
from agentops.reconcile.forgetting import forgetting, let_go
from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.observed import Live, World, claimants
from agentops.reconcile.options import PlanOptions
from agentops.reconcile.plan import Action, Change, Plan, Step
from agentops.reconcile.removal import Leaving, removal, removals
from agentops.reconcile.resource import Desired, Resource
from agentops.reconcile.risks import with_risks
from agentops.reconcile.seeds import SeedVerdict, judge_seeds
from agentops.reconcile.unset import unset
from agentops.reconcile.values import Known
from agentops.reconcile.verdicts import SEED, Judged, Verdict, is_in_sync, judge, wished

__all__ = ["PlanOptions", "plan"]

SAFE = PlanOptions()


def plan(desired: Desired, world: World, target: str, options: PlanOptions = SAFE) -> Plan:
    """Return what it takes to bring the world to what is desired.

    Reports:
        plan.two-claimants, plan.look-alike, plan.fixed-field, plan.conflict, plan.memory-conflict,
        plan.unsupported-kind, plan.left-out, plan.mass-archive, plan.mass-update, plan.prune-to-nothing,
        plan.protected, plan.no-longer-declared, plan.renamed, plan.stale-identity, plan.missing-secret,
        plan.kept-secret, and what `refusals` says.
    """
    if options.forget:
        return with_risks(forgetting(desired, world, target, options.forget), {})
    return _Planner(desired, world, options).plan(target)


class _Planner:
    """Walks the resources once, in the order of their references, so that each knows the versions it will pin."""

    def __init__(self, desired: Desired, world: World, options: PlanOptions) -> None:
        self._desired = desired
        self._world = world
        self._options = options
        self._claims = Claims(desired, world, options)
        self._owned = self._claims.owned
        self._known: dict[Address, Known] = {}
        self._names = {lives[0].id: identity for identity, lives in self._owned.items()}
        self._steps: dict[Address, Step] = {}
        self._diagnostics: list[Diagnostic] = []
        self._kept: list[tuple[Address, str]] = []
        self._left_out: list[Address] = []
        self._left_overs = world.left_over(desired.owner)

    def plan(self, target: str) -> Plan:
        for resource in self._desired.resources:
            self._visit(resource)
        removed = removals(self._leaving)
        claims = self._claims
        self._diagnostics += (*self._held(), *claims.diagnostics, *claims.stale(), *claims.in_vain())
        self._diagnostics += unset(self._desired, self._owned, self._steps)
        made = Plan(
            owner=self._desired.owner,
            target=target,
            steps=(*self._steps.values(), *self._replaced(), *self._let_go(), *removed.steps),
            unchanged=len(self._desired.resources) - len(self._steps) - len(self._left_out),
            orphans=removed.orphans,
            rendered=self._desired.rendered,
            kept=tuple(self._kept),
            left_out=tuple(self._left_out),
            report=Report.of([*self._diagnostics, *removed.diagnostics]),
        )
        return with_risks(made, self._names)

    def _let_go(self) -> Iterator[Step]:
        """Yield the forgetting of what the Project says is not managed any more."""
        lives = [each for address in self._desired.identities.let_go for each in self._owned.get(str(address), ())]
        return let_go(lives, self._owned, "the Project says that it is not managed any more")

    def _held(self) -> Iterator[Diagnostic]:
        """Yield what the brake on updates holds."""
        updated = Counter(each.object for each in self._steps.values() if each.action is Action.UPDATE)
        there = Counter(each.object for each in self._desired.resources)
        brake, named = self._desired.brakes.update, self._options.max_update
        return held(codes.MASS_UPDATE, brake, Counted(updated, there), named)

    @property
    def _leaving(self) -> Leaving:
        return Leaving(self._desired, self._managed, self._kept_ids, self._hanging, self._options.removal)

    @property
    def _managed(self) -> Mapping[str, list[Live]]:
        """Return what is ours and stays so."""
        gone = {str(each) for each in self._desired.identities.let_go}
        if not gone:
            return self._owned
        held = {live.id for each in gone for live in self._owned.get(each, ())}
        return {
            identity: [each for each in lives if each.parent not in held]
            for identity, lives in self._owned.items()
            if identity not in gone
        }

    @property
    def _kept_ids(self) -> frozenset[str]:
        """Return the ids of what is declared: by its identity, or by another name from here on."""
        declared = {str(each) for each in self._desired.by_address}
        by_name = (each.id for identity, lives in self._owned.items() if identity in declared for each in lives)
        return frozenset((*by_name, *self._claims.taken))

    @property
    def _hanging(self) -> Hanging:
        """Return what goes along with each object, once the plan is done."""
        agents: dict[str, str] = {}
        for each in self._desired.resources:
            if each.object is ObjectKind.DEPLOYMENT and isinstance(own := self._known[each.address].id, str):
                agents[own] = agent_id(self._wanted(each).get("agent"))
        return hanging(self._world.lives, agents, self._desired.owner)

    def _replaced(self) -> Iterator[Step]:
        """Yield the removal of what another object took the place of, now or in a run that did not come to its end."""
        replaced = [
            each.live
            for each in self._steps.values()
            if each.action is Action.REPLACE and not each.makes_room and each.live
        ]
        yield from (removal(each, "another takes its place") for each in (*replaced, *self._left_overs))

    def _visit(self, resource: Resource) -> None:
        """Plan one resource and remember what others will find under its name."""
        claims, holder = self._claims.of(resource, self._holder(resource)), self._holder(resource)
        live = claims[0] if claims else self._claims.beside(resource, self._wanted(resource), holder)
        if live is not None and live.id in self._claims.taken:
            self._names[live.id] = str(resource.address)
        if resource.object in self._world.unsupported:
            self._cannot_hold(resource)
        elif len(claims) > 1:
            fact = f"is claimed by {len(claims)} live objects: {claimants(claims)}"
            way = "archive the copy; or let go of it (agentops forget --id ID), and import it under a name of its own"
            self._say(codes.TWO_CLAIMANTS, resource, fact, way)
        elif live is None:
            self._create(resource)
        else:
            self._compare(resource, live)
        step = self._steps.get(resource.address)
        self._known[resource.address] = _outcome(resource, step, live)

    def _cannot_hold(self, resource: Resource) -> None:
        """Do without an extension, which nothing else names; stop for what every target of the API has."""
        if OBJECTS[resource.object].is_extension:
            self._left_out.append(resource.address)
            fact, label = "is left out: the target has no such objects", "only an agentops engine has them"
            self._say(codes.LEFT_OUT, resource, fact, label)
        else:
            self._say(codes.UNSUPPORTED_KIND, resource, "cannot be created: the target has no such objects")

    def _holder(self, resource: Resource) -> Any:
        """Return the id of the object that holds the resource's."""
        return self._known[resource.parent].id if resource.parent else ""

    def _create(self, resource: Resource) -> None:
        wanted = self._wanted(resource)
        rule = OBJECTS[resource.object]
        judged = [wished(name, rule.fields[name], value) for name, value in wanted.items()]
        seeds = judge_seeds(resource, None)
        judged += [seeds.judged] if seeds else []
        self._steps[resource.address] = Step(
            resource.address,
            resource.object,
            Action.CREATE,
            "declared, and not on the target",
            changes=tuple(changes(resource, judged, self._names)),
            needs=self._needs(resource),
            resource=resource,
            judged=tuple(judged),
            memories=seeds.writes if seeds else (),
        )

    def _compare(self, resource: Resource, live: Live) -> None:
        wanted = self._wanted(resource)
        if _bears_marks_of(resource, live) and is_in_sync(OBJECTS[resource.object], live, wanted):
            return
        judged = [unfought(each) for each in judge(OBJECTS[resource.object], live, wanted)]
        seeds = judge_seeds(resource, live)
        if seeds:
            judged.append(seeds.judged)
            self._kept += [(resource.address, path) for path in seeds.kept]
        if resource.address not in self._options.overwrite:
            self._refuse_conflicts(resource, judged, seeds)
        different = tuple(changes(resource, judged, self._names))
        self._refuse_fixed(resource, different)
        action, reason = self._action(resource, live, judged, different)
        if action is not None:
            self._steps[resource.address] = Step(
                resource.address,
                resource.object,
                action,
                reason,
                changes=different,
                needs=self._needs(resource),
                resource=resource,
                live=live,
                judged=tuple(judged),
                memories=self._memory_writes(resource, seeds),
                is_final=action is Action.REPLACE,
                former_owner=self._claims.former_owners.get(live.id, ""),
            )

    def _action(
        self, resource: Resource, live: Live, judged: list[Judged], different: tuple[Change, ...]
    ) -> tuple[Action | None, str]:
        if replaced := irreplaceable(resource, different):
            return Action.REPLACE, f"{replaced} cannot be changed in place"
        if live.marks is None:
            owner = self._claims.former_owners.get(live.id)
            said = f"{live.id} is taken over from {owner}" if owner else "an object that nobody managed is taken over"
            return Action.ADOPT, said
        since = f" since {live.marks.retired:%Y-%m-%d}" if live.marks.retired else ""
        is_retired = bool(live.marks.retired or live.marks.paused)
        if live.marks.id != str(resource.address):
            return Action.MOVE, f"it was {live.marks.id}" + (f", and was retired{since}" if is_retired else "")
        if is_retired:
            return Action.RESTORE, f"declared again; it was retired{since}"
        if different:
            return action_for(different)
        if any(each.verdict is Verdict.CONVERGED for each in judged):
            return Action.RESTAMP, "the target already is as wanted; only the marks are behind"
        if live.marks.protect != resource.protect:
            return Action.RESTAMP, "protection is switched " + ("on" if resource.protect else "off")
        return None, ""

    def _memory_writes(self, resource: Resource, seeds: SeedVerdict | None) -> Any:
        if seeds is None:
            return ()
        return (*seeds.writes, *(seeds.forced if resource.address in self._options.overwrite else ()))

    def _refuse_fixed(self, resource: Resource, different: tuple[Change, ...]) -> None:
        for each in different:
            place = (each.field, *map(str, each.path))
            if place in OBJECTS[resource.object].fixed:
                self._say(
                    codes.FIXED_FIELD,
                    resource,
                    f"cannot change `{'.'.join(place)}` from {each.before} to {each.after}",
                    "declare a new one under another name, and remove this one when nothing uses it",
                    name=each.field,
                )

    def _refuse_conflicts(self, resource: Resource, judged: list[Judged], seeds: SeedVerdict | None) -> None:
        for each in judged:
            if each.verdict is Verdict.CONFLICT and each.name != SEED:
                self._say(
                    codes.CONFLICT,
                    resource,
                    f"has a `{each.name}` that was changed both here and on the target",
                    f"take theirs: `agentops drift --mode adopt --only {resource.address}.{each.name}`; "
                    f"or keep yours: apply with --overwrite {resource.address}",
                    name=each.name,
                )
        for path in seeds.disputed if seeds else ():
            self._say(
                codes.MEMORY_CONFLICT,
                resource,
                f"has a memory `{path}` that was changed both here and by an agent",
                f"bring the agent's text into the file, or apply with --overwrite {resource.address}",
                name=SEED,
            )

    def _wanted(self, resource: Resource) -> Mapping[str, Any]:
        return wanted_fields(resource, self._known.get)

    def _needs(self, resource: Resource) -> tuple[Address, ...]:
        return tuple(each for each in resource.names() if each in self._steps)

    def _say(self, code: Any, resource: Resource, fact: str, label: str = "", *, name: str = "") -> None:
        wanted = resource.fields.get(name)
        span = wanted.span if wanted else resource.span
        self._diagnostics.append(Diagnostic(code, f"{resource.address} {fact}", span, label))


def _bears_marks_of(resource: Resource, live: Live) -> bool:
    """Tell whether the marks of an object without seeds say nothing else than a write of it now would."""
    marks = live.marks
    if marks is None or marks.retired or marks.paused or resource.seeds:
        return False
    return marks.protect == resource.protect and marks.id == str(resource.address)


def _outcome(resource: Resource, step: Step | None, live: Live | None) -> Known:
    """Return what a name will stand for after its step; what only the server knows stands as its name."""
    address, rule = str(resource.address), OBJECTS[resource.object]
    stays = live is not None and (step is None or step.action is not Action.REPLACE)
    found_id = live.id if live and stays else {"$id": address}
    if step is None or not rule.pinned_by:
        return Known(found_id, live.pin if live else None)
    return Known(found_id, step.version if rule.is_versioned else {"$version": address})
