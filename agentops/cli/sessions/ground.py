"""Where sessions are driven: the target, its embedded engine with what sessions run with, and the manifests at hand."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agentops.base.errors import UsageError
from agentops.cli.context import EMBEDDED, Choice, chosen_target, opened, opened_to_run
from agentops.cli.models import ModelFlags, has_model
from agentops.cli.planning import home_here, load_valid, tree_here

if TYPE_CHECKING:
    from agentops.manifests.document import Tree
    from agentops.reconcile.target import Body
    from agentops.targets.live import LiveTarget
    from agentops.targets.sessions import Sessions

_NO_MODEL = (
    "set ANTHROPIC_API_KEY, or AGENTOPS_MODEL_BASE_URL (and AGENTOPS_MODEL_API_KEY) of any server that speaks the "
    "Messages API; or give --model-script FILE, which plays a model without one"
)


@dataclass(frozen=True, slots=True)
class Ground:
    """An open target and what belongs to it."""

    target: "LiveTarget"
    sessions: "Sessions"
    choice: Choice
    home: Path
    tree: "Tree | None"
    flag: str | None
    """What `--target` said: commands that a person is told to run say it too."""

    @property
    def is_embedded(self) -> bool:
        """Tell whether sessions run in this process, and only as long as it does."""
        return self.choice.name == EMBEDDED

    def command(self, verb: str, session_id: str) -> str:
        """Return a command about a session, as a person has to type it here."""
        return f"agentops session {verb} {session_id}{f' --target {self.flag}' if self.flag else ''}"

    async def identity(self, text: str) -> str:
        """Return the id of a session; `last` is the newest.

        Raises:
            UsageError: there is no session.
        """
        if text != "last":
            return text
        found = await self.sessions.latest({"limit": "1"})
        if not found:
            raise UsageError(f"{self.target.label} has no session", hint="`agentops run AGENT TASK` begins one")
        return str(found[0]["id"])

    async def session(self, text: str) -> "Body":
        """Return a session by its id, or by `last`.

        Raises:
            TargetError: there is none of this id.
            UsageError: there is no session at all.
        """
        return await self.sessions.read(await self.identity(text))

    async def written(self, session_id: str) -> "Sequence[tuple[str, int, str]]":
        """Return the files that a session wrote: name, bytes, and where to get them."""
        if self.is_embedded:
            folder = outputs(self.home, session_id)
            files = sorted(each for each in folder.rglob("*") if each.is_file() and not each.is_symlink())
            return [(str(each.relative_to(folder)), each.stat().st_size, _shown(each)) for each in files]
        found: Sequence[Body] = await self.sessions.written(session_id)
        return [(each["filename"], each["size_bytes"], each["id"]) for each in found]


def outputs(home: Path, session_id: str) -> Path:
    """Return where the embedded engine keeps what a session writes to `/mnt/session/outputs`."""
    from agentops.engine.runner.kit import SESSIONS

    return home / SESSIONS / session_id / "outputs"


@asynccontextmanager
async def ground(flag: str | None, *, needs_tree: bool = False) -> AsyncIterator[Ground]:
    """Open the target to look at sessions: nothing runs."""
    choice, tree = _chosen(flag, needs_tree=needs_tree)
    home = home_here(choice)
    async with opened(choice, tree, home) as target:
        yield _ground(target, choice, home, tree, flag)


def lacks_model(flag: str | None, model: ModelFlags) -> bool:
    """Tell whether sessions would run in this process, and have no model."""
    return chosen_target(flag, os.environ).name == EMBEDDED and not has_model(model, is_embedded=True)


@asynccontextmanager
async def running_ground(
    flag: str | None, model: ModelFlags, *, needs_tree: bool = False, needs_model: bool = True
) -> AsyncIterator[Ground]:
    """Open the target so that sessions run: those of the embedded engine need a model.

    Raises:
        UsageError: no model is configured, or one is given to a server that has its own.
    """
    choice, tree = _chosen(flag, needs_tree=needs_tree)
    home = home_here(choice)
    if choice.name != EMBEDDED:
        _refuse_model(choice, model)
        async with opened(choice, tree, home) as target:
            yield _ground(target, choice, home, tree, flag)
        return
    if needs_model and lacks_model(flag, model):
        raise UsageError("no model is configured for the engine inside this process", hint=_NO_MODEL)
    async with opened_to_run(home, model) as target:
        yield _ground(target, choice, home, tree, flag)


def _ground(target: "LiveTarget", choice: Choice, home: Path, tree: "Tree | None", flag: str | None) -> Ground:
    from agentops.targets.sessions import Sessions

    return Ground(target, Sessions(target), choice, home, tree, flag)


def _chosen(flag: str | None, *, needs_tree: bool) -> "tuple[Choice, Tree | None]":
    """Return the target, and the manifests where they are needed and there are any."""
    choice = chosen_target(flag, os.environ)
    if choice.name not in {"", EMBEDDED}:
        return choice, load_valid(Path())
    return choice, tree_here() if needs_tree else None


def _refuse_model(choice: Choice, model: ModelFlags) -> None:
    if model == ModelFlags():
        return
    name = choice.name or os.environ.get("ANTHROPIC_BASE_URL") or "https://api.anthropic.com"
    raise UsageError(
        f"{name} is a server that has its own model and its own sandbox",
        hint="--model-script, --record, --replay and --unsafe-local-tools are for `--target embedded`, and for `serve`",
    )


def _shown(path: Path) -> str:
    """Return the path as a person types it here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
