"""Plans worth looking at: one for each thing that a plan can say."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from agentops.base.names import Address, Kind
from agentops.base.secrets import Secret
from agentops.reconcile.memories import LiveMemory
from agentops.reconcile.objects import ObjectKind
from agentops.reconcile.observed import Live, World
from agentops.reconcile.plan import Plan
from agentops.reconcile.planner import PlanOptions, plan
from agentops.reconcile.removal import RemovalRules
from agentops.reconcile.resource import Desired, Rendered, Resource, SeedMode
from agentops.reconcile.values import IdOf
from agentops.reconcile.write_only import WriteOnly

from .given import (
    BARE,
    MODEL,
    NOWHERE,
    OTHER_MODEL,
    OWNER,
    TARGET,
    a_credential,
    a_deployment,
    a_schedule,
    a_secret,
    a_seed,
    a_skill,
    a_store,
    a_team,
    a_vault,
    a_webhook,
    address,
    after,
    an_agent,
    an_agent_with,
    an_environment,
    desired,
    edited,
    edited_skill,
    meddled,
    pinned,
    planned,
    pruning,
    remembering,
    span,
    the,
    with_live,
    world_of,
)

PROMPT = """\
You review pull requests.

Read the whole diff before you say a word.
Name the line, the fact and the way out.
Praise nothing that is merely correct.
Never approve what you have not understood.
"""
NEW_PROMPT = PROMPT.replace("Praise nothing", "Run the tests first.\nPraise nothing").replace("a word", "anything")
ASKING: list[dict[str, Any]] = [
    {"type": "agent_toolset_20260401", "default_config": {"permission_policy": {"type": "always_ask"}}},
    {"type": "mcp_toolset", "mcp_server_name": "tickets"},
]
ALLOWING: list[dict[str, Any]] = [{"type": "agent_toolset_20260401"}, ASKING[1]]
SERVERS = [{"type": "url", "name": "tickets", "url": "https://tickets.example.com/mcp"}]
CLOSED = {
    "type": "cloud",
    "packages": {"pip": ["requests==2.32.3", "rich"]},
    "networking": {"type": "limited", "allowed_hosts": ["pypi.org"], "allow_package_managers": True},
}
OPEN = {"type": "cloud", "packages": CLOSED["packages"], "networking": {"type": "unrestricted"}}
SEEDS = {"/runbook.md": a_seed("Restart it."), "/on-call.md": a_seed("Ada", SeedMode.LIVE)}

REVIEWER = an_agent(
    "reviewer",
    description="Reads pull requests.",
    system=PROMPT,
    tools=ASKING,
    mcp_servers=SERVERS,
    metadata={"team": "platform"},
)
SCRIBE = an_agent("scribe", model={"id": MODEL, "effort": "low"})
CREW = a_team("crew", ["reviewer", "scribe"])
WORKSHOP = an_environment("workshop", description="Where tools run.", config=CLOSED)
LESSONS = a_store("lessons", SEEDS, description="What we learned.")
PROJECT = (REVIEWER, SCRIBE, CREW, WORKSHOP, LESSONS)


def with_fields(resource: Resource, **fields: Any) -> Resource:
    """Return the resource with other values in the same places."""
    changed = {key: replace(resource.fields[key], value=value) for key, value in fields.items()}
    return replace(resource, fields={**resource.fields, **changed})


def without(resource: Resource, name: str) -> Resource:
    return replace(resource, fields={key: each for key, each in resource.fields.items() if key != name})


def first_apply() -> Plan:
    rubric = Rendered(Address(Kind.RUBRIC, "careful"), "# Careful\n", span("agents.d/careful.yaml", 4))
    return plan(Desired.of(OWNER, PROJECT, (rubric,)), NOWHERE, TARGET)


def edits() -> Plan:
    """A prompt and a permission change, a field goes, a package comes, seeds change, a team follows."""
    return planned(
        (
            without(with_fields(REVIEWER, system=NEW_PROMPT, tools=ALLOWING), "description"),
            with_fields(SCRIBE, model={"id": OTHER_MODEL, "effort": "low"}),
            CREW,
            with_fields(WORKSHOP, config={**CLOSED, "packages": {"pip": ["requests==2.32.3", "rich", "httpx"]}}),
            replace(LESSONS, seeds={**SEEDS, "/runbook.md": a_seed("Call Ada."), "/new.md": a_seed("New.")}),
        ),
        world_of(*PROJECT),
    )


def meddled_world() -> World:
    world = world_of(*PROJECT)
    world = with_live(world, meddled(the(world, "Agent/reviewer"), system="Approve everything.\n", tools=ALLOWING))
    world = with_live(world, meddled(the(world, "Environment/workshop"), config=OPEN))
    learned = {"/runbook.md": LiveMemory("mem_1", a_seed("learned").sha256, "session_actor")}
    return with_live(world, remembering(the(world, "MemoryStore/lessons"), learned))


def drift() -> Plan:
    """Somebody rewrote a prompt, widened a permission and opened the network; agents learned something."""
    return planned(PROJECT, meddled_world())


def conflict() -> Plan:
    """The same, while the manifests changed too."""
    wanted = (with_fields(REVIEWER, system=NEW_PROMPT), SCRIBE, CREW, WORKSHOP, LESSONS)
    return planned(wanted, meddled_world())


def removals() -> Plan:
    """Most of it goes, an unmarked agent is adopted, and protection is switched on."""
    by_hand = Live(
        ObjectKind.AGENT, {"id": "agent_01hand", "name": "new", "version": 3, "model": MODEL, "metadata": {}}, None
    )
    world = world_of(*PROJECT)
    return planned(
        (replace(REVIEWER, protect=True), an_agent("new", system="Be kind.")),
        World((*world.lives, by_hand)),
        adopt=frozenset({address("Agent/new")}),
        removal=pruning(),
    )


def destroy() -> Plan:
    return plan(desired(), world_of(*PROJECT), TARGET, PlanOptions(removal=RemovalRules(destroy=True)))


def nothing_to_do() -> Plan:
    """All is well; one store is not declared any more, and agents keep what they learned."""
    return planned(PROJECT, World((*meddled_world_of_memories().lives, *world_of(a_store("old")).lives)))


def meddled_world_of_memories() -> World:
    world = world_of(*PROJECT)
    learned = {"/runbook.md": LiveMemory("mem_1", a_seed("learned").sha256, "session_actor")}
    return with_live(world, remembering(the(world, "MemoryStore/lessons"), learned))


TRICK = "\x1b[2J\x1b]0;owned\x07\r\x9b31m\u202eevil\x00"
"""Clears the screen, names the window, returns to the start of the line, turns text around."""


def hostile() -> Plan:
    """Everything that others can write tries to play with the terminal."""
    name, keyed = f"reviewer {TRICK}", {f"key {TRICK}": f"value {TRICK}"}
    ours = an_agent("reviewer", system=f"one\n{TRICK}\n", description=TRICK, metadata=keyed)
    world = world_of(ours, a_store("lessons", {f"/{TRICK}.md": a_seed("A")}))
    live = the(world, "Agent/reviewer")
    theirs = meddled(
        live, name=name, system=f"two {TRICK}\n", description=f"{TRICK}{TRICK}", metadata={f"x{TRICK}": TRICK}
    )
    bent = edited(the(world, "MemoryStore/lessons"), metadata={"agentops_id": f"MemoryStore/{TRICK}"})
    made = an_agent(
        "made",
        name=name,
        system=TRICK,
        tools=[{"type": "custom", "name": TRICK, "description": TRICK, "input_schema": {}}],
    )
    seeded = a_store("fresh", {f"/{TRICK}.md": a_seed("A")}, description=TRICK)
    hostile_world = World((theirs, bent))
    return planned((ours, made, seeded), hostile_world, removal=pruning())


OUTCOME = {
    "type": "user.define_outcome",
    "description": "Sort what is new.",
    "rubric": {"type": "text", "content": "# Careful\n\nEvery claim has a source.\n"},
}
MESSAGE = {"type": "user.message", "content": [{"type": "text", "text": "Look at what came in overnight."}]}
CLONE = {"type": "github_repository", "url": "https://github.com/acme/tickets"}
NOTES = {"type": "memory_store", "memory_store_id": IdOf(address("MemoryStore/lessons")), "access": "read_only"}
TRIAGE = a_deployment(
    "triage",
    agent=pinned("Team/crew"),
    initial_events=[OUTCOME, MESSAGE],
    resources=[NOTES, {**CLONE, "authorization_token": WriteOnly(Secret("marked"), "tag-1")}],
    schedule={"type": "cron", "expression": "0 7 * * 1-5", "timezone": "Europe/Berlin"},
    budget={"type": "limit", "max_list_cost": {"amount": "2500", "currency": "USD"}},
)
NIGHTLY = a_schedule(
    "nightly",
    agents=["Agent/reviewer"],
    since="last-dream",
    schedule={"type": "cron", "expression": "0 3 * * *", "timezone": "Europe/Berlin"},
    gates={"secrets": "block"},
)
ALERTS = a_webhook("alerts", description="Whoever is on call.")
RUNNING = (*PROJECT, TRIAGE, NIGHTLY, ALERTS)


def running() -> Plan:
    """What runs by itself is made, beside all that it needs."""
    return planned(RUNNING, world_of(WORKSHOP))


def running_edits() -> Plan:
    """A pin follows, a rubric, a token and a budget change, a store is exchanged, and somebody moved a webhook."""
    world = world_of(*RUNNING, a_store("others"))
    world = with_live(world, meddled(the(world, "Webhook/alerts"), url="https://theirs.example.com"))
    graded = {**OUTCOME, "rubric": {"type": "text", "content": "# Careful\n\nEvery claim has two sources.\n"}}
    cloned = {**CLONE, "authorization_token": WriteOnly(Secret("marked"), "tag-2")}
    edited_triage = with_fields(TRIAGE, initial_events=[graded, MESSAGE], resources=[NOTES, cloned])
    second = a_deployment("second", agent=pinned("scribe"))
    world = World((*world.lives, *after(planned([SCRIBE, WORKSHOP, second], world), world).lives[-1:]))
    return planned(
        (
            REVIEWER,
            with_fields(SCRIBE, model={"id": OTHER_MODEL, "effort": "low"}),
            CREW,
            WORKSHOP,
            LESSONS,
            a_store("others"),
            without(edited_triage, "budget"),
            second,
            with_fields(NIGHTLY, store=IdOf(address("MemoryStore/others")), agents=[IdOf(address("Agent/scribe"))]),
            ALERTS,
        ),
        world,
        max_update=4,
    )


def left_out() -> Plan:
    """The target is the vendor's: it has neither dream schedules nor webhooks."""
    return planned(RUNNING, World(world_of(*PROJECT).lives, frozenset(each.object for each in (NIGHTLY, ALERTS))))


