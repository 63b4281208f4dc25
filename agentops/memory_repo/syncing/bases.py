"""What both sides had when they last agreed: of each path, because forges squash and rebase what they merge.

Git's merge base is right as long as the proposal is merged as it is. A squashed proposal is a new commit that knows
nothing of the live branch; that it took in what was live is seen by its contents. So the base of a path is the newest
text that main got after the merge base and that live got as well; and a side that did not change since is its own base.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agentops.memory_repo.commits import Step
from agentops.memory_repo.git import Repository
from agentops.memory_repo.layout import spellings
from agentops.memory_repo.syncing.versions import BORN

Blob = str | None

_FAR = 20_000


@dataclass(frozen=True, slots=True)
class Lines:
    """What happened on main and live since they last had a commit in common."""

    common: tuple[str, ...]
    main: tuple[Step, ...]
    live: tuple[Step, ...]
    """Since the live store was last brought in step with main, where that is later."""

    settled: Mapping[str, str] = field(default_factory=dict)
    """What the live store held then. What it held before counts no more, or a text that main goes back to by a revert
    would look like one that both had last."""

    is_settled: bool = False


def lines(repository: Repository, main: str, live: str, folder: str) -> Lines:
    """Read the two histories of a folder.

    A live store that another one has taken the place of has nothing in common with main until it is brought in step.
    """
    common = repository.merge_bases(main, live)
    line = repository.log([live, *(f"^{each}" for each in common)], most=_FAR, first_parent=True)
    mark = next((each for each in line if len(each.parents) > 1 or each.value(BORN)), None)
    if mark is None:
        return Lines(tuple(common), _steps(repository, main, common, folder), _steps(repository, live, common, folder))
    since = _steps(repository, live, [*common, mark.sha], folder)
    if mark.value(BORN):
        return Lines((), _steps(repository, main, (), folder), since)
    settled = repository.blobs(mark.sha, folder)
    return Lines(tuple(common), _steps(repository, main, common, folder), since, settled, is_settled=True)


def base(path: str, main: Blob, live: Blob, since: Lines, common: Sequence[Mapping[str, str]]) -> Blob:
    """Return the base of one memory, whichever file it was; `common`: the folder at each merge base."""
    names = spellings(path)
    ours, theirs = _given(since.main, names), _given(since.live, names)
    if since.is_settled and _held(since.settled, names) not in [_held(each, names) for each in common]:
        theirs.append(_held(since.settled, names))
    if common and not ours:
        return main
    if common and not theirs:
        return live
    found = next((each for each in ours if each in theirs), "")
    if found != "":
        return found
    return _held(common[0], names) if common else None


def _steps(repository: Repository, tip: str, past: Sequence[str], folder: str) -> tuple[Step, ...]:
    return tuple(repository.steps(tip, past, folder))


def _given(steps: Sequence[Step], names: tuple[str, str]) -> list[Blob]:
    return [_held(each.blobs, names) for each in steps if each.blobs.keys() & {*names}]


def _held(blobs: Mapping[str, Blob] | Mapping[str, str], names: tuple[str, str]) -> Blob:
    """Return what a memory holds; a step that renames its file has both, the old one without anything."""
    return next((found for each in names if (found := blobs.get(each)) is not None), None)
