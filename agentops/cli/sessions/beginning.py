"""A new session from what a person typed: names become ids, files are uploaded, and all of it one request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from agentops.base.errors import UsageError
from agentops.cli.sessions import finding
from agentops.cli.sessions.finding import Scope, Wanted
from agentops.cli.sessions.ground import Ground

_FILES_MAX = 500
"""Source: documented, managed-agents page files: at most 500 files a session."""

_UPLOADS = "/mnt/session/uploads"
_ACCESS = {"ro": "read_only", "rw": "read_write"}


@dataclass(frozen=True, slots=True)
class Order:
    """What a person asks for."""

    agent: str
    environment: str | None = None
    title: str | None = None
    vaults: tuple[str, ...] = ()
    memories: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    budget: int | None = None
    """Units: US cents."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that waits for its first message."""

    session: Mapping[str, Any]
    environment: str
    """How people call it."""

    mounted: Sequence[str]
    """Where its files are."""


async def begin(ground: Ground, order: Order) -> Begun:
    """Return a new session.

    Raises:
        UsageError: a name stands for nothing or for several things, or a file cannot be sent.
        TargetError: the target does not take it.
    """
    files = mounts(order.files)
    lookup = _Lookup(ground)
    agent = await lookup.id(finding.AGENT, order.agent)
    if order.environment:
        environment = await lookup.id(finding.ENVIRONMENT, order.environment)
    else:
        environment = await lookup.only(finding.ENVIRONMENT, "--environment")
    stores = [await lookup.store(each) for each in order.memories]
    vaults = [await lookup.id(finding.VAULT, each) for each in order.vaults]
    uploaded = [
        {"type": "file", "file_id": (await ground.sessions.upload(path))["id"], "mount_path": place}
        for path, place in files
    ]
    body = {
        "agent": agent,
        "environment_id": environment,
        "title": order.title,
        "vault_ids": vaults,
        "resources": [*stores, *uploaded],
        "budget": _budget(order.budget),
    }
    session = await ground.sessions.create({key: each for key, each in body.items() if each})
    return Begun(session, lookup.title(environment), [f"{_UPLOADS}/{place}" for _, place in files])


def mounts(paths: Sequence[Path]) -> list[tuple[Path, str]]:
    """Return each file with its place below the uploads; of a folder every file in it that is not hidden.

    Raises:
        UsageError: a path is neither, two have one place, or there are too many.
    """
    found = [each for path in paths for each in _expanded(path)]
    places: dict[str, Path] = {}
    for path, place in found:
        if place in places:
            raise UsageError(f"{places[place]} and {path} would both be {_UPLOADS}/{place}", hint="rename one of them")
        places[place] = path
    if len(found) > _FILES_MAX:
        raise UsageError(
            f"a session takes {_FILES_MAX} files, these are {len(found)}", hint="send an archive of them instead"
        )
    return found


def _expanded(path: Path) -> list[tuple[Path, str]]:
    # Named as it was typed, where that leads nowhere else: `logs/gateway.log` stays apart from `old/gateway.log`.
    is_plain = not path.is_absolute() and ".." not in path.parts and path.parts
    base = PurePosixPath(*path.parts) if is_plain else PurePosixPath(path.resolve().name)
    if path.is_file():
        return [(path, str(base))]
    if not path.is_dir():
        raise UsageError(f"--file {path}: there is neither a file nor a folder", hint="name one that exists")
    inside = sorted(each for each in path.rglob("*") if each.is_file() and not _is_hidden(each.relative_to(path)))
    if not inside:
        raise UsageError(f"--file {path}: the folder holds no file that is not hidden")
    return [(each, str(base / each.relative_to(path).as_posix())) for each in inside]


def _is_hidden(path: Path) -> bool:
    """Tell whether a name begins with a dot: settings and secrets are not sent along unseen."""
    return any(each.startswith(".") for each in path.parts)


def _budget(cents: int | None) -> dict[str, Any] | None:
    return {"type": "limit", "max_list_cost": {"amount": str(cents), "currency": "USD"}} if cents else None


class _Lookup:
    """Finds ids by name; each kind is listed once, and not at all when nothing is named."""

    def __init__(self, ground: Ground) -> None:
        self._target = ground.target
        self._scope = Scope.of(ground.tree, ground.target.label)
        self._lists: dict[Wanted, Sequence[Mapping[str, Any]]] = {}

    async def id(self, wanted: Wanted, text: str) -> str:
        if finding.is_id(wanted, text):
            return text
        return finding.named(wanted, text, await self._lives(wanted), self._scope)

    async def only(self, wanted: Wanted, option: str) -> str:
        return finding.only(wanted, await self._lives(wanted), self._scope, option)

    async def store(self, text: str) -> dict[str, Any]:
        name, colon, access = text.partition(":")
        if colon and access not in _ACCESS:
            raise UsageError(f"--memory {text}: `{access}` is no kind of access", hint=f"write {name}:ro or {name}:rw")
        store_id = await self.id(finding.MEMORY_STORE, name)
        allowed = {"access": _ACCESS[access]} if access else {}
        return {"type": "memory_store", "memory_store_id": store_id, **allowed}

    def title(self, object_id: str) -> str:
        lives = (each for every in self._lists.values() for each in every)
        return next((finding.title(each) for each in lives if each["id"] == object_id), object_id)

    async def _lives(self, wanted: Wanted) -> Sequence[Mapping[str, Any]]:
        if wanted not in self._lists:
            self._lists[wanted] = await self._target.list(wanted.object) or ()
        return self._lists[wanted]
