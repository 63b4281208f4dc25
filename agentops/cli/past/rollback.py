"""A manifest brought back to what it was: by the versions that a target keeps, or by the commits that git does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentops.base.errors import UsageError
from agentops.base.names import Address, nearest
from agentops.cli.history.history import Commit, History, history_here
from agentops.cli.history.trees import is_there, place_of, standing_in
from agentops.cli.past.places import Asked, written
from agentops.cli.planning import Planned
from agentops.manifests.document import Document, Tree
from agentops.reconcile.bodies import wanted_fields
from agentops.reconcile.marks import read
from agentops.reconcile.observed import Live, known
from agentops.reconcile.rolling_back import Rollback, Versioned, to_document, to_version
from agentops.reconcile.target import Body
from agentops.reconcile.values import Known
from agentops.targets.agent_versions import agent_versions

_MOST_COMMITS = 30
_LONGEST_VERSION = 6
"""Digits. A version is a small number; what is longer is the beginning of a commit."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants back."""

    address: Address
    to: str | None = None
    """A version, or a commit; the last one before this one where nothing is said."""

    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """Where a manifest goes back to."""

    rollback: Rollback
    sentence: str
    """For people, and for the message of a commit: `version 5, of agents.d/reviewer.yaml@0123456789ab`."""

    version: int | None = None
    commit: str | None = None


async def found(planned: Planned, wish: Wish, path: Path) -> Found:
    """Return what goes back.

    Raises:
        UsageError: there is no such manifest, version or commit, or nothing before what is live.
    """
    document = _declared(planned.tree, wish.address)
    for field in wish.fields:
        written(planned.tree, Asked(wish.address, tuple(field.split("."))))  # refuses what is no field
    live = next(iter(planned.world.owned(planned.desired.owner).get(str(wish.address), [])), None)
    has_versions = live is not None and live.version is not None
    if live and has_versions and (wish.to is None or _is_version(wish.to)):
        return await _by_version(planned, wish, document, live)
    if wish.to and _is_version(wish.to):
        why = "has no versions, as only agents and teams have" if live else "is not on the target"
        raise UsageError(f"{wish.address} {why}", hint="--to COMMIT brings back what git knows")
    return _by_commit(wish, document, path)


def _declared(tree: Tree, address: Address) -> Document:
    document = tree.get(address)
    if document is None or address.part:
        near = nearest(str(address), [str(each.address) for each in tree.documents])
        hint = f"did you mean {near}?" if near else "`agentops plan --at COMMIT` shows what an old tree declared"
        raise UsageError(f"no manifest declares {address}", hint=hint)
    return document


def _is_version(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _LONGEST_VERSION


# By the versions of the target


async def _by_version(planned: Planned, wish: Wish, document: Document, live: Live) -> Found:
    versions = {int(each["version"]): each for each in await agent_versions(planned.target, live.id)}
    if wish.to is not None:
        if (body := versions.get(int(wish.to))) is None:
            raise UsageError(f"{wish.address} has no version {wish.to}", hint=f"it has {_told(sorted(versions))}")
        return _found(planned, wish, document, body)
    for number in sorted(versions, reverse=True):
        if number < (live.version or 0) and _is_ours(versions[number], live):
            candidate = _found(planned, wish, document, versions[number])
            if candidate.rollback.steps:
                return candidate
    raise UsageError(
        f"{wish.address} has no older version of ours that differs from its manifest",
        hint=f"it has {_told(sorted(versions))}; --to VERSION takes any of them, --to COMMIT what git knows",
    )


def _is_ours(body: Body, live: Live) -> bool:
    """Tell whether one of our applies made this version."""
    marks = read(body["metadata"])
    return bool(marks and live.marks and marks.version == body["version"] and marks.id == live.marks.id)


def _found(planned: Planned, wish: Wish, document: Document, body: Body) -> Found:
    marks = read(body["metadata"])
    old = Live(_object(planned, wish.address), body, marks)
    names, wanted = _names(planned), _wanted(planned, wish.address)
    rollback = to_version(Versioned(document, wanted, old, names)).only(wish.fields)
    # Marks stay where somebody edits in a console: then they tell of the version before.
    is_ours = marks is not None and marks.version == body["version"]
    origin = f", of {marks.source}" if marks and is_ours and marks.source else "" if is_ours else ", by somebody else"
    return Found(rollback, f"version {body['version']}{origin}", version=int(body["version"]))


def _object(planned: Planned, address: Address) -> Any:
    return planned.desired.by_address[address].object


def _wanted(planned: Planned, address: Address) -> Mapping[str, Any]:
    """Return what the manifest asks for now; what has no id yet goes by its address."""
    ids = known(planned.world, planned.desired.owner)
    return wanted_fields(planned.desired.by_address[address], lambda each: ids.get(each) or Known(str(each), None))


def _names(planned: Planned) -> dict[str, Address]:
    owned = planned.world.owned(planned.desired.owner)
    live = {lives[0].id: found for identity, lives in owned.items() if (found := Address.parse(identity))}
    return live | {str(each.address): each.address for each in planned.desired.resources}


def _told(versions: Sequence[int]) -> str:
    if len(versions) < 2:
        return f"version {versions[0]} only" if versions else "no version"
    return f"versions {versions[0]} to {versions[-1]}"


# By the commits of git


def _by_commit(wish: Wish, document: Document, path: Path) -> Found:
    history = history_here(path)
    if wish.to:
        commit = history.commit(history.resolve(wish.to))
        assert commit
        old = _document_at(history, commit, path, wish.address)
        if old is None:
            raise UsageError(f"{commit.sha[:12]} does not declare {wish.address}", hint=f"`git log -- {document.file}`")
        return _as_of(commit, to_document(document, old).only(wish.fields))
    for commit in _earlier(history, document):
        old = _document_at(history, commit, path, wish.address)
        rollback = to_document(document, old).only(wish.fields) if old else Rollback(())
        if rollback.steps:
            return _as_of(commit, rollback)
    hint = "--to COMMIT names one of them all the same"
    if history.is_shallow:
        hint = "this clone is shallow: `git fetch --unshallow` brings the rest"
    raise UsageError(f"{wish.address} says the same in every commit that touched {document.file}", hint=hint)


def _earlier(history: History, document: Document) -> Sequence[Commit]:
    """Return the commits that touched the manifest or stood before one that did, newest first."""
    name = history.path(document.file)
    touched = history.log("HEAD", *([name] if name else []), most=_MOST_COMMITS)
    pairs = ((each, history.commit(f"{each.sha}~1")) for each in touched)
    return [commit for pair in pairs for commit in pair if commit]


def _document_at(history: History, commit: Commit, path: Path, address: Address) -> Document | None:
    from agentops.manifests.load import load

    place = place_of(history, path)
    if not is_there(history, commit.sha, place):
        return None
    with standing_in(history, commit.sha, place) as folder:
        return load(folder).get(address)


def _as_of(commit: Commit, rollback: Rollback) -> Found:
    return Found(rollback, f"{commit.sha[:12]} ({commit.subject})", commit=commit.sha)
