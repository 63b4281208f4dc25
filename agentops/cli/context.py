"""Flags and environment → where the tree is and which target it meets."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentops.base.errors import UsageError
from agentops.base.names import nearest
from agentops.base.secrets import Secret

if TYPE_CHECKING:
    from agentops.cli.models import ModelFlags
    from agentops.embedded import MakeMeans
    from agentops.manifests.document import Tree
    from agentops.targets.endpoint import Endpoint
    from agentops.targets.live import LiveTarget

EMBEDDED = "embedded"
HOME = ".agentops"
"""Where the embedded engine keeps its database and its key, beside the tree. Git-ignored by `init`."""
CREDENTIALS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")
"""Variables that hold a credential, the first that is set. Source: SDK 2.11.0 `lib/credentials/_chain.py`, step 2."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which target a command meets, and why that one."""

    name: str
    reason: str


def chosen_target(flag: str | None, environment: Mapping[str, str]) -> Choice:
    """Return the target: the flag, else the SDK's own variables, else the engine inside this process."""
    if flag:
        return Choice(flag, "--target")
    if environment.get("AGENTOPS_TARGET"):
        return Choice(environment["AGENTOPS_TARGET"], "AGENTOPS_TARGET")
    if named := [each for each in ("ANTHROPIC_BASE_URL", *CREDENTIALS) if environment.get(each)]:
        return Choice("", " and ".join(named))
    return Choice(EMBEDDED, "the default: no target was named, and no ANTHROPIC_* variable is set")


def cache_folder(environment: Mapping[str, str]) -> Path | None:
    """Return where this user's caches are, or None when the user has no home.

    Source: XDG Base Directory Specification 0.8, XDG_CACHE_HOME.
    """
    named, home = environment.get("XDG_CACHE_HOME", ""), environment.get("HOME", "")
    base = Path(named) if Path(named).is_absolute() else Path(home, ".cache") if home else None
    return base / "agentops" if base else None


@asynccontextmanager
async def opened(choice: Choice, tree: "Tree | None", home: Path) -> AsyncIterator["LiveTarget"]:
    """Connect to the target, starting the embedded engine inside this process where that is the target.

    Raises:
        UsageError: the target is not declared, or no credential is set for it.
    """
    from agentops.targets.live import LiveTarget

    if choice.name == EMBEDDED:
        async with _embedded(home) as target:
            yield target
        return
    async with LiveTarget(_endpoint(choice.name, tree, os.environ)) as target:
        yield target


@asynccontextmanager
async def _embedded(home: Path) -> AsyncIterator["LiveTarget"]:
    from agentops import embedded
    from agentops.targets.endpoint import Endpoint
    from agentops.targets.live import in_process

    async with embedded.engine(home) as engine:
        endpoint = Endpoint(EMBEDDED, embedded.URL, engine.credential)
        async with in_process(endpoint, engine.app) as target:
            yield target


def opened_to_run(home: Path, flags: "ModelFlags") -> AbstractAsyncContextManager["LiveTarget"]:
    """Connect to the engine inside this process, with a model and tools: its sessions run as long as it is open.

    Raises:
        UsageError: the model cannot be used.
    """
    from functools import partial

    from agentops.cli.models import means

    return opened_with(home, partial(means, flags=flags, is_embedded=True))


@asynccontextmanager
async def opened_with(home: Path, make_means: "MakeMeans") -> AsyncIterator["LiveTarget"]:
    """Connect to an engine inside this process that is given what its sessions run with."""
    import httpx2

    from agentops import embedded
    from agentops.targets.endpoint import Endpoint
    from agentops.targets.live import LiveTarget

    async with embedded.running(home, make_means) as door:
        endpoint = Endpoint(EMBEDDED, embedded.URL, door.credential)
        async with LiveTarget(endpoint, httpx2.AsyncHTTPTransport(uds=str(door.socket))) as target:
            yield target


def credential_variable(choice: Choice, tree: "Tree | None", environment: Mapping[str, str]) -> str | None:
    """Return the name of the variable that opens a target; None for the engine inside this process, which needs none.

    Raises:
        UsageError: the target is not declared, or no credential is set for it.
    """
    return None if choice.name == EMBEDDED else _place(choice.name, tree, environment).opened_by(environment)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a target is, and the variables that may hold what opens it."""

    label: str
    url: str
    workspace: str
    variables: tuple[str, ...]

    def opened_by(self, environment: Mapping[str, str]) -> str:
        """Return the first of the variables that is set."""
        if found := next((each for each in self.variables if environment.get(each)), None):
            return found
        raise UsageError(
            f"target {self.url} needs a credential and none is set",
            hint=f"set {self.variables[0]}, or use the engine inside this process with --target embedded",
        )


def _endpoint(name: str, tree: "Tree | None", environment: Mapping[str, str]) -> "Endpoint":
    from agentops.targets.endpoint import Endpoint

    place = _place(name, tree, environment)
    return Endpoint(place.label, place.url, Secret(environment[place.opened_by(environment)]), place.workspace)


def _place(name: str, tree: "Tree | None", environment: Mapping[str, str]) -> _Place:
    """Return where a target is: its own variable opens it, and the SDK's variables if it is the SDK's own target.

    A manifest may name any address, and a manifest is whatever the last pull request says: the SDK's key goes only
    where the SDK itself would send it.
    """
    from agentops.targets.endpoint import HOSTED_URL

    own = (environment.get("ANTHROPIC_BASE_URL") or HOSTED_URL).rstrip("/")
    if not name:
        workspace = environment.get("ANTHROPIC_WORKSPACE_ID", "")
        return _Place(f"{own} ({workspace})" if workspace else own, own, workspace, CREDENTIALS)
    declared = _declared(name, tree)
    url, workspace = str(declared["url"]).rstrip("/"), str(declared.get("workspace", ""))
    label = f"{name} ({url}, {workspace})" if workspace else f"{name} ({url})"
    variable = f"AGENTOPS_{name.upper().replace('-', '_')}_API_KEY"
    return _Place(label, url, workspace, (variable, *(CREDENTIALS if url == own else ())))


def _declared(name: str, tree: "Tree | None") -> Mapping[str, Any]:
    project = tree.project if tree else None
    targets: Mapping[str, Mapping[str, Any]] = (project.data.get("targets") or {}) if project else {}
    if name in targets:
        return targets[name]
    near = nearest(name, [*targets, EMBEDDED])
    known = ", ".join([*targets, EMBEDDED])
    raise UsageError(
        f"target `{name}` is not declared in the Project",
        hint=f"did you mean `{near}`?" if near else f"declared targets: {known}",
    )
