"""The repository and the live branch beside each other: what is read from git for a plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from agentops.memory_repo import layout
from agentops.memory_repo.git import Repository
from agentops.memory_repo.syncing import bases, texts
from agentops.memory_repo.syncing.bases import Lines
from agentops.memory_repo.syncing.planning import Decision, Finding, Three, decisions
from agentops.memory_repo.syncing.side import Side, text_of
from agentops.memory_repo.syncing.subject import Subject


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs, and what becomes of it."""

    main: str | None
    live: str | None
    """The commits that were compared."""

    decisions: tuple[Decision, ...] = ()
    unfit: Mapping[str, str] = field(default_factory=dict)
    """Why a file of the repository cannot be a memory, by path. Such a file is left alone on both sides."""

    is_new_on_main: bool = False
    """Whether main changed since it was last brought to the live store, be it to what is there already."""

    def paths(self, *findings: Finding) -> tuple[str, ...]:
        """Return the paths of which one of these things was found."""
        return tuple(each.path for each in self.decisions if each.finding in findings)

    @property
    def conflicts(self) -> tuple[str, ...]:
        """Return the paths that a person must look at."""
        return self.paths(Finding.CONFLICT)


def compared(repository: Repository, subject: Subject, live: str | None) -> Comparison:
    """Compare main with a commit of the live branch."""
    main = repository.head(subject.branch)
    if main is None:
        return Comparison(None, live)
    folder = layout.folder(subject.store)
    ours, theirs = Side(repository, main, subject.store), Side(repository, live, subject.store)
    since = bases.lines(repository, main, live, folder) if live else Lines((), (), ())
    differing = [path for path in {*ours.names, *theirs.names} if _blob(ours, path) != _blob(theirs, path)]
    unfit = {path: reason for path in sorted(differing) if (reason := ours.unfit(path))}
    common = [repository.blobs(each, folder) for each in since.common]
    threes = [
        Three(path, _base(repository, path, (ours, theirs), since, common), ours.text(path), theirs.text(path))
        for path in differing
        if path not in unfit
    ]
    merge = partial(texts.merged, repository.merged_text)
    is_new = bool(since.main) or not since.common
    return Comparison(main, live, decisions(threes, subject.policies, merge), unfit, is_new)


def _base(
    repository: Repository,
    path: str,
    sides: tuple[Side, Side],
    since: Lines,
    common: list[Mapping[str, str]],
) -> str | None:
    ours, theirs = sides
    blob = bases.base(path, _blob(ours, path), _blob(theirs, path), since, common)
    return text_of(repository, blob)


def _blob(side: Side, path: str) -> str | None:
    return side.blobs.get(side.names.get(path, ""))
