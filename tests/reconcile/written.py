"""A tree on disk beside an engine: applied, meddled with on the engine, and taken back into the files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from agentops.manifests.document import Tree
from agentops.manifests.editing import rewritten, write
from agentops.manifests.load import load
from agentops.reconcile.adopting import Adoption, Only, Surroundings, adoption
from agentops.reconcile.lowering import lower
from agentops.reconcile.observed import known
from agentops.reconcile.plan import Plan
from agentops.reconcile.resource import Resource

from .declaring import manifest
from .ground import Ground, by_identity


class Written:
    """Manifests in a folder, and the engine that they are applied to."""

    def __init__(self, folder: Path, ground: Ground, files: Mapping[str, str | bytes]) -> None:
        self._folder = folder
        self.ground = ground
        for name, text in {"project.yaml": manifest("Project", "acme", "{}"), **files}.items():
            self.put(name, text)

    def put(self, name: str, text: str | bytes) -> None:
        path = self._folder / "agents.d" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def text(self, name: str) -> str:
        return (self._folder / "agents.d" / name).read_bytes().decode()

    @property
    def tree(self) -> Tree:
        tree = load(self._folder)
        assert not tree.report.has_errors, [(str(each.span), each.message) for each in tree.report.diagnostics]
        return tree

    @property
    def resources(self) -> tuple[Resource, ...]:
        return lower(self.tree)[0].resources

    async def settle(self) -> None:
        """Apply, and see that nothing is left to do."""
        await self.ground.settle(*self.resources)

    async def plan(self) -> Plan:
        return await self.ground.plan(*self.resources)

    async def live(self, identity: str) -> dict[str, Any]:
        return by_identity(await self.ground.everything())[identity]

    async def meddle(self, identity: str, **changes: Any) -> None:
        """Change an agent through the SDK, as somebody else."""
        body = await self.live(identity)
        await self.ground.sdk.beta.agents.update(body["id"], version=body["version"], **changes)

    async def adopt(self, *only: Only) -> Adoption:
        """Write what is live into the files."""
        made, world = await self.ground.planned(*self.resources)
        ids = known(world, self.ground.owner)
        surroundings = Surroundings({str(each.id): address for address, each in ids.items()}, ids)
        found = adoption(made, self.tree, surroundings, only)
        write(rewritten(self.tree, found.edits))
        return found

    async def adopted(self) -> Adoption:
        """Adopt, and see that then nothing is drift any more and one apply leaves nothing to do."""
        found = await self.adopt()
        assert not found.left, found.left
        made = await self.plan()
        assert not made.drifted, [(str(each.address), each.changes) for each in made.drifted]
        assert {each.action.value for each in made.steps} <= {"restamp", "repin"}, made.steps
        await self.settle()
        return found


def comments(text: str) -> Sequence[str]:
    """Return what a person remarked in a file."""
    return [line[line.index("#") :].rstrip("\r\n") for line in text.split("\n") if "#" in line]
