"""A workspace that was made through the SDK alone, and what `agentops import` makes of it."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentops.base.names import Address
from agentops.cli.context import Choice
from agentops.cli.importing.running import Manner, Run, Source, entered
from agentops.cli.importing.wish import Wish
from agentops.manifests.load import load
from agentops.reconcile.lowering import lower
from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.observed import Live, observe
from agentops.reconcile.plan import Plan
from agentops.reconcile.planner import plan
from agentops.reconcile.resource import Desired, Resource
from agentops.reconcile.target import Verb, Write
from agentops.reconcile.values import Known, nested, resolved
from agentops.reconcile.verdicts import in_normal_form
from tests.reconcile.ground import Ground

ALL = Wish(everything=True)
AGREED = Manner(None, "text", is_agreed=True, is_dry=False)


@dataclass(frozen=True, slots=True)
class Workspace:
    """An engine, and a folder that becomes a tree."""

    ground: Ground
    folder: Path

    async def bring(self, wish: Wish = ALL, manner: Manner = AGREED, source: Source | None = None) -> bool:
        """Import."""
        place, begun = entered(self.folder, is_dry=manner.is_dry)
        run = Run(place, wish, manner, self.ground.target, Choice("engine", "a test"))
        return await (run.finish(begun) if begun else run.run(source))

    async def plan(self, environ: Mapping[str, str] | None = None) -> Plan:
        """Return the plan of the tree; without an environment no secret is read."""
        tree = load(self.folder)
        assert not tree.report.diagnostics, [(str(each.span), each.message) for each in tree.report.diagnostics]
        desired, report = lower(tree, environ)
        assert not report.has_errors, report
        return plan(desired, await observe(self.ground.target, desired), self.ground.target.label)

    async def bodies(self) -> dict[str, dict[str, Any]]:
        """Return every object by its id as it can be compared: without marks, and without pinned versions."""
        world = await observe(self.ground.target, Desired.of(self.ground.owner, ()), removes=True)
        lives = [*world.lives]
        for vault in [each.id for each in lives if each.object is ObjectKind.VAULT]:
            inside = await self.ground.target.list(ObjectKind.CREDENTIAL, vault) or ()
            lives += [Live(ObjectKind.CREDENTIAL, body, None, parent=vault) for body in inside]
        return {each.id: _bare(each) for each in lives}

    @property
    def files(self) -> dict[str, bytes]:
        """Return every file of the tree."""
        paths = sorted(each for each in self.folder.rglob("*") if each.is_file() and ".agentops" not in each.parts)
        return {os.path.relpath(each, self.folder): each.read_bytes() for each in paths}


async def made(ground: Ground, resources: Iterable[Resource]) -> dict[Address, Known]:
    """Make what the resources say through the SDK, without any mark."""
    known: dict[Address, Known] = {}
    for each in Desired.of(ground.owner, tuple(resources)).resources:
        values = {name: resolved(field.value, known.get) for name, field in each.fields.items() if name != "seed"}
        parent = known[each.parent].id if each.parent else ""
        body = await ground.target.write(Write(Verb.CREATE, each.object, body=nested(values), parent=parent))
        pinned_by = OBJECTS[each.object].pinned_by
        known[each.address] = Known(body["id"], body[pinned_by] if pinned_by else None)
        for path, seed in each.seeds.items():
            memory = {"path": path, "content": seed.text}
            await ground.target.write(Write(Verb.CREATE_MEMORY, ObjectKind.MEMORY_STORE, body["id"], body=memory))
    return known


def _bare(live: Live) -> dict[str, Any]:
    rules = OBJECTS[live.object].fields
    return {
        name: _unpinned(in_normal_form(name, rule, live.body)) for name, rule in rules.items() if name != "seed"
    } | {"status": live.body.get("status"), "archived_at": live.body.get("archived_at")}


def _unpinned(value: Any) -> Any:
    """Return a normal form without pinned versions: marks make new ones, whose content is the same."""
    match value:
        case dict():
            return {key: "pinned" if _is_pin(key) else _unpinned(each) for key, each in value.items()}
        case list():
            return [_unpinned(each) for each in value]
    return value


def _is_pin(key: str) -> bool:
    return key.startswith(("agent_", "custom/skill_"))