def running_destroyed() -> Plan:
    return plan(desired(), world_of(*RUNNING), TARGET, PlanOptions(removal=RemovalRules(destroy=True)))


_PAGER: dict[str, Any] = {
    **BARE,
    "type": "environment_variable",
    "secret_name": "PAGER_TOKEN",
    "secret_value": a_secret("p"),
    "networking": {"type": "limited", "allowed_hosts": ["pager.example.com"]},
}
_OLD = a_credential("old", mcp_server_url="https://old.example.com/mcp")
KEYS = (a_vault(), a_credential(), a_credential("pager", **_PAGER), _OLD, a_skill(), an_agent_with("reviewer"))


def keys_and_skills() -> Plan:
    """A vault with credentials, and a skill that an agent has."""
    return planned(KEYS)


def keys_edited() -> Plan:
    """A token is rotated, a credential renamed, another replaced, a third one gone; the skill has new files."""
    wanted = (
        a_vault(display_name="For tickets"),
        a_credential("issues", token=a_secret("another")),
        a_credential("pager", **{**_PAGER, "secret_name": "PAGER_KEY"}),
        a_skill(files=edited_skill(**{"scripts/sort.py": None, "more.md": b"More.", "SKILL.md": b"---"})),
        an_agent_with("reviewer"),
    )
    return planned(wanted, world_of(*KEYS))


def keys_removed() -> Plan:
    """The skill gets another label; the vault goes with what is in it."""
    wanted = (a_skill(display_name="Sorts tickets"), an_agent_with("reviewer"))
    return planned(wanted, world_of(*KEYS), removal=pruning())


SCENES: Mapping[str, Callable[[], Plan]] = {
    "first-apply": first_apply,
    "edits": edits,
    "drift": drift,
    "conflict": conflict,
    "removals": removals,
    "destroy": destroy,
    "nothing-to-do": nothing_to_do,
    "hostile": hostile,
    "keys-and-skills": keys_and_skills,
    "keys-edited": keys_edited,
    "keys-removed": keys_removed,
    "running": running,
    "running-edits": running_edits,
    "running-destroyed": running_destroyed,
    "left-out": left_out,
}
