"""A workspace that was made through the SDK alone, and what `agentops import` makes of it."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentops.base.names import Address
from agentops.cli.context import Choice
from agentops.cli.importing.running import Manner, Run, Source
from agentops.cli.importing.wish import Wish
from agentops.cli.importing.working import place_of
from agentops.manifests.load import load
from agentops.reconcile.lowering import lower
from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.observed import observe
from agentops.reconcile.plan import Plan
from agentops.reconcile.planner import plan
from agentops.reconcile.resource import Desired, Resource
from agentops.reconcile.target import Verb, Write
from agentops.reconcile.values import Known, nested, resolved
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
        run = Run(place_of(self.folder), wish, manner, self.ground.target, Choice("engine", "a test"))
        return await run.run(source)

    async def plan(self, environ: Mapping[str, str] | None = None) -> Plan:
        """Return the plan of the tree; without an environment no secret is read."""
        tree = load(self.folder)
        assert not tree.report.diagnostics, [(str(each.span), each.message) for each in tree.report.diagnostics]
        desired, report = lower(tree, environ)
        assert not report.has_errors, report
        return plan(desired, await observe(self.ground.target, desired), self.ground.target.label)

    async def bodies(self) -> dict[str, dict[str, Any]]:
        """Return every object by its id, without marks and without what each save moves."""
        found = await self.ground.everything()
        return {each["id"]: _bare(each) for objects in found.values() for each in objects if not _is_lock(each)}

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


def _bare(body: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in body.items() if key not in ("version", "updated_at", "latest_version_id")}
    kept["metadata"] = {key: value for key, value in body["metadata"].items() if not key.startswith("agentops_")}
    return {key: _unpinned(value) for key, value in kept.items()}


def _unpinned(value: Any) -> Any:
    """Return a value without pinned versions: marks make new ones, whose content is the same."""
    match value:
        case dict():
            return {key: _unpinned(each) for key, each in value.items() if key != "version"}
        case list():
            return [_unpinned(each) for each in value]
    return value


def _is_lock(body: dict[str, Any]) -> bool:
    return body.get("name") == "agentops-lock"
