"""`claude-lock.json`: which file became which object, and where."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from posixpath import basename, dirname, normpath
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from agentops.base.diagnostics import Report
from agentops.base.errors import InvalidManifests, UsageError
from agentops.base.names import Kind
from agentops.manifests import yaml
from agentops.manifests.marks import Text
from agentops.manifests.shaped import judged
from agentops.manifests.source import Unreadable, read
from agentops.wire.shape import Shape

LOCK = "claude-lock.json"
_VERSION = 1

KINDS: Mapping[str, Kind] = {
    "agent": Kind.AGENT,
    "environment": Kind.ENVIRONMENT,
    "skill": Kind.SKILL,
    "memory_store": Kind.MEMORY_STORE,
    "deployment": Kind.DEPLOYMENT,
    "vault": Kind.VAULT,
}

_MANY = frozenset({"agent", "index", "main", *KINDS})
"""File names that say less than the folder that they are in."""


class _Loose(Shape):
    """What a newer `ant` may say more of."""

    model_config = ConfigDict(extra="ignore")


class Origin(_Loose):
    """Where the objects are."""

    base_url: str = ""
    organization_id: str = ""
    workspace_id: str = ""


class Locked(_Loose):
    """One object."""

    kind: str
    id: Annotated[str, Field(min_length=1)]
    version: str | int | None = None
    hash: str | None = None
    remote_hash: str | None = None


class _LockFile(_Loose):
    version: int
    origin: Origin = Origin()
    resources: dict[str, Locked]


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the tree and the object that it became."""

    key: str
    """As the lock file has it: `./agents/summarizer.md`, or where a skill was fetched from."""

    kind: str
    id: str
    line: int
    """Of the lock file."""

    @property
    def path(self) -> str:
        """Return the file or folder below that of the lock file; nothing for what was fetched from elsewhere."""
        return "" if "://" in self.key else normpath(self.key)

    @property
    def stem(self) -> str:
        """Return what the file calls the object: its name, without the kind that it may begin with."""
        name = basename(self.path or self.key).split(".")[0]
        bare = next((name.removeprefix(f"{kind}_") for kind in KINDS if name.startswith(f"{kind}_")), name)
        return bare if bare.lower() not in _MANY else basename(dirname(self.path)) or bare


@dataclass(frozen=True, slots=True)
class Lock:
    """What was read."""

    folder: Path
    shown: str
    origin: Origin
    entries: tuple[Entry, ...]

    def find(self, path: str) -> Path | None:
        """Return the real path of a file of the tree, existing or not; None where it would be outside."""
        real = (self.folder / path).resolve()
        return real if real.is_relative_to(self.folder) else None

    def by_path(self) -> dict[str, Entry]:
        """Return the entries by their files."""
        return {each.path: each for each in self.entries if each.path}


def lock_of(folder: Path) -> Lock:
    """Return the lock file of a tree.

    Raises:
        UsageError: there is none.
        InvalidManifests: it is not of the form that we know.
    """
    path = folder if folder.name == LOCK else folder / LOCK
    if not path.is_file():
        raise UsageError(
            f"{path} does not exist",
            hint="`ant apply` writes it where it is run; without it nothing tells which object a file became",
        )
    try:
        text = read(path, str(path))
    except Unreadable as error:
        raise InvalidManifests(Report.of([error.diagnostic]), _no_line) from None
    stream = yaml.read(text)  # JSON is YAML, and this reader knows the lines
    if stream.diagnostics:
        raise InvalidManifests(Report.of(stream.diagnostics), _line_of(text))
    parsed = stream.documents[0] if stream.documents else None
    version = parsed.data.get("version") if parsed and isinstance(parsed.data, dict) else None
    if parsed is None or version != _VERSION:
        fact = f"is of version {version}" if isinstance(version, int) else "is no lock file of `ant apply`"
        raise UsageError(f"{path} {fact}", hint=f"version {_VERSION} is known; the objects can be imported by --id")
    found, problems = judged(_LockFile, parsed)
    if found is None or problems:
        raise InvalidManifests(Report.of(problems), _line_of(text))
    entries = (
        Entry(key, each.kind, each.id, parsed.marks.key_span(("resources", key)).line)
        for key, each in found.resources.items()
    )
    return Lock(path.parent.resolve(), str(path), found.origin, tuple(entries))


def _no_line(_file: str, _line: int) -> str:
    return ""


def _line_of(text: Text) -> Any:
    return lambda _file, line: text.line(line)
