"""What a step makes more dangerous than it was: the notes that a reviewer reads and a controller's policy weighs.

Judged by the object as it is and as it will be, in normal form; what becomes stricter is no risk.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, Final

from agentops.reconcile import risks_of_reach as reach
from agentops.reconcile.objects import ObjectKind
from agentops.reconcile.plan import CREATES, DRIFTED, REMOVALS, Plan, Risk, Step
from agentops.reconcile.verdicts import ABSENT, DIFFERENT
from agentops.reconcile.write_only import origins

Rule = Callable[[Any, Any], Iterator[str]]
_WORD: Final = re.compile(r"\w+")


class RiskKind(StrEnum):
    """What is riskier than before. Never renamed: policies name them."""

    PERMISSION_WIDENED = "permission_widened"
    """A tool is new, or runs with less asking than before."""

    SERVER_ADDED = "server_added"
    """An agent talks to an MCP server that it did not talk to."""

    DELEGATION_WIDENED = "delegation_widened"
    """A team may do more with others: invent agents, write workflows, ask an advisor, call a new member."""

    IDENTITY_CHANGED = "identity_changed"
    """An agent acts as somebody else."""

    NETWORK_OPENED = "network_opened"
    """More of the network can be reached, or a secret may travel further."""

    BUDGET_REMOVED = "budget_removed"
    BUDGET_RAISED = "budget_raised"
    MODEL_CHANGED = "model_changed"
    EFFORT_CHANGED = "effort_changed"
    """An agent thinks with another effort: other answers, other costs."""

    MEMORY_WRITABLE = "memory_writable"
    """A store can be written to that could not."""

    VAULT_ATTACHED = "vault_attached"
    """Sessions can use the secrets of another vault."""

    SECRET_REFERENCED = "secret_referenced"  # noqa: S105 - a word, no secret
    """A secret is sent that was not: it is new, or its variable, its file or its value is another one."""

    AGENT_SWAPPED = "agent_swapped"
    """A deployment runs another agent."""

    ENVIRONMENT_SWAPPED = "environment_swapped"
    """A deployment runs in another environment, with its network and packages."""

    REVIEW_WAIVED = "review_waived"
    """What dreams learn needs no person any more, or passes weaker gates."""

    RECEIVER_CHANGED = "receiver_changed"
    """A webhook tells somebody else."""

    PROTECTION_LIFTED = "protection_lifted"
    """The object may be removed from here on."""

    TAKEN_OVER = "taken_over"
    """Another project manages the object, and will not any more."""

    DRIFT_UNDONE = "drift_undone"
    """What somebody changed on the target is changed back."""

    BORN_UNASKED = "born_unasked"
    """A new agent whose tools run without asking."""

    BORN_OPEN = "born_open"
    """A new environment without limits to its network, or a new secret that may go anywhere."""

    BORN_UNLIMITED = "born_unlimited"
    """A new deployment without a budget."""


class Weight(StrEnum):
    """How bad it is when a risk was not meant."""

    LOW = "low"
    """Other answers or costs; undone by the next commit."""

    MEDIUM = "medium"
    """What runs, pays, tells or remembers is another one."""

    HIGH = "high"
    """Something gets out, or acts, that nobody asks about any more."""


WEIGHTS: Final[Mapping[RiskKind, Weight]] = {
    RiskKind.PERMISSION_WIDENED: Weight.HIGH,
    RiskKind.SERVER_ADDED: Weight.HIGH,
    RiskKind.DELEGATION_WIDENED: Weight.HIGH,
    RiskKind.IDENTITY_CHANGED: Weight.HIGH,
    RiskKind.NETWORK_OPENED: Weight.HIGH,
    RiskKind.BUDGET_REMOVED: Weight.HIGH,
    RiskKind.BUDGET_RAISED: Weight.MEDIUM,
    RiskKind.MODEL_CHANGED: Weight.LOW,
    RiskKind.EFFORT_CHANGED: Weight.LOW,
    RiskKind.MEMORY_WRITABLE: Weight.MEDIUM,
    RiskKind.VAULT_ATTACHED: Weight.HIGH,
    RiskKind.SECRET_REFERENCED: Weight.MEDIUM,
    RiskKind.AGENT_SWAPPED: Weight.MEDIUM,
    RiskKind.ENVIRONMENT_SWAPPED: Weight.MEDIUM,
    RiskKind.REVIEW_WAIVED: Weight.HIGH,
    RiskKind.RECEIVER_CHANGED: Weight.MEDIUM,
    RiskKind.PROTECTION_LIFTED: Weight.MEDIUM,
    RiskKind.TAKEN_OVER: Weight.HIGH,
    RiskKind.DRIFT_UNDONE: Weight.LOW,
    RiskKind.BORN_UNASKED: Weight.MEDIUM,
    RiskKind.BORN_OPEN: Weight.MEDIUM,
    RiskKind.BORN_UNLIMITED: Weight.MEDIUM,
}
"""How much each kind weighs, whatever a policy makes of it."""

_CHANGED: Final[Mapping[ObjectKind, Mapping[str, tuple[tuple[RiskKind, Rule], ...]]]] = {
    ObjectKind.AGENT: {
        "tools": ((RiskKind.PERMISSION_WIDENED, reach.tools),),
        "mcp_servers": ((RiskKind.SERVER_ADDED, reach.servers),),
        "multiagent": ((RiskKind.DELEGATION_WIDENED, reach.delegation),),
        "execution_identity": ((RiskKind.IDENTITY_CHANGED, reach.another),),
        "model": ((RiskKind.MODEL_CHANGED, reach.model), (RiskKind.EFFORT_CHANGED, reach.effort)),
    },
    ObjectKind.ENVIRONMENT: {"config": ((RiskKind.NETWORK_OPENED, reach.environment),)},
    ObjectKind.CREDENTIAL: {
        "auth.networking": ((RiskKind.NETWORK_OPENED, reach.network),),
        "auth.injection_location": ((RiskKind.NETWORK_OPENED, reach.places),),
    },
    ObjectKind.DEPLOYMENT: {
        "agent": ((RiskKind.AGENT_SWAPPED, reach.another_agent),),
        "environment_id": ((RiskKind.ENVIRONMENT_SWAPPED, reach.another),),
        "resources": ((RiskKind.MEMORY_WRITABLE, reach.writable),),
        "vault_ids": ((RiskKind.VAULT_ATTACHED, reach.attached),),
        "budget": ((RiskKind.BUDGET_REMOVED, reach.unlimited), (RiskKind.BUDGET_RAISED, reach.raised)),
    },
    ObjectKind.DREAM_SCHEDULE: {
        "review": ((RiskKind.REVIEW_WAIVED, reach.unreviewed),),
        "gates": ((RiskKind.REVIEW_WAIVED, reach.ungated),),
        "model": ((RiskKind.MODEL_CHANGED, reach.model),),
        "budget": ((RiskKind.BUDGET_REMOVED, reach.unlimited), (RiskKind.BUDGET_RAISED, reach.raised)),
    },
    ObjectKind.WEBHOOK: {"url": ((RiskKind.RECEIVER_CHANGED, reach.another),)},
}
"""By kind of object and field, for objects that are there."""

_BORN: Final[Mapping[ObjectKind, tuple[str, RiskKind, Rule]]] = {
    ObjectKind.AGENT: ("tools", RiskKind.BORN_UNASKED, reach.unasked),
    ObjectKind.ENVIRONMENT: ("config", RiskKind.BORN_OPEN, reach.environment),
    ObjectKind.CREDENTIAL: ("auth.networking", RiskKind.BORN_OPEN, reach.network),
    ObjectKind.DEPLOYMENT: ("budget", RiskKind.BORN_UNLIMITED, reach.born_unlimited),
}
"""What is said of new objects, by the field that tells it; a field that is not declared counts as null."""


def fields_of(kind: RiskKind, made: ObjectKind) -> tuple[str, ...]:
    """Return the fields that a risk of a kind of object can come from."""
    changed = [name for name, rules in _CHANGED.get(made, {}).items() if any(each == kind for each, _ in rules)]
    born = [name for name, each, _ in (_BORN[made],) if each == kind] if made in _BORN else []
    return (*changed, *born)


def with_risks(plan: Plan, names: Mapping[str, str]) -> Plan:
    """Return the plan with a note at each step that makes something riskier; `names` are addresses by live ids."""
    return replace(plan, steps=tuple(replace(each, risks=tuple(_risks(each, names))) for each in plan.steps))


def _risks(step: Step, names: Mapping[str, str]) -> Iterator[Risk]:
    for kind, note in _found(step):
        yield Risk(kind.value, _named(note, names), WEIGHTS[kind].value)


def _found(step: Step) -> Iterator[tuple[RiskKind, str]]:
    if step.action in REMOVALS:
        return
    if step.action in CREATES:
        yield from _of_a_birth(step)
    yield from ((RiskKind.SECRET_REFERENCED, note) for note in _secrets(step))
    if step.live is None:
        return
    rules = _CHANGED.get(step.object, {})
    for each in step.judged:
        if each.verdict in DIFFERENT:
            wanted = None if each.wanted is ABSENT else each.wanted
            for kind, rule in rules.get(each.name, ()):
                yield from ((kind, note) for note in rule(each.live, wanted))
    if step.former_owner:
        yield RiskKind.TAKEN_OVER, f"it belongs to {step.former_owner}, which manages it no longer from here on"
    if step.live.marks and step.live.marks.protect and not (step.resource and step.resource.protect):
        yield RiskKind.PROTECTION_LIFTED, "it may be removed from here on"
    if fields := sorted({each.field for each in step.changes if each.verdict in DRIFTED}):
        yield RiskKind.DRIFT_UNDONE, f"changed on the target: {', '.join(fields)}"


def _of_a_birth(step: Step) -> Iterator[tuple[RiskKind, str]]:
    if step.object not in _BORN:
        return
    name, kind, rule = _BORN[step.object]
    wanted = {each.name: each.wanted for each in step.judged if each.wanted is not ABSENT}
    yield from ((kind, note) for note in rule(None, wanted.get(name)))


def _secrets(step: Step) -> Iterator[str]:
    """Yield where each secret that is sent, and was not, comes from."""
    if step.resource is None:
        return
    changed = {each.field for each in step.changes if _holds_secret(each.after)}
    for name, field in step.resource.fields.items():
        if name in changed:
            yield from (f"`{name}` is {origin}" for origin in origins(field.value))


def _holds_secret(value: Any) -> bool:
    match value:
        case {"$secret": True}:
            return True
        case dict(pairs):
            return any(_holds_secret(each) for each in pairs.values())
    return False


def _named(note: str, names: Mapping[str, str]) -> str:
    """Return the note with addresses for ids: people know names."""
    return _WORD.sub(lambda found: names.get(found[0], found[0]), note)
