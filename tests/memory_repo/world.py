"""A live store in a real engine, a real repository, and the people and agents who write to both."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from agentops.base.clock import ManualClock, timestamp
from agentops.base.ids import RandomIds
from agentops.engine.operations import memories as operations
from agentops.engine.operations.call import Call
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.memory_repo import layout
from agentops.memory_repo.commits import Draft, Move, Person
from agentops.memory_repo.git import Repository
from agentops.memory_repo.syncing.acting import Outcome, sync
from agentops.memory_repo.syncing.policy import PathPolicies
from agentops.memory_repo.syncing.proposing import Prepared, prepared
from agentops.memory_repo.syncing.side import Side
from agentops.memory_repo.syncing.subject import Subject
from agentops.reconcile.objects import ObjectKind
from agentops.reconcile.target import Verb, Write
from agentops.targets.endpoint import Endpoint
from agentops.targets.live import LiveTarget, in_process
from agentops.targets.memory import Memory

ANN = Person("Ann", "ann@example.com")
STORE = "desk"


@dataclass
class Ground:
    """An engine and a target that tests share: each has stores of its own."""

    engine: Engine
    target: LiveTarget
    clock: ManualClock

    async def store(self) -> Memory:
        made = await self.target.write(
            Write(Verb.CREATE, ObjectKind.MEMORY_STORE, body={"name": STORE, "metadata": {}})
        )
        return Memory(self.target, str(made["id"]))


@asynccontextmanager
async def ground(folder: Path) -> AsyncIterator[Ground]:
    settings = Settings(database=f"sqlite:///{folder}/engine.db", data=folder)
    clock = ManualClock(datetime(2026, 11, 21, 8, tzinfo=UTC))
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(build(settings, clock=clock, ids=RandomIds()))
        endpoint = Endpoint("here", "http://engine.test", engine.credential)
        yield Ground(engine, await stack.enter_async_context(in_process(endpoint, engine.app)), clock)


@dataclass
class World:
    """One store and its repository."""

    ground: Ground
    repository: Repository
    live: Memory
    subject: Subject = field(default_factory=lambda: Subject(STORE))

    def policy(self, *rules: tuple[str, str]) -> None:
        self.subject = Subject(STORE, PathPolicies.of([{"path": path, "mode": mode} for path, mode in rules]))

    # Who writes live

    async def holds(self) -> dict[str, str]:
        return {each["path"]: each["content"] for each in await self.live.memories(full=True)}

    async def agent(self, path: str, text: str | None, session: str = "sesn_1") -> None:
        """Write, or delete, as an agent does in a session."""
        found = {each["path"]: each["id"] for each in await self.live.memories(full=False)}
        if text is None and path in found:
            await self._operate(session, operations.delete, found[path], None)
        elif text is not None and path in found:
            await self._operate(session, operations.update, found[path], {"content": text}, full=False)
        elif text is not None:
            await self._operate(session, operations.create, {"path": path, "content": text}, full=False)

    async def rename(self, old: str, new: str, session: str = "sesn_1") -> None:
        found = {each["path"]: each["id"] for each in await self.live.memories(full=False)}
        await self._operate(session, operations.update, found[old], {"path": new}, full=False)

    async def _operate(self, session: str, operation: Any, *args: Any, **kwargs: Any) -> None:
        engine, clock = self.ground.engine, self.ground.clock
        clock.advance(timedelta(seconds=1))
        call = {"organization": "", "workspace": engine.settings.workspace, "api_key_id": "", "session_id": session}
        rest = {"at": timestamp(clock.now()), "ids": engine._ids, "keyring": engine._keyring}
        await engine._database.write(lambda tx: operation(Call(tx=tx, **call, **rest), self.live.id, *args, **kwargs))

    async def api(self, path: str, text: str | None) -> None:
        """Write, or delete, as somebody with a key does."""
        self.ground.clock.advance(timedelta(seconds=1))
        found = {each["path"]: each for each in await self.live.memories(full=False)}
        if path not in found:
            if text is not None:
                await self.live.create(path, text)
        elif text is None:
            await self.live.delete(found[path]["id"], expected=found[path]["content_sha256"])
        else:
            await self.live.update(found[path]["id"], text, expected=found[path]["content_sha256"])

    # Who writes in git

    def commit(self, changes: Mapping[str, str | None], message: str = "Ann's change", branch: str = "main") -> str:
        old = self.repository.head(branch)
        self.ground.clock.advance(timedelta(seconds=1))
        tree = self.repository.write(old, changes)
        return self._onto(branch, tree, (old,) if old else (), message)

    def person(self, path: str, text: str | None, message: str = "Ann's change") -> str:
        """Change a memory on main."""
        return self.commit({f"stores/{STORE}{path}": text}, message)

    def merge(self, head: str, *, squash: bool = False) -> str:
        """Merge a proposal as a forge does."""
        main = self.repository.head("main")
        assert main is not None
        merged = self.repository.merge(main, head)
        assert not merged.conflicts
        return self._onto("main", merged.tree, (main,) if squash else (main, head), "Merge the proposal")

    def revert(self, commit: str) -> str:
        """Take a commit of main back, as `git revert -m 1` does; `Conflict` where it cannot be."""
        main = self.repository.head("main")
        assert main is not None
        found = self.repository.show(commit)
        before = self.repository.commit(Draft(self.repository.subtree(found.parents[0]), (commit,), "x", found.at))
        mine = self.repository.merge(main, before)
        if mine.conflicts:
            raise Conflict
        return self._onto("main", mine.tree, (main,), "Revert")

    def _onto(self, branch: str, tree: str | None, parents: tuple[str, ...], message: str) -> str:
        assert tree is not None
        old = self.repository.head(branch)
        made = self.repository.commit(Draft(tree, parents, message, self.ground.clock.now(), ANN, ANN))
        self.repository.push({branch: Move(made, old)})
        return made

    # What is between them

    async def sync(self, **options: Any) -> Outcome:
        self.ground.clock.advance(timedelta(seconds=1))
        return await sync(self.repository, self.live, self.subject, **options)

    def proposal(self) -> Prepared | None:
        return prepared(self.repository, self.subject)

    def main(self) -> dict[str, str]:
        return self.side(self.repository.head("main"))

    def recorded(self) -> dict[str, str]:
        return self.side(self.repository.head(layout.live_branch(STORE)))

    def side(self, commit: str | None) -> dict[str, str]:
        side = Side(self.repository, commit, STORE)
        return {path: text for path in side.names if (text := side.text(path)) is not None}

    def history(self) -> list[str]:
        """Return who did what in the live branch, oldest first."""
        tip = self.repository.head(layout.live_branch(STORE))
        return [] if tip is None else [each.subject for each in self.repository.log([tip], first_parent=True)][::-1]


class Conflict(Exception):
    """A revert does not apply."""
