"""What tests of reconciling start from: resources, plans and worlds made of values."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from agentops.base.canonical import text_digest
from agentops.base.diagnostics import Span
from agentops.base.names import Address, Kind
from agentops.base.secrets import Secret
from agentops.reconcile import bodies
from agentops.reconcile.bodies import Stamp
from agentops.reconcile.bundles import Bundle, digests
from agentops.reconcile.marks import read, written
from agentops.reconcile.memories import LiveMemory, Memories
from agentops.reconcile.objects import BECOMES, OBJECTS, ObjectKind
from agentops.reconcile.observed import Live, World
from agentops.reconcile.parting import retired
from agentops.reconcile.plan import REMOVALS, Action, Plan, Step
from agentops.reconcile.planner import PlanOptions, plan
from agentops.reconcile.removal import RemovalRules
from agentops.reconcile.resource import Desired, Field, Resource, Seed, SeedMode
from agentops.reconcile.values import IdOf, Known, VersionOf
from agentops.reconcile.write_only import WriteOnly

MODEL = "claude-opus-5-5"
OTHER_MODEL = "claude-sonnet-5-5"
OWNER = "github.com/acme/agents"
TARGET = "https://api.example.com"
STAMP = Stamp(OWNER, "0123456789abcdef0123", "0.1.0")
NOWHERE = World(())

_PREFIXES = {
    ObjectKind.AGENT: "agent",
    ObjectKind.ENVIRONMENT: "env",
    ObjectKind.MEMORY_STORE: "memstore",
    ObjectKind.DEPLOYMENT: "depl",
    ObjectKind.DREAM_SCHEDULE: "dsch",
    ObjectKind.WEBHOOK: "whend",
    ObjectKind.VAULT: "vlt",
    ObjectKind.CREDENTIAL: "vcrd",
    ObjectKind.SKILL: "skill",
}


def address(text: str) -> Address:
    found = Address.parse(text)
    assert found, f"{text} is no address"
    return found


def span(file: str, line: int) -> Span:
    return Span(file, line, 3, line, 20)


def a_resource(kind: Kind, name: str, fields: Mapping[str, Any], **rest: Any) -> Resource:
    """Return a resource whose fields stand one below the other in a file of their own."""
    file = f"agents.d/{name}.yaml"
    placed = {key: Field(value, span(file, line)) for line, (key, value) in enumerate(fields.items(), start=6)}
    return Resource(Address(kind, name), BECOMES[kind], placed, source=file, place=span(file, 4), **rest)


def an_agent(name: str = "reviewer", /, *, protect: bool = False, **fields: Any) -> Resource:
    return a_resource(Kind.AGENT, name, {"name": name, "model": MODEL, **fields}, protect=protect)


def a_team(name: str, members: Iterable[str], /, **fields: Any) -> Resource:
    roster = {"type": "coordinator", "agents": [pinned(each) for each in members]}
    return a_resource(Kind.TEAM, name, {"name": name, "model": MODEL, "multiagent": roster, **fields})


def pinned(member: str) -> dict[str, Any]:
    """Return a roster entry for `reviewer` or `Team/research`."""
    named = address(member if "/" in member else f"Agent/{member}")
    return {"type": "agent", "id": IdOf(named), "version": VersionOf(named)}


def an_environment(name: str = "workshop", /, **fields: Any) -> Resource:
    return a_resource(Kind.ENVIRONMENT, name, {"name": name, **fields})


def a_store(name: str = "lessons", seeds: Mapping[str, Seed] | None = None, /, **fields: Any) -> Resource:
    seeded = {"seed": None} if seeds else {}
    return a_resource(Kind.MEMORY_STORE, name, {"name": name, **fields, **seeded}, seeds=seeds or {})


def a_deployment(name: str = "triage", /, **fields: Any) -> Resource:
    message = {"type": "user.message", "content": [{"type": "text", "text": "Look at what is new."}]}
    bare = {"name": name, "agent": pinned("reviewer"), "environment_id": IdOf(address("Environment/workshop"))}
    return a_resource(Kind.DEPLOYMENT, name, {**bare, "initial_events": [message], **fields})


def a_schedule(name: str = "nightly", /, store: str = "lessons", agents: Iterable[str] = (), **fields: Any) -> Resource:
    named: dict[str, Any] = {"store": IdOf(address(f"MemoryStore/{store}"))}
    named |= {"agents": [IdOf(address(each)) for each in agents]} if agents else {}
    bare = {"name": name, "model": MODEL, "after_sessions": 20}
    return a_resource(Kind.DREAM_SCHEDULE, name, {**bare, **named, **fields})


def a_webhook(name: str = "alerts", /, **fields: Any) -> Resource:
    bare = {"url": f"https://hooks.example.com/{name}", "events": ["session.requires_action", "agent.updated"]}
    return a_resource(Kind.WEBHOOK, name, {**bare, **fields})


def a_vault(name: str = "tools", /, **fields: Any) -> Resource:
    return a_resource(Kind.VAULT, name, {"display_name": name, **fields})


def a_secret(text: str) -> WriteOnly:
    """Return a secret with a tag that costs nothing."""
    return WriteOnly(Secret(text), text_digest(text))


def a_credential(name: str = "tickets", /, vault: str = "tools", **fields: Any) -> Resource:
    """Return a credential; fields of its `auth` are given by their last name, as `token`."""
    placed = {_AUTH.get(key, key): value for key, value in {**_BEARER, **fields}.items() if value is not None}
    made = a_resource(Kind.VAULT, name, placed)
    holder = Address(Kind.VAULT, vault)
    return replace(made, address=replace(holder, part=name), object=ObjectKind.CREDENTIAL, parent=holder)


_AUTH = {each.rpartition(".")[2]: each for each in OBJECTS[ObjectKind.CREDENTIAL].fields if "." in each} | {
    "type": "auth.type",
    "client_auth": "auth.refresh.token_endpoint_auth.type",
}
_BEARER: dict[str, Any] = {
    "type": "static_bearer",
    "mcp_server_url": "https://tickets.example.com/mcp",
    "token": a_secret("token-1"),
}
BARE = dict.fromkeys(_BEARER)
"""What makes a credential of another type: none of the fields that it has by default."""


def a_skill(name: str = "triage", /, **fields: Any) -> Resource:
    files = {"SKILL.md": f"---\nname: {name}\ndescription: Sorts.\n---\n".encode(), "scripts/sort.py": b"print(1)\n"}
    return a_resource(Kind.SKILL, name, {"display_name": name, "name": name, "files": Bundle(name, files), **fields})


def an_agent_with(name: str = "reviewer", /, version: Any = None) -> Resource:
    """Return an agent that has the skill `triage`, in its newest version unless told otherwise."""
    triage = address("Skill/triage")
    named = {"type": "custom", "skill_id": IdOf(triage), "version": version or VersionOf(triage)}
    return an_agent(name, tools=[{"type": "agent_toolset_20260401"}], skills=[named])


def edited_skill(name: str = "triage", /, **files: bytes | None) -> Bundle:
    """Return the bundle with other files; None takes one away."""
    bundle = a_skill(name).fields["files"].value
    changed_files = {**bundle.files, **files}
    return Bundle(name, {path: each for path, each in changed_files.items() if each is not None})


def a_seed(text: str, mode: SeedMode = SeedMode.BOTH) -> Seed:
    return Seed(text, text_digest(text), mode)


def desired(*resources: Resource, owner: str = OWNER) -> Desired:
    return Desired.of(owner, resources)


def planned(resources: Iterable[Resource], world: World = NOWHERE, **options: Any) -> Plan:
    return plan(desired(*resources), world, TARGET, PlanOptions(**options))


def pruning(**rules: Any) -> RemovalRules:
    """Return the rules that prune at once, unless they say `now`: then there is a grace."""
    return RemovalRules(prune=True, skips_grace="now" not in rules, **rules)


def world_of(*resources: Resource, owner: str = OWNER) -> World:
    """Return the world that holds exactly these resources, each as the write that makes it says."""
    return after(plan(desired(*resources, owner=owner), NOWHERE, TARGET), owner=owner)


def after(made: Plan, world: World = NOWHERE, *, owner: str = OWNER) -> World:
    """Return the world with every step of the plan done, on a server that echoes what it is sent."""
    lives = {each.id: each for each in world.lives}
    known = {each.address: Known(each.live.id, each.live.pin) for each in made.steps if each.live}
    known |= {
        found: Known(each.id, each.pin)
        for each in world.lives
        if each.marks and each.marks.owner == owner and (found := Address.parse(each.marks.id))
    }
    for step in made.steps:
        if step.action in REMOVALS:
            assert step.live
            del lives[step.live.id]
            continue
        if step.action in {Action.RETIRE, Action.FORGET}:
            assert step.live
            lives[step.live.id] = _parted(step, step.live)
            continue
        live = _brought(step, known, Stamp(owner, STAMP.commit, STAMP.tool))
        lives[live.id] = live
        known[step.address] = Known(live.id, live.pin)
    return World(tuple(lives.values()), world.unsupported)


def _brought(step: Step, known: Mapping[Address, Known], stamp: Stamp) -> Live:
    assert step.resource
    wanted = bodies.wanted_fields(step.resource, known.get)
    if step.live is None:
        body = dict(bodies.create(step, wanted, stamp, "nonce_1").body)
        body["id"] = f"{_PREFIXES[step.object]}_01{step.address.part or step.address.name}"
    else:
        sent = bodies.update(step, wanted, stamp, "nonce_2").body
        pairs = {**step.live.body["metadata"], **sent["metadata"]}
        body = {**step.live.body, **sent, "metadata": {key: each for key, each in pairs.items() if each is not None}}
    if step.object is ObjectKind.AGENT:
        body["version"] = step.version
    if step.object is ObjectKind.DEPLOYMENT:
        body.setdefault("status", "active")
        if step.live and step.live.marks and step.live.marks.paused:
            marks = read(body["metadata"])
            assert marks
            body |= {"status": "active", "metadata": {**body["metadata"], **written(replace(marks, paused=False))}}
    if step.object is ObjectKind.SKILL:
        body |= {"files": digests(body["files"]), "latest_version_id": f"skver_01{step.address.name}"}
    found = dict(step.live.memories.found) if step.live else {}
    found |= {each.path: LiveMemory(f"mem_{each.path}", each.seed.sha256, "api_actor") for each in step.memories}
    holder = str(known[step.resource.parent].id) if step.resource.parent else ""
    marks = read(body["metadata"])
    return _with_seed_mark(step, Live(step.object, body, marks, memories=Memories(found), parent=holder))


def _parted(step: Step, live: Live) -> Live:
    version = {"version": live.version + 1} if live.version is not None else {}
    if step.action is Action.FORGET:
        pairs = {key: each for key, each in live.body["metadata"].items() if not key.startswith("agentops_")}
        status = {"status": "active"} if live.marks and live.marks.paused else {}
        return Live(live.object, {**live.body, "metadata": pairs, **version, **status}, None, parent=live.parent)
    assert live.marks
    assert step.at
    marks = retired(live, live.marks, step.at)
    status = {"status": "paused"} if live.is_running else {}
    return replace(edited(live, metadata=written(marks), **version, **status), base=live.base)


def _with_seed_mark(step: Step, live: Live) -> Live:
    seed = next((each for each in step.judged if each.name == "seed"), None)
    if seed is None or live.marks is None:
        return live
    return edited(live, metadata=written(bodies.with_seed(live.marks, seed.sent_hash)))


def edited(live: Live, **changes: Any) -> Live:
    """Return the object with other values, at the same version. Metadata is merged."""
    body = {**live.body, **changes, "metadata": {**live.body["metadata"], **changes.get("metadata", {})}}
    return Live(live.object, body, read(body["metadata"]), live.base, live.memories, live.parent)


def meddled(live: Live, **changes: Any) -> Live:
    """Return the object after somebody else saved other values: a new version, where there are versions."""
    changed = edited(live, **changes)
    if live.version is None:
        return changed
    body = {**changed.body, "version": live.version + 1}
    return Live(live.object, body, changed.marks, base=live.body, memories=live.memories)


def remembering(live: Live, found: Mapping[str, LiveMemory], removed: Mapping[str, str] | None = None) -> Live:
    return Live(live.object, live.body, live.marks, live.base, Memories(found, removed or {}))


def the(world: World, name: str) -> Live:
    """Return the live object with the identity."""
    return next(each for each in world.lives if each.marks and each.marks.id == name)


def with_live(world: World, live: Live) -> World:
    """Return the world in which this object is as given."""
    return World(tuple(live if each.id == live.id else each for each in world.lives), world.unsupported)


def actions(made: Plan) -> dict[str, str]:
    return {str(each.address): each.action.value for each in made.steps}


def codes(made: Plan) -> list[str]:
    return [each.code.slug for each in made.report.diagnostics]


def changed(step: Step) -> list[tuple[str, Any, Any]]:
    """Return what a step changes: dotted place, before, after."""
    return [(".".join([each.field, *map(str, each.path)]), each.before, each.after) for each in step.changes]
