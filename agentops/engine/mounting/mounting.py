"""A session's folder from end to end: made ready before a sandbox starts, kept up to date, settled, thrown away."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agentops.base.errors import StorageError
from agentops.engine.core.json import Json, parsed
from agentops.engine.core.sessions import Session
from agentops.engine.mounting import skills as session_skills
from agentops.engine.mounting.desk import Backing, Desk
from agentops.engine.mounting.disk import on_disk
from agentops.engine.mounting.git import GitLimits, Origin
from agentops.engine.mounting.layout import SKILLS, UPLOADS, Layout, Sessions
from agentops.engine.mounting.memory import Folders, MemoryMount
from agentops.engine.mounting.notes import notes
from agentops.engine.mounting.outputs import OutputLimits, Outputs
from agentops.engine.mounting.repositories import Repositories
from agentops.engine.mounting.skills import Skill, Skills
from agentops.engine.mounting.turns import Turns
from agentops.engine.mounting.uploads import Uploads
from agentops.engine.sandbox.port import Mount
from agentops.engine.store.runners import Place
from agentops.engine.store.sessions import Sessions as StoredSessions

_PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class MountingLimits:
    """What one session may bring along and leave behind."""

    outputs: OutputLimits = field(default_factory=OutputLimits)
    clone: GitLimits = field(default_factory=GitLimits)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What keeps each part of a folder up to date."""

    uploads: Uploads
    outputs: Outputs
    memory: tuple[MemoryMount, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A session's folder that is ready; whoever asks again gets another, and goes on with that one."""

    folder: Path
    """With `workspace/` and `outputs/` in it."""

    mounts: tuple[Mount, ...]
    notes: str
    """What the system prompt says of it all."""

    notices: tuple[str, ...]
    """What the agent has to be told of it now, beside that."""

    troubles: tuple[Mapping[str, str], ...]
    """The `error` of `session.error` events, `retry_status` apart: repositories that cannot be had."""

    parts: _Parts = field(repr=False, compare=False)


class Mounting:
    """The folders of all sessions of one server."""

    def __init__(
        self,
        backing: Backing,
        folder: Path,
        *,
        origin: Origin | None = None,
        limits: MountingLimits | None = None,
    ) -> None:
        """Name the folder that holds all of them; it is made when it is needed."""
        self._backing = backing
        self._sessions = Sessions(folder)
        self._origin = origin or Origin()
        self._limits = limits or MountingLimits()
        self._turns = Turns()

    async def skills(self, place: Place, session: Session) -> tuple[Skill, ...]:
        """Return the skills of a session's agents, as `notes` wants them."""
        agent = parsed(session.agent)
        return await self._backing.database.read(lambda tx: session_skills.found(tx, place.workspace, agent))

    async def prepare(self, place: Place, session: Session, resources: Sequence[Json]) -> Prepared:
        """Make the folder ready, or find it as another server left it and bring it up to date.

        Raises:
            StorageError: the disk or the database cannot be used.
        """
        return await self._turns.take(place.session_id, lambda: self._prepare(place, session, resources))

    async def settle(self, place: Place, prepared: Prepared) -> tuple[str, ...]:
        """Keep what changed: memories in their stores, outputs as files; return what the agent has to be told.

        What the stores got from elsewhere is there afterwards too.

        Raises:
            StorageError: the disk or the database cannot be used.
        """
        parts = prepared.parts
        work = (*(each.sync for each in parts.memory), parts.outputs.sync)
        return await self._turns.take(place.session_id, lambda: _told(work))

    async def refresh(self, place: Place, prepared: Prepared, resources: Sequence[Json]) -> tuple[str, ...]:
        """Let what came from elsewhere appear: files that were added or taken away, memories that others wrote.

        Raises:
            StorageError: the disk or the database cannot be used.
        """
        parts = prepared.parts
        work = (lambda: parts.uploads.sync(resources), *(each.sync for each in parts.memory))
        return await self._turns.take(place.session_id, lambda: _told(work))

    async def discard(self, session_id: str) -> None:
        """Remove the folder of a session that is gone; its sandbox must be.

        Raises:
            StorageError: it cannot be removed.
        """

        async def discard() -> None:
            await on_disk(self._sessions.discard, session_id)

        await self._turns.take(session_id, discard)

    async def sweep(self) -> None:
        """Remove the folders of sessions that the database knows no more, and what killed servers left half removed.

        Folders are looked for before sessions: one that is made meanwhile is not touched.

        Raises:
            StorageError: the disk or the database cannot be used.
        """
        await on_disk(self._sessions.sweep)
        for place in await on_disk(self._sessions.all):
            if not await self._is_known(place):
                await self.discard(place.session_id)

    async def close(self) -> None:
        """Wait a little for what was begun."""
        await self._turns.close(_PATIENCE_S)

    async def _is_known(self, place: Place) -> bool:
        found = await self._backing.database.read(lambda tx: StoredSessions(tx, place.workspace).get(place.session_id))
        return found is not None

    async def _prepare(self, place: Place, session: Session, resources: Sequence[Json]) -> Prepared:
        desk = Desk(self._backing, place)
        layout: Layout = await on_disk(self._sessions.founded, place)
        found = await self.skills(place, session)
        stores = [each for each in resources if each["type"] == "memory_store"]
        parts = _Parts(
            Uploads(desk, layout),
            Outputs(desk, layout, self._limits.outputs),
            tuple([await _memory(desk, layout, each) for each in stores]),
        )
        notices = (
            *await parts.uploads.sync(resources),
            *await Skills(desk, layout).sync(found),
            *[told for each in parts.memory for told in await each.sync()],
        )
        troubles = await Repositories(desk, layout, self._origin, self._limits.clone).sync(resources)
        mounts = (
            Mount(layout.uploads, UPLOADS),
            *([Mount(layout.skills, SKILLS)] if any(each.folder for each in found) else []),
            *(_mount(layout, each) for each in stores),
        )
        return Prepared(layout.root, mounts, notes(session, resources, found), notices, troubles, parts)


def _mount(layout: Layout, store: Json) -> Mount:
    path = store["mount_path"]
    return Mount(layout.memory(path), path, is_writable=store["access"] == "read_write")


async def _memory(desk: Desk, layout: Layout, store: Json) -> MemoryMount:
    copy = layout.memory(store["mount_path"])
    folders = Folders(copy, layout.staging(f"memory-{copy.name}"), layout.state(f"memory-{copy.name}"))

    def make() -> None:
        folders.staging.mkdir(exist_ok=True, mode=0o700)
        if not copy.is_dir():
            # First: what was known of another folder would say that all in this one was deleted.
            folders.note.unlink(missing_ok=True)
            copy.mkdir(mode=0o755)

    await on_disk(make)
    return MemoryMount(desk, store, folders)


async def _told(work: Sequence[Callable[[], Awaitable[tuple[str, ...]]]]) -> tuple[str, ...]:
    """Do all of the work, and return what is to be told; a part that fails keeps none of the others from theirs."""
    told: list[str] = []
    failures: list[StorageError] = []
    for each in work:
        try:
            told += await each()
        except StorageError as error:
            failures.append(error)
    if failures:
        raise failures[0]
    return tuple(told)
