"""Where memory commands work: the manifests, the target, the memory repository and its forge."""

import os
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentops.base.errors import UsageError
from agentops.base.names import Kind, nearest
from agentops.cli.context import chosen_target, opened
from agentops.cli.planning import home_of, load_valid
from agentops.cli.sessions import finding
from agentops.memory_repo.forges import finding as forges
from agentops.memory_repo.forges.local import LocalForge
from agentops.memory_repo.forges.port import Forge
from agentops.memory_repo.git import Repository
from agentops.memory_repo.remotes import Remote
from agentops.memory_repo.syncing.policy import PathPolicies
from agentops.memory_repo.syncing.subject import MAIN, Subject
from agentops.reconcile.objects import ObjectKind
from agentops.targets.memory import Memory

if TYPE_CHECKING:
    from agentops.manifests.document import Document, Tree
    from agentops.targets.live import LiveTarget

_LINES = """add these lines to the spec of your Project, then run `agentops memory init`:
  memory_repository:
    path: memory.git         # a bare repository on this machine; or url: https://host/owner/name.git"""
_STORE = "add one: `kind: MemoryStore`, with a name in `metadata` and in `spec`"
_CLONES = "memory"
_PINNED = "AGENTOPS_MEMORY_REPOSITORY"
"""Set where the tree is less trusted than whoever runs the command: the one memory repository that it may name."""


@dataclass(frozen=True, slots=True)
class Declared:
    """The memory repository as the Project declares it."""

    tree: "Tree"
    spec: dict[str, Any]
    home: Path

    @classmethod
    def here(cls) -> "Declared":
        """Read the manifests.

        Raises:
            UsageError: the Project has no memory repository, or not the one that it may have.
        """
        tree = load_valid(Path())
        spec = (tree.project.data.get("memory_repository") or {}) if tree.project else {}
        if not spec:
            raise UsageError("the Project names no memory repository", hint=_LINES)
        found = cls(tree, dict(spec), home_of(Path()))
        _check_is_allowed(found, os.environ.get(_PINNED, ""))
        return found

    @property
    def branch(self) -> str:
        """Return where people merge to."""
        return str(self.spec.get("branch") or MAIN)

    @property
    def folder(self) -> Path | None:
        """Return the repository's folder; None for one that is elsewhere."""
        return self.home.parent / self.spec["path"] if self.spec.get("path") else None

    @property
    def address(self) -> str:
        """Return where it is, as people wrote it."""
        return str(self.spec.get("path") or self.spec["url"])

    @property
    def stores(self) -> "tuple[Document, ...]":
        """Return the manifests of the stores."""
        return tuple(each for each in self.tree.documents if each.kind is Kind.MEMORY_STORE)

    def chosen(self, names: Iterable[str]) -> "tuple[Document, ...]":
        """Return the stores of these names; with none, every one.

        Raises:
            UsageError: there is none of a name, or none at all.
        """
        known = {each.name: each for each in self.stores}
        if not known:
            raise UsageError("the manifests declare no MemoryStore", hint=_STORE)
        wanted = [each.removeprefix(f"{Kind.MEMORY_STORE}/") for each in names] or list(known)
        for each in wanted:
            if each not in known:
                near = nearest(each, known)
                hint = f"did you mean `{near}`?" if near else f"there are: {', '.join(known)}"
                raise UsageError(f"the manifests have no MemoryStore `{each}`", hint=hint)
        return tuple(known[each] for each in dict.fromkeys(wanted))

    def the(self, name: str | None) -> "Document":
        """Return the store of that name; with none, the only one.

        Raises:
            UsageError: there is none of the name, none at all, or none is named and there are several.
        """
        found = self.chosen([name] if name else [])
        if len(found) > 1:
            names = ", ".join(each.name for each in found)
            raise UsageError(f"the manifests declare {len(found)} stores", hint=f"name one: {names}")
        return found[0]

    def subject(self, document: "Document") -> Subject:
        """Return what is kept in step."""
        seeds = (document.data.get("seed") or {}).get("files") or {}
        return Subject(document.name, PathPolicies.of(document.data.get("policy"), seeds), self.branch)

    def remote(self) -> Remote | None:
        """Return where the repository is when it is not on this machine, with the token of the environment."""
        if self.folder is not None:
            return None
        url = str(self.spec["url"])
        if url.startswith("file://"):
            return Remote(url)
        return Remote(url, forges.token_for(self.place(), os.environ))

    def place(self) -> forges.Place:
        """Return the forge."""
        kind = str(self.spec.get("forge") or "")
        return forges.place_of(str(self.folder or self.spec["url"]), kind)


def _check_is_allowed(declared: Declared, pinned: str) -> None:
    if pinned and _plain(str(declared.folder or declared.spec["url"])) != _plain(pinned):
        raise UsageError(
            f"the Project names the memory repository {declared.address}, and it may name {pinned} alone",
            hint="name that one in the Project; where another one is right, its operator allows it",
        )


def _plain(address: str) -> str:
    """Return an address so that two of one place are alike: folders by where they really are."""
    path = address.removeprefix("file://")
    return os.path.realpath(path) if path.startswith("/") else address.rstrip("/").removesuffix(".git")


@contextmanager
def repository(declared: Declared) -> Iterator[Repository]:
    """Open the repository, with what it has now.

    Raises:
        RepositoryError: there is none, or it cannot be reached.
    """
    remote = declared.remote()
    if remote is None:
        assert declared.folder is not None
        found = Repository(declared.folder)
    else:
        name = sha256(remote.url.encode()).hexdigest()[:16]
        found = Repository.clone(remote, declared.home / _CLONES / f"{name}.git")
    with found:
        yield found


async def forge_of(declared: Declared, opened_repository: Repository, stack: AsyncExitStack) -> Forge:
    """Return the forge of the repository; what it opens closes with the stack."""
    place = declared.place()
    if place.kind is forges.ForgeKind.LOCAL:
        return LocalForge(opened_repository)
    client, forge = forges.hosted(place, forges.token_for(place, os.environ))
    await stack.enter_async_context(client)
    return forge


@dataclass(frozen=True, slots=True)
class Ground:
    """All of it, open."""

    declared: Declared
    repository: Repository
    target: "LiveTarget"
    flag: str | None
    """What `--target` said."""

    _stack: AsyncExitStack

    async def live(self, store: str) -> Memory:
        """Return the live store of a manifest.

        Raises:
            UsageError: the target has none.
        """
        lives = await self.target.list(ObjectKind.MEMORY_STORE) or []
        scope = finding.Scope.of(self.declared.tree, self.target.label)
        return Memory(self.target, finding.named(finding.MEMORY_STORE, store, lives, scope))

    async def forge(self) -> Forge:
        """Return the forge: where pull requests are."""
        return await forge_of(self.declared, self.repository, self._stack)

    def subjects(self, names: Sequence[str]) -> tuple[Subject, ...]:
        """Return the stores of these names; with none, every one."""
        return tuple(map(self.declared.subject, self.declared.chosen(names)))


@asynccontextmanager
async def ground(flag: str | None) -> AsyncIterator[Ground]:
    """Open manifests, repository and target.

    Raises:
        UsageError: the Project has no memory repository.
    """
    declared = Declared.here()
    choice = chosen_target(flag, os.environ)
    async with AsyncExitStack() as stack:
        found = stack.enter_context(repository(declared))
        target = await stack.enter_async_context(opened(choice, declared.tree, declared.home))
        yield Ground(declared, found, target, flag, stack)
