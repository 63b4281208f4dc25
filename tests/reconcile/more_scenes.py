"""More plans worth looking at: each risk, each refusal, each way to part; and one made of every word that there is."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from agentops.base.diagnostics import Diagnostic, Report
from agentops.base.names import Address, Kind
from agentops.reconcile.codes import CODES
from agentops.reconcile.objects import ObjectKind
from agentops.reconcile.observed import Live, World
from agentops.reconcile.plan import Action, Change, Orphan, Plan, Risk, Step
from agentops.reconcile.resource import Resource
from agentops.reconcile.risks import RiskKind, Weight
from agentops.reconcile.values import IdOf
from agentops.reconcile.verdicts import DIFFERENT, Verdict

from .given import (
    MODEL,
    OWNER,
    TARGET,
    a_deployment,
    a_schedule,
    a_team,
    a_vault,
    a_webhook,
    address,
    after,
    an_agent,
    an_environment,
    edited,
    meddled,
    pinned,
    planned,
    pruning,
    span,
    the,
    with_live,
    world_of,
)
from .scenes import ALLOWING, ASKING, CLOSED, LESSONS, NEW_PROMPT, OPEN, PROJECT, SERVERS, WORKSHOP, with_fields

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)


def _dispatched(**fields: Any) -> Resource:
    notes = {"type": "memory_store", "memory_store_id": IdOf(address("MemoryStore/lessons")), "access": "read_only"}
    budget = {"type": "limit", "max_list_cost": {"amount": "2500", "currency": "USD"}}
    rest = {"agent": pinned("Agent/reviewer"), "resources": [notes], "budget": budget, "vault_ids": []}
    return a_deployment("triage", **{**rest, **fields})


def widened() -> Plan:
    """More is allowed everywhere: tools, servers, members, models, networks, budgets, vaults, memory, reviews."""
    environment = an_environment("workshop", config=CLOSED)
    low = {"id": MODEL, "effort": "low"}
    reviewer = an_agent("reviewer", tools=ASKING, mcp_servers=SERVERS, model=low, protect=True)
    crew = a_team("crew", ["reviewer"])
    nightly = a_schedule("nightly", review="pull_request", gates={"secrets": "block"})
    vaults = (a_vault("tools"), a_vault("others"))
    before = (reviewer, an_agent("scribe"), crew, environment, LESSONS, *vaults, _dispatched(), nightly, a_webhook())
    more = [*SERVERS, {"type": "url", "name": "wiki", "url": "https://wiki.example.com/mcp"}]
    writable = {"type": "memory_store", "memory_store_id": IdOf(address("MemoryStore/lessons")), "access": "read_write"}
    budget = {"type": "limit", "max_list_cost": {"amount": "9900", "currency": "USD"}}
    wider = {"resources": [writable], "budget": budget, "vault_ids": [IdOf(address("Vault/others"))]}
    return planned(
        (
            an_agent("reviewer", tools=ALLOWING, mcp_servers=more, model={"id": MODEL, "effort": "high"}),
            an_agent("scribe"),
            a_team("crew", ["reviewer", "scribe"]),
            an_environment("workshop", config=OPEN),
            an_environment("playground", config=OPEN),
            LESSONS,
            *vaults,
            _dispatched(agent=pinned("Agent/scribe"), **wider),
            a_deployment("endless", agent=pinned("Agent/scribe")),
            a_schedule("nightly", review="auto", gates={"secrets": "off"}),
            a_webhook(url="https://elsewhere.example.com"),
        ),
        world_of(*before),
    )


def refused() -> Plan:
    """Two claim one name, one looks like another, one cannot be changed in place, an agent wrote to a memory too."""
    world = world_of(*PROJECT)
    twin = edited(the(world, "Agent/reviewer"), id="agent_02copy")
    by_hand = Live(
        ObjectKind.AGENT, {"id": "agent_01hand", "name": "new", "version": 3, "model": MODEL, "metadata": {}}, None
    )
    world = World((*world.lives, twin, by_hand))
    wanted = (
        *(each for each in PROJECT if each is not WORKSHOP),
        with_fields(WORKSHOP, config={"type": "self_hosted"}),
        an_agent("new", name="new"),
    )
    return planned(wanted, world)


def braked() -> Plan:
    """Half of what there was is gone from the tree, and some of it is protected."""
    many = [an_agent(f"agent-{number:02}", protect=number == 3) for number in range(20)]
    return planned(many[10:], world_of(*many), removal=pruning())


def emptied() -> Plan:
    """The tree declares nothing, and pruning is on."""
    return planned((), world_of(*PROJECT), removal=pruning())


def retired() -> Plan:
    """What is declared no more is retired first: it is archived when its grace is over."""
    return planned(PROJECT[:1], world_of(*PROJECT), removal=pruning(now=NOW))


def restored() -> Plan:
    """What was retired is declared again; and somebody made by hand what a manifest now asks for."""
    world = world_of(*PROJECT)
    world = after(retired(), world)
    world = with_live(world, meddled(the(world, "Agent/reviewer"), system=NEW_PROMPT))
    return planned((with_fields(PROJECT[0], system=NEW_PROMPT), *PROJECT[1:]), world)


def ripe() -> Plan:
    """The grace of what was retired is over."""
    later = NOW + timedelta(days=30)
    return planned(PROJECT[:1], after(retired(), world_of(*PROJECT)), removal=pruning(now=later))


def every_word() -> Plan:
    """Made by hand of every action, verdict, risk and code: a new one shows here before it has a scene."""
    place = span("agents.d/x.yaml", 7)
    changes = tuple(
        Change("system", (), verdict, "Be kind.", "Be strict.", place) for verdict in Verdict if verdict in DIFFERENT
    )
    steps = [
        Step(Address(Kind.AGENT, f"to-{action.value}"), ObjectKind.AGENT, action, f"made by hand, to {action.value}")
        for action in Action
    ]
    risks = tuple(
        Risk(kind.value, f"what is to be said of {kind.value.replace('_', ' ')}", weight.value)
        for kind, weight in zip(RiskKind, [*Weight] * len(RiskKind), strict=False)
    )
    risky = Step(Address(Kind.AGENT, "risky"), ObjectKind.AGENT, Action.UPDATE, "made by hand", changes, risks=risks)
    report = Report.of(Diagnostic(code, code.title, place, "the way out", ("a note",)) for code in CODES.values())
    orphan = Orphan("Agent/left", ObjectKind.AGENT, "agent_01left", is_protected=True)
    return Plan(OWNER, TARGET, (*steps, risky), 3, orphans=(orphan,), report=report)


MORE: Mapping[str, Callable[[], Plan]] = {
    "widened": widened,
    "refused": refused,
    "braked": braked,
    "emptied": emptied,
    "retired": retired,
    "restored": restored,
    "ripe": ripe,
    "every-word": every_word,
}
